"""Who may ask what of a call, and when: one table. Pure."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason

PARTY, LEAD, ANYBODY = "party", "lead", "anybody"  # who talks in the call; a shift lead of its centre; whoever has a seat there

NO_CALL = Reason("no_call", _("没有这通电话，或您无权查看。"))
NOT_IN_CALL = Reason("not_in_call", _("您不在这通电话里。"))
NOT_NOW = Reason("call_not_now", _("这通电话现在不能这样做。"), _("请看通话的现状，电话可能已经结束。"))
LEADS_ONLY = Reason("leads_only", _("旁听、耳语、加入和接手通话只限值班长。"))
NOT_WHILE_BUSY = Reason("seat_busy", _("您正在通话或话后登记。"), _("请先结束手头的电话。"))
NO_WINDOW = Reason("no_phone_window", _("您的话机窗口没有打开。"), _("请先打开话机窗口，再置为空闲。"))
IS_HELD = Reason("call_held", _("对方已在保持中。"))
NOT_HELD = Reason("call_not_held", _("对方没有在保持中。"))
IS_PAUSED = Reason("recording_paused", _("录音已经暂停。"))
NOT_PAUSED = Reason("recording_not_paused", _("录音没有暂停。"))
NOBODY_THERE = Reason("nobody_there", _("请选择转给谁：一位在岗的同事，或一个号码。"))
NUMBER_NEEDED = Reason("number_needed", _("请填写要拨的号码。"))
NO_SUCH_LEG = Reason("no_such_leg", _("这一方已经不在通话里。"))
TARGET_BUSY = Reason("target_busy", _("对方正在忙或不在岗。"), _("请另选一位，或稍后再转。"))
NEEDS_CONTACT = Reason("needs_contact", _("这通电话还没有登记。"), _("请先保存来访登记，或记为非个案，再置为空闲。"))
NEEDS_BREAK_REASON = Reason("needs_break_reason", _("请选择小休的原因。"))
NOT_OF_THE_CENTRE = Reason("no_seat", _("只有热线中心的岗位可以接听电话。"))
NO_LINE_OUT = Reason("no_line_out", _("这个号码不能拨出。"), _("请核对号码。"))
ALREADY_SETTLED = Reason("call_back_settled", _("这个回电任务已经办结。"))
TAKEN_BY_ANOTHER = Reason("call_back_taken", _("已有同事在回这个电话。"))
TRY_AGAIN_FIRST = Reason("call_back_try_again", _("还没有拨够次数，不能记为未接通。"), _("请过一会儿再拨。"))

BREAK_REASONS: dict[str, str | Promise] = {
    "rest": _("休息"),
    "meal": _("用餐"),
    "meeting": _("会议"),
    "training": _("培训"),
    "missed": _("振铃未接"),
}
CHOSEN_BREAKS = ("rest", "meal", "meeting", "training")


class Row(NamedTuple):
    """One thing that may be asked: by whom, in which states of the call, and what must hold of it."""

    who: str
    states: tuple[str, ...]
    must: tuple[str, ...] = ()


TALKING = ("talking",)
ROWS: dict[str, Row] = {
    "hold": Row(PARTY, TALKING, ("not_held",)),
    "unhold": Row(PARTY, TALKING, ("held",)),
    "transfer_warm": Row(PARTY, TALKING, ("target",)),
    "transfer_blind": Row(PARTY, TALKING, ("target",)),
    "add": Row(PARTY, TALKING, ("target",)),
    "drop": Row(PARTY, TALKING, ("leg",)),
    "listen": Row(LEAD, TALKING, ("free",)),
    "whisper": Row(LEAD, TALKING, ("free",)),
    "join": Row(LEAD, TALKING, ("free",)),
    "take_over": Row(LEAD, TALKING, ("free",)),
    "hang_up": Row(PARTY, ("ringing", "talking")),
    "dial": Row(ANYBODY, (), ("free", "number")),
    "help": Row(PARTY, TALKING),
    "pause_recording": Row(PARTY, TALKING, ("recording",)),
    "resume_recording": Row(PARTY, TALKING, ("paused",)),
}
# Rights, each its own: whoever may listen need not be allowed to join.
MONITORS: dict[str, tuple[str, ...]] = {
    "listen": ("shift_lead",),
    "whisper": ("shift_lead",),
    "join": ("shift_lead",),
    "take_over": ("shift_lead",),
}


class Situation(NamedTuple):
    """What the table is asked about: who asks, how the call stands, how their own seat does."""

    role: str
    state: str
    is_party: bool = False
    is_of_centre: bool = False
    is_held: bool = False
    is_paused: bool = False
    is_free: bool = False
    has_window: bool = False
    is_monitor: bool = False


MUST = {
    "held": lambda s: None if s.is_held else NOT_HELD,
    "not_held": lambda s: IS_HELD if s.is_held else None,
    "recording": lambda s: IS_PAUSED if s.is_paused else None,
    "paused": lambda s: None if s.is_paused else NOT_PAUSED,
    "free": lambda s: (None if s.is_free or s.is_monitor else NOT_WHILE_BUSY) if s.has_window else NO_WINDOW,
}


def why_not(asked: str, situation: Situation) -> Reason | None:
    """Why somebody may not ask this now; None where they may. Targets and numbers are looked at when it is asked."""
    row = ROWS[asked]
    if row.who == LEAD and situation.role not in MONITORS[asked]:
        return LEADS_ONLY
    if row.who == LEAD and not situation.is_of_centre:
        return NO_CALL
    if row.who == PARTY and not situation.is_party and not (asked == "hang_up" and situation.is_monitor):
        return NOT_IN_CALL
    if row.states and situation.state not in row.states:
        return NOT_NOW
    return next((reason for name in row.must if (check := MUST.get(name)) and (reason := check(situation))), None)


def allowed(situation: Situation) -> dict[str, Reason | None]:
    """Everything that may be asked, with the reason where it may not."""
    return {asked: why_not(asked, situation) for asked in ROWS}
