"""Where people answer: the phone window opens, they are ready, on a break, away; and what a call does to their seat."""

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls import may, queries
from hutong.hotline.calls.actions.story import EXCHANGE, QUEUE
from hutong.hotline.calls.models import Call, Seat, SeatState
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import OfficeKind, Post, Session

REALM = "hutong"
BUSY = (SeatState.RINGING, SeatState.TALKING)
WINDOW_LOST = "window_lost"


class SignIn(NamedTuple):
    """With what a phone window signs in at the exchange, this once."""

    user: str
    password: str
    realm: str = REALM


@transaction.atomic
def open_window(post: Post, *, at: datetime, session: Session | None = None) -> SignIn:
    """The phone window opens: a new password, of which only the digest is kept. An older window of the same person falls silent; this
    one with the session, where it was opened in one."""
    if post.office.kind != OfficeKind.HOTLINE_CENTRE:
        raise Refusal(may.NOT_OF_THE_CENTRE)
    seat, _new = Seat.objects.select_for_update().get_or_create(post=post, defaults={"since": at, "user": f"seat-{post.pk.hex}"})
    password = secrets.token_urlsafe(24)
    # SIP's digest sign-in names MD5; the password is random and lives as long as the window
    seat.digest = hashlib.md5(f"{seat.user}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()
    seat.window_seen_at, seat.session = at, session
    seat.save(update_fields=["digest", "window_seen_at", "session"])
    audit.record("open_phone", by=post, at=at, subject="seat", subject_id=post.pk)
    _changed(seat, EXCHANGE)
    return SignIn(seat.user, password)


@transaction.atomic
def close_window(post: Post, *, at: datetime) -> None:
    """The person closes the phone window. A call that is going on is not touched: the exchange notices when its line is gone."""
    seat = _locked(post)
    if seat:
        seat.digest = "" if seat.state not in BUSY else seat.digest
        seat.save(update_fields=["digest"])
        _changed(seat, EXCHANGE)
        if seat.state in {SeatState.READY, SeatState.ON_BREAK}:
            move(seat, SeatState.AWAY, at=at)


def window_seen(post: Post, *, at: datetime) -> None:
    """The window is still there."""
    Seat.objects.filter(post=post).update(window_seen_at=at)


@transaction.atomic
def ready(post: Post, *, at: datetime) -> Seat:
    """Free for the next call. Raises Refusal without a window, in a call, or where the last call is not written down."""
    seat = _must_be_open(post)
    if seat.state in BUSY:
        raise Refusal(may.NOT_WHILE_BUSY)
    _must_have_written(seat)
    if seat.state != SeatState.READY:
        move(seat, SeatState.READY, at=at)
    return seat


@transaction.atomic
def take_break(post: Post, *, at: datetime, reason: str) -> Seat:
    """A break, with its reason. Raises Refusal in a call, or where the last call is not written down."""
    seat = _must_be_open(post)
    if reason not in may.CHOSEN_BREAKS:
        raise Refusal.at("reason", may.NEEDS_BREAK_REASON)
    if seat.state in BUSY:
        raise Refusal(may.NOT_WHILE_BUSY)
    _must_have_written(seat)
    move(seat, SeatState.ON_BREAK, at=at, reason=reason)
    return seat


@transaction.atomic
def go_away(post: Post, *, at: datetime) -> None:
    """Not at the telephone any more. What is not written down stays on this person's list. Raises Refusal in a call."""
    seat = _locked(post)
    if seat and seat.state in BUSY:
        raise Refusal(may.NOT_WHILE_BUSY)
    if seat and seat.state != SeatState.AWAY:
        move(seat, SeatState.AWAY, at=at)


def _must_be_open(post: Post) -> Seat:
    seat = _locked(post)
    if seat is None or not seat.digest:
        raise Refusal(may.NO_WINDOW)
    return seat


def _must_have_written(seat: Seat) -> None:
    call = seat.call
    if seat.state == SeatState.WRAP_UP and call and must_be_written(call) and call.operator_id == seat.post_id:
        raise Refusal(may.NEEDS_CONTACT)


def must_be_written(call: Call) -> bool:
    """Whether a call that was talked of is still to be written down: what came in, and call-backs."""
    return call.contact_id is None and call.answered_at is not None and (call.direction == "in" or call.purpose == "call_back")


def _locked(post: Post) -> Seat | None:
    return Seat.objects.select_for_update(of=("self",)).select_related("call", "post").filter(post=post).first()


# --- what a call does to a seat, within the caller's transaction


def claim(post_id: UUID, call: Call, *, at: datetime, states: tuple[str, ...] = (SeatState.READY,)) -> Seat | None:
    """Take a free seat for a call that rings now; None where it is not free any more."""
    seat = (
        queries.in_place(at=at)
        .select_for_update(of=("self",))
        .select_related("post")
        .filter(post=post_id, state__in=states)
        .exclude(digest="")
        .first()
    )
    if seat:
        move(seat, SeatState.RINGING, at=at, call=call)
    return seat


def talk(post_id: UUID, call: Call, *, at: datetime) -> None:
    """The person has answered."""
    move(Seat.objects.select_for_update().get(post=post_id), SeatState.TALKING, at=at, call=call)


def missed(post_id: UUID, call: Call, *, at: datetime, is_gone: bool) -> None:
    """It rang and nobody answered: the next call goes to somebody else until this person says that they are there."""
    if is_gone:
        _release(post_id, call, SeatState.AWAY, at=at, reason=WINDOW_LOST)
    else:
        _release(post_id, call, SeatState.ON_BREAK, at=at, reason="missed")


def stop_ringing(post_id: UUID, call: Call, *, at: datetime) -> None:
    """It rings no more, through no fault of this person."""
    _release(post_id, call, SeatState.READY, at=at)


def wrap_up(post_id: UUID, call: Call, *, at: datetime, is_gone: bool = False) -> None:
    """The talk is over: what it was is written down before the next call. Somebody whose window is gone is away."""
    if is_gone:
        _release(post_id, call, SeatState.AWAY, at=at, reason=WINDOW_LOST)
    else:
        _release(post_id, call, SeatState.WRAP_UP, at=at)


def _release(post_id: UUID, call: Call, state: SeatState, *, at: datetime, reason: str = "") -> None:
    seat = Seat.objects.select_for_update().filter(post=post_id, call=call).first()
    if seat:
        move(seat, state, at=at, call=call if state == SeatState.WRAP_UP else None, reason=reason)


def move(seat: Seat, state: SeatState, *, at: datetime, call: Call | None = None, reason: str = "") -> None:
    """Set what a seat does from now on."""
    seat.state, seat.since, seat.call, seat.reason = state, at, call, reason
    seat.save(update_fields=["state", "since", "call", "reason"])
    _changed(seat, *([QUEUE] if state == SeatState.READY else []))


def _changed(seat: Seat, *more: str) -> None:
    tell(f"seat:{seat.post_id}", f"calls:{seat.post.office_id}", *more)
