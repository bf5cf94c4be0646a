"""Who may put a case or a person on hold, and for how long before it is looked at again. Tables. Pure.

个人信息保护法第四十七条: 法律、行政法规规定的保存期限未届满的，应当停止除存储和采取必要的安全保护措施之外的处理。
"""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

# The office's place to the case: the roles that may decide.
HOLDS = {"centre": frozenset({"coordinator", "shift_lead"}), "province": frozenset({"supervisor"})}
LONGEST = timedelta(days=366)  # until it is looked at again

NO_REASON = Reason("hold_reason", _("请写明原因。"))
BAD_REVIEW = Reason("hold_review", _("复核日期须在今天之后、一年之内。"))
HELD_ALREADY = Reason("case_held_already", _("本案已在依法留存中。"), _("要改原因或复核日期，请先结束再重新设定。"))
NOT_HELD = Reason("case_not_held", _("这次留存已经结束。"))
SECOND_IS_ANOTHER = Reason(
    "hold_second",
    _("留存须由登记人以外的人结束：结束后，已过期限的资料几分钟内就会删除，不能恢复。"),
    _("请本机构另一位协调员、值班长，或上级的督导员核对后结束。"),
)
NOT_YOURS = Reason("hold_not_yours", _("只有受理中心的协调员、值班长和省级督导员可以决定依法留存。"))
NOT_YOURS_TO_HOLD = Reason("person_hold_not_yours", _("只有热线中心的协调员、值班长和省级督导员可以按人员依法留存。"))
NOBODY_NAMED = Reason("person_hold_nobody", _("请填身份证号；不知道时，填姓名和出生日期。"))
PERSON_HELD_ALREADY = Reason("person_held_already", _("本机构已对此人依法留存。"), _("要改原因或复核日期，请先结束再重新设定。"))


def may_hold(*, role: str, relations: frozenset[str]) -> bool:
    """Whether somebody of that role, whose office stands to a case like that, may decide it."""
    return any(relation in relations and role in roles for relation, roles in HOLDS.items())


def check_review(day: date, today: date) -> None:
    """A hold is looked at again, within a year. Raises Refusal."""
    if not today < day <= today + LONGEST:
        raise Refusal.at("review_on", BAD_REVIEW)
