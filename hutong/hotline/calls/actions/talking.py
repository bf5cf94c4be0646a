"""Who comes into a call and who leaves it, as the exchange tells, and what that makes of the call.

A call lasts while two of those who hear and are heard are in it. A caller who is left alone, because a desk's line was lost or a
transfer found nobody, is put back at the head of the queue; nobody stays on a dead line.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.hotline.calls import queries
from hutong.hotline.calls.actions import arriving, calling_back, seats
from hutong.hotline.calls.actions.ringing import ring_leg
from hutong.hotline.calls.actions.story import QUEUE, locked, note
from hutong.hotline.calls.models import Asked, Call, CallBackReason, CallState, EndedHow, Leg, LegRole, Wish
from hutong.hotline.kernel.live import tell

DESKS = (LegRole.OPERATOR, LegRole.EXPERT)


@dataclass(frozen=True)
class Joined:
    """Somebody has answered: into which bridge, and what comes next."""

    call: UUID
    role: str
    bridge: str
    caller: str  # the caller's channel
    records: bool = False  # the talk begins
    brings_caller: bool = False  # the caller, who waited, comes into the bridge now
    dials: tuple[str, str] | None = None  # the channel and number to ring now
    watched: str = ""  # the desk's channel that a shift lead listens to
    relieves: tuple[str, ...] = ()  # the desks' channels that leave, for a shift lead has taken over


@dataclass(frozen=True)
class Left:
    """Somebody has left: which channels must go too, and whether the caller waits again."""

    call: UUID | None = None
    hang_up: tuple[str, ...] = ()
    ended: bool = False
    waits_again: str = ""  # the caller's channel
    unheld: str = ""  # the caller's channel, now with somebody else
    waits_for: str = field(default="")  # the caller's channel, while the one to whom the call is passed is rung


@transaction.atomic
def joined(channel: str, *, at: datetime) -> Joined | None:
    """A party answered. None where the call has ended meanwhile, or the party was given up."""
    call, leg = _leg(channel)
    if call is None or leg is None or call.state == CallState.ENDED:
        return None
    if leg.joined_at is None:
        leg.joined_at = at
        leg.save(update_fields=["joined_at"])
        note(call, "joined", at=at, by=leg.post, role=leg.role, leg=str(leg.pk))
        if leg.post_id:
            seats.talk(leg.post_id, call, at=at)
    if leg.role in queries.MONITORS:
        return Joined(call.pk, leg.role, call.bridge, call.channel, watched=_desk(call, leg))
    if leg.role == LegRole.OPERATOR and call.direction == "out" and call.answered_at is None:
        return _dial(call, leg, at)
    return _talk(call, leg, at)


def _dial(call: Call, leg: Leg, at: datetime) -> Joined:
    """The person's own desk has answered: now the number is rung."""
    if call.bridge:
        return Joined(call.pk, leg.role, call.bridge, call.channel)
    other = ring_leg(call, LegRole.CALLER, at=at, number=call.caller)
    call.bridge, call.channel = str(call.pk), other.channel
    call.save(update_fields=["bridge", "channel"])
    return Joined(call.pk, leg.role, call.bridge, call.channel, dials=(other.channel, call.caller))


def _talk(call: Call, leg: Leg, at: datetime) -> Joined:
    """Caller and desk are together, at first or again; or another party has come to them."""
    begins = call.state != CallState.TALKING
    if begins:
        call.state, call.bridge, call.answered_at = CallState.TALKING, str(call.pk), call.answered_at or at
    if leg.role == LegRole.OPERATOR and (begins or not _talks(call, call.operator_id)):
        call.operator = leg.post
    call.save(update_fields=["state", "bridge", "answered_at", "operator"])
    if begins:
        calling_back.settle_reached(call, at=at)
        note(call, "answered", at=at, by=call.operator)
    relieved = _relieved(call, leg)
    return Joined(call.pk, leg.role, call.bridge, call.channel, records=begins, brings_caller=begins or _is_freed(call), relieves=relieved)


def _relieved(call: Call, leg: Leg) -> tuple[str, ...]:
    """The desks whose place a shift lead takes with this line."""
    if not Wish.objects.filter(call=call, asked=Asked.TAKE_OVER, arguments__leg=str(leg.pk)).exists():
        return ()
    others = call.legs.filter(left_at=None, joined_at__isnull=False, role__in=DESKS).exclude(pk=leg.pk)
    return tuple(others.values_list("channel", flat=True))


def _is_freed(call: Call) -> bool:
    """Whether a caller on hold is alone with whoever has just answered, for whoever passed the call on is gone."""
    talking = list(call.legs.filter(left_at=None, joined_at__isnull=False, role__in=queries.TALKERS))
    held = [each for each in talking if each.is_held]
    if len(talking) > 2 or not held:
        return False
    Leg.objects.filter(pk__in=[each.pk for each in held]).update(is_held=False)
    return True


@transaction.atomic
def left(channel: str, *, at: datetime, is_lost: bool = False, is_refused: bool = False) -> Left:
    """A channel is gone. `is_lost`: not hung up by anybody. `is_refused`: there was no desk to ring."""
    call, leg = _leg(channel)
    if call is None or leg is None:
        return Left()
    leg.left_at = max(at, leg.rung_at)
    leg.save(update_fields=["left_at"])
    note(call, "left", at=at, by=leg.post, role=leg.role, leg=str(leg.pk), lost=is_lost)
    if leg.role in queries.MONITORS and leg.post_id:
        seats.stop_ringing(leg.post_id, call, at=at)
        return Left(call.pk)
    if leg.joined_at is None:
        return _not_answered(call, leg, at, is_gone=is_refused)
    if leg.post_id:
        seats.wrap_up(leg.post_id, call, at=at, is_gone=is_lost)
    return _without(call, leg, at, is_lost=is_lost)


