"""Which limit holds where and when."""

from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.rulebook import rules
from hutong.hotline.rulebook.models import Limit

NO_LIMIT = Reason("no_limit", _("制度中没有这个等级和环节当时有效的时限。"), _("请管理员核对制度。"))


def limit_for(*, tier: str, step: str, division_code: str | None, at: datetime) -> Limit:
    """逐级继承: the limit of the nearest division up the chain, in the highest version in force at `at`. One query.

    Raises Refusal where there is none.
    """
    here = Q(division=None) | Q(division__in=rules.chain(division_code or ""))
    limits = Limit.objects.filter(here, tier=tier, step=step, valid_from__lte=at)
    limit = limits.order_by(F("division_id").desc(nulls_last=True), "-version").first()  # a longer code sorts after its beginning
    if limit is None:
        raise Refusal(NO_LIMIT)
    return limit
