"""What happened to a call, in words; and why somebody is not telephoned."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.calls.models import Asked, CallEvent, EndedHow, LegRole
from hutong.hotline.kernel.refusals import Reason

HAPPENED: Mapping[str, str | Promise] = {
    "arrived": gettext_lazy("打进来"),
    "key": gettext_lazy("按了键"),
    "queued": gettext_lazy("开始排队"),
    "step": gettext_lazy("扩大振铃范围"),
    "rang": gettext_lazy("振铃"),
    "dialled": gettext_lazy("拨出"),
    "joined": gettext_lazy("接入"),
    "left": gettext_lazy("离开"),
    "answered": gettext_lazy("接通"),
    "not_answered": gettext_lazy("振铃未接"),
    "back_in_queue": gettext_lazy("接线中断，回到队首"),
    "ended": gettext_lazy("结束"),
    "written_down": gettext_lazy("已登记"),
}
NOT_DONE = gettext_lazy("没有办成")
NOBODY_TO_DIAL = Reason(
    "nobody_to_dial", gettext_lazy("现在没有可拨的报告人电话。"), gettext_lazy("答复和回访阶段，且报告人留了电话、您能看到时，才能拨打。")
)
ASKED_NOT_TO = gettext_lazy("报告人要求“{how}”，不能打电话。")


def happened(event: CallEvent) -> str:
    """A line of the story: 接入 · 接线员; 旁听; 保持 · 没有办成."""
    label = HAPPENED.get(event.action) or (Asked(event.action).label if event.action in Asked.values else event.action)
    detail = event.detail
    more = [
        LegRole(detail["role"]).label if detail.get("role") in LegRole.values else "",
        EndedHow(detail["how"]).label if detail.get("how") in EndedHow.values else "",
        NOT_DONE if detail.get("fault") else "",
    ]
    return _(" · ").join(str(part) for part in (label, *more) if part)


def not_by_telephone(how: str) -> Reason:
    """Why a reporter who asked for another way is not telephoned."""
    return Reason("not_by_telephone", format_lazy(ASKED_NOT_TO, how=how), gettext_lazy("请按报告人说的方式联系。"))
