"""What the phone window shows of a person's seat and of the call that it holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.desks.phone.forms import Others
from hutong.hotline.calls import may, queries, where
from hutong.hotline.calls.actions.seats import WINDOW_LOST, must_be_written
from hutong.hotline.calls.models import Asked, Call, CallState, Seat, SeatState
from hutong.hotline.calls.where import Where
from hutong.hotline.cases import queries as cases
from hutong.hotline.contacts import queries as contacts
from hutong.hotline.contacts.models import NotACase
from hutong.hotline.network.models import Post

EARLIER = 3
# The plain buttons of a talk, in their order; those that need somebody named stand in the form of the others.
DEEDS: Mapping[str, str] = {
    "hold": "H", "unhold": "H", "pause_recording": "", "resume_recording": "", "help": "J", "hang_up": "X",
}  # fmt: skip
EMERGENCIES = (("110", _("报警")), ("120", _("急救")))
PASSING = ("transfer_warm", "transfer_blind", "add")
REASONS: Mapping[str, str | Promise] = {**may.BREAK_REASONS, WINDOW_LOST: _("话机窗口中断")}


class Deed(NamedTuple):
    """A button of the talk."""

    code: str
    label: str
    key: str

    @property
    def is_grave(self) -> bool:
        """Whether it ends the talk."""
        return self.code == Asked.HANG_UP


def now(post: Post, *, at: datetime) -> dict[str, Any]:
    """All that the window shows: the seat, its call with who and where, and what may be asked of it now."""
    seat = queries.seat_of(post) or Seat(post=post, since=at)
    call = seat.call
    shown = {
        "seat": seat,
        "reason": REASONS.get(seat.reason, ""),
        "call": call,
        "breaks": [(code, may.BREAK_REASONS[code]) for code in may.CHOSEN_BREAKS],
        "choices": seat.state not in {SeatState.RINGING, SeatState.TALKING},
    }
    return shown | (of_call(call, post, at=at) if call else idle(post))


def idle(post: Post) -> dict[str, Any]:
    """What waits for somebody who does not talk."""
    waiting = list(queries.waiting(centre=post.office).order_by("queued_at").values_list("queued_at", flat=True))
    return {
        "waiting": len(waiting),
        "longest": waiting[0] if waiting else None,
        "call_backs": queries.call_backs(post).count(),
        "unwritten": queries.unwritten(post)[:EARLIER],
    }


def of_call(call: Call, post: Post, *, at: datetime) -> dict[str, Any]:
    """Who calls and from where; while they talk, who is on the line and what may be done."""
    place = where.of_number(call.caller, post)
    told = {
        "sheet": reverse("operator:call", args=[call.pk]) if is_taken_down(call) else "",
        "earlier": cases.contacts_seen(post, contacts.earlier_contacts(post, phone=call.caller)).exclude(call=call)[:EARLIER],
        "place": place,
        "must_write": must_be_written(call),
        "case": getattr(getattr(call.contact, "link", None), "case", None),
        "nuisances": NotACase.choices,
    }
    return told | (talk(call, post, place) if call.state == CallState.TALKING else {})


def is_taken_down(call: Call) -> bool:
    """Whether a call has a sheet at the operator's desk: what comes in, and call-backs."""
    return call.direction == "in" or call.purpose == "call_back"


def talk(call: Call, post: Post, place: Where | None) -> dict[str, Any]:
    """Who is on the line, what may be done now, and to whom the call may be passed."""
    allowed = {code for code, reason in may.allowed(queries.situation(call, post)).items() if reason is None}
    return {
        "parties": queries.parties(call),
        "is_paused": queries.is_paused(call),
        "may": dict.fromkeys(allowed, True),
        "deeds": [Deed(code, str(Asked(code).label), key) for code, key in DEEDS.items() if code in allowed],
        "passing": [(code, Asked(code).label) for code in PASSING if code in allowed],
        "emergencies": EMERGENCIES,
        "others": Others(post=post, call=call, place=place.division if place else None),
    }
