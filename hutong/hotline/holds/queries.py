"""Which cases are on hold, and who may decide it."""

from uuid import UUID

from django.db.models import Q, QuerySet

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.holds import rules
from hutong.hotline.holds.models import Hold
from hutong.hotline.network.models import Post


def held() -> QuerySet[Hold, UUID]:
    """The cases, by their ids, on which a hold runs."""
    return Hold.objects.filter(ended_at=None).values_list("case", flat=True)


def of_case(case: Case) -> QuerySet[Hold]:
    """Every hold there was on a case, the one that runs first."""
    return Hold.objects.filter(case=case).select_related("by__staff", "by__office", "ended_by__staff").order_by("-at")


def holdable_by(post: Post) -> QuerySet[Case]:
    """The cases that a post may put on hold, or release."""
    near = {"centre": Q(centre=post.office_id), "province": Q(centre__parent=post.office_id)}
    mine = Q(pk__in=())
    for relation, roles in rules.HOLDS.items():
        if post.role in roles:
            mine |= near[relation]
    return cases.visible_to(post).filter(mine)
