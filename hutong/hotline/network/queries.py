"""Questions about divisions, offices and posts."""

from datetime import date

from django.db.models import Q, QuerySet

from hutong.hotline.network.models import Post, Staff


def posts_held(*, staff: Staff, on: date) -> QuerySet[Post]:
    """The posts that a person holds on a day."""
    return (
        Post.objects.filter(staff_id=staff.pk, staff__is_active=True, valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gte=on))
        .select_related("staff", "office", "office__parent", "office__division")
    )


def post_held(post_id: object, *, staff: object, on: date) -> Post | None:
    """This post, if this person holds it on that day."""
    return posts_held(staff=staff, on=on).filter(pk=post_id).first() if isinstance(staff, Staff) else None