def _not_answered(call: Call, leg: Leg, at: datetime, *, is_gone: bool) -> Left:
    if leg.post_id:
        seats.missed(leg.post_id, call, at=at, is_gone=is_gone)
    if call.state == CallState.RINGING and call.direction == "in":
        call.state, call.operator = CallState.QUEUED, None
        call.save(update_fields=["state", "operator"])
        note(call, "not_answered", at=at, leg=str(leg.pk))
        return Left(call.pk)
    return _without(call, leg, at, is_lost=False)


def _without(call: Call, leg: Leg, at: datetime, *, is_lost: bool) -> Left:
    """What becomes of a call without this party."""
    here = list(call.legs.filter(left_at=None, role__in=queries.TALKERS).order_by("rung_at"))
    talking = [each for each in here if each.joined_at]
    caller = next((each for each in talking if each.role == LegRole.CALLER), None)
    if call.state == CallState.TALKING and len(talking) >= 2:
        return _goes_on(call, talking, caller, at)
    if call.state == CallState.TALKING and caller and len(here) >= 2:  # it is being passed on
        caller.is_held = True
        caller.save(update_fields=["is_held"])
        return Left(call.pk, waits_for=caller.channel)
    passed_on = leg.joined_at is None
    if call.state == CallState.TALKING and caller and call.direction == "in" and (is_lost or passed_on):
        return _back(call, caller, at)
    return _end(call, at, is_lost=is_lost and leg.role == LegRole.CALLER)


def _goes_on(call: Call, talking: list[Leg], caller: Leg | None, at: datetime) -> Left:
    """Two are still there. Nobody is left on hold by somebody who is gone."""
    desk = next((each for each in talking if each.role in DESKS), None)
    if desk and not any(each.post_id == call.operator_id for each in talking):
        call.operator = desk.post
        call.save(update_fields=["operator"])
    if caller and caller.is_held and len(talking) == 2:
        caller.is_held = False
        caller.save(update_fields=["is_held"])
        return Left(call.pk, unheld=caller.channel)
    return Left(call.pk)


def _back(call: Call, caller: Leg, at: datetime) -> Left:
    """Nobody is with the caller any more: back at the head of the queue, with an apology."""
    call.state, call.operator, call.was_cut_off, call.bridge = CallState.QUEUED, None, True, ""
    call.save(update_fields=["state", "operator", "was_cut_off", "bridge"])
    caller.is_held = False
    caller.save(update_fields=["is_held"])
    others = _dismiss(call, at, but=caller)
    note(call, "back_in_queue", at=at)
    tell(QUEUE)
    return Left(call.pk, hang_up=others, waits_again=caller.channel)


def _end(call: Call, at: datetime, *, is_lost: bool) -> Left:
    others = _dismiss(call, at)
    waited = call.state != CallState.TALKING
    if call.direction == "in" and (is_lost or waited):
        lost = is_lost or call.answered_at is not None
        how, reason = (EndedHow.LOST, CallBackReason.LOST) if lost else (EndedHow.ABANDONED, CallBackReason.ABANDONED)
        arriving.end_unanswered(call, how, reason, at=at)
        return Left(call.pk, hang_up=others, ended=True)
    call.state, call.ended_at = CallState.ENDED, at
    call.ended_how = EndedHow.ANSWERED if call.answered_at else EndedHow.NOT_REACHED
    call.save(update_fields=["state", "ended_at", "ended_how"])
    if call.call_back_id and not call.answered_at:
        calling_back.tried(call)
    note(call, "ended", at=at, how=str(call.ended_how))
    return Left(call.pk, hang_up=others, ended=True)


def _dismiss(call: Call, at: datetime, but: Leg | None = None) -> tuple[str, ...]:
    """Everybody who is still there or rung goes; their channels."""
    others = [leg for leg in call.legs.filter(left_at=None) if leg.pk != (but.pk if but else None)]
    for leg in others:
        if leg.post_id and leg.role in queries.MONITORS:
            seats.stop_ringing(leg.post_id, call, at=at)
        elif leg.post_id:
            (seats.wrap_up if leg.joined_at else seats.stop_ringing)(leg.post_id, call, at=at)
        leg.left_at = max(at, leg.rung_at)
        leg.save(update_fields=["left_at"])
    return tuple(leg.channel for leg in others)


def _leg(channel: str) -> tuple[Call | None, Leg | None]:
    """A leg that is there or rung, with its call; the call is locked first."""
    call_id = Leg.objects.filter(channel=channel, left_at=None).values_list("call", flat=True).first()
    if call_id is None:
        return None, None
    call = locked(call_id)
    return call, Leg.objects.select_related("post").filter(channel=channel, left_at=None).first()


def _desk(call: Call, monitor: Leg) -> str:
    """The channel of the desk that a shift lead listens to: the operator's, else any other that talks."""
    desks = call.legs.filter(left_at=None, joined_at__isnull=False, role__in=DESKS).exclude(pk=monitor.pk)
    found = {leg.post_id: leg.channel for leg in desks}
    return found.get(call.operator_id) or next(iter(found.values()), "")


def _talks(call: Call, post_id: UUID | None) -> bool:
    return call.legs.filter(post=post_id, left_at=None, joined_at__isnull=False, role__in=DESKS).exists()
