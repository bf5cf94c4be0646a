"""Questions about cases."""

from django.db.models import Q, QuerySet

from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import OfficeKind, Post


def visible_to(post: Post) -> QuerySet[Case]:
    """Rule 6: cases whose office is this post's or below it, and never a recused one."""
    raise NotImplementedError
