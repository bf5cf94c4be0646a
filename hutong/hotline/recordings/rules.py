"""Who may hear a recording, for what, how long one grant lasts, and until when a recording is kept. Pure.

Nobody hears by default: two of the published child helplines let everybody, because one rule in a list said so.
"""

from calendar import monthrange
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason

# Relation of the post to the call -> roles that may hear it. own: spoke in it as the operator; centre: of the centre that took it;
# above: of the office above that centre. Beside this, whoever may not see the case of a call may not hear the call.
HEARS: dict[str, frozenset[str]] = {
    "own": frozenset({"operator", "shift_lead", "coordinator"}),
    "centre": frozenset({"shift_lead", "inspector", "supervisor"}),
    "above": frozenset({"supervisor"}),
}
# Who may say that the law needs a recording longer, and that it no longer does.
HOLDS: dict[str, frozenset[str]] = {"centre": frozenset({"shift_lead", "supervisor"}), "above": frozenset({"supervisor"})}

GRANT = timedelta(minutes=15)
PEAKS = 600  # of each channel
LEFT_LYING = timedelta(minutes=1)  # after the end of its call nobody else will keep a recording
GIVEN_UP = timedelta(hours=1)  # a file that has not come by then will not come

NO_PURPOSE = Reason("no_purpose", _("请选择收听目的。"))
NO_REASON = Reason("no_reason", _("请写明具体原因。"))
NO_WORDS = Reason(
    "recording_without_words",
    _("本案内容已按保存期限删除，收听时不能再写文字，目的也不能选“其他”。请选一个写明的目的；需要说明的，写在新立的个案里。"),
)
NOT_RECORDED = Reason("not_recorded", _("这次通话没有正在进行的录音。"))
PAUSED_ALREADY = Reason("paused_already", _("录音已经暂停。"))
NOT_PAUSED = Reason("recording_not_paused", _("录音没有暂停。"))
GONE = Reason("recording_gone", _("录音已到期销毁。"))
HELD_ALREADY = Reason("held_already", _("已经依法留存。"))
NOT_HELD = Reason("not_held", _("没有依法留存。"))
SECOND_IS_ANOTHER = Reason(
    "recording_hold_second",
    _("留存须由登记人以外的人解除：解除后，已过期限的录音会立即销毁，不能恢复。"),
    _("请本中心另一位值班长，或上级的督导员核对后解除。"),
)
NOT_YOURS = Reason("not_yours_to_hold", _("您的岗位不能决定录音的留存。"), _("请本中心值班长或省级督导员处理。"))


def until(started_at: datetime, months: int) -> datetime:
    """So many months on, at the same time of day; of a month that is too short, its last day."""
    year, month = divmod(started_at.year * 12 + started_at.month - 1 + months, 12)
    return started_at.replace(year=year, month=month + 1, day=min(started_at.day, monthrange(year, month + 1)[1]))
