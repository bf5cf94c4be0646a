"""A call comes in: by which line, greeted, a key pressed perhaps, into the queue, or promised a call-back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.hotline.calls import queries, rules
from hutong.hotline.calls.actions import calling_back
from hutong.hotline.calls.actions.story import QUEUE, locked, note
from hutong.hotline.calls.models import Call, CallBackReason, CallState, EndedHow, Leg, LegRole
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import tell

IN_FRONT = (CallState.GREETING, CallState.QUEUED, CallState.RINGING)


@dataclass(frozen=True)
class Arrival:
    """What the exchange must know of a call that came in."""

    call: UUID
    centre: UUID
    language: str
    is_open: bool


@transaction.atomic
def arrive(channel: str, *, number: str, caller: str, diverted_from: str, at: datetime) -> Arrival | None:
    """A call is there. None for a number that is none of ours. The same channel twice is the same call."""
    if known := Call.objects.filter(channel=channel).select_related("line").first():
        return Arrival(known.pk, known.centre_id, known.language, True)
    line = queries.line_for(rules.dialled(number), rules.dialled(diverted_from), at=at)
    if line is None:
        return None
    from_number = rules.caller(caller)
    call = Call.objects.create(
        id=new_id(), direction="in", line=line, centre=line.centre, caller=from_number, diverted_from=rules.dialled(diverted_from),
        state=CallState.GREETING, arrived_at=at, channel=channel, was_cut_off=queries.was_cut_off(line.centre_id, from_number, at=at),
    )  # fmt: skip
    Leg.objects.create(call=call, channel=channel, role=LegRole.CALLER, number=from_number, rung_at=at, joined_at=at)
    note(call, "arrived", at=at, line=str(line.pk), mode=line.mode)
    return Arrival(call.pk, line.centre_id, call.language, queries.is_open(line, at))


@transaction.atomic
def press(call_id: UUID, key: str, *, at: datetime) -> str:
    """A key while the greeting plays or the call waits: what it did (`danger`, `language`, `call_back`), '' where it means nothing."""
    call = locked(call_id)
    if call.state not in IN_FRONT or call.line is None:
        return ""
    if call.step == rules.OFFER and call.state == CallState.QUEUED and key == rules.OFFER_KEY:
        end_unanswered(call, EndedHow.CALL_BACK, CallBackReason.ASKED, at=at)
        return "call_back"
    if key != call.line.key:
        return ""
    if call.line.key_means == rules.DANGER_KEY:
        call.is_danger, meant = True, "danger"
    else:
        call.language, meant = call.line.key_means, "language"
    call.save(update_fields=["is_danger", "language"])
    note(call, "key", at=at, means=call.line.key_means)
    tell(QUEUE)
    return meant


@transaction.atomic
def enqueue(call_id: UUID, *, at: datetime) -> bool:
    """The greeting is over: the call waits for a person. Says whether it does; it may have ended."""
    call = locked(call_id)
    if call.state != CallState.GREETING:
        return call.state == CallState.QUEUED
    call.state, call.queued_at = CallState.QUEUED, at
    call.save(update_fields=["state", "queued_at"])
    note(call, "queued", at=at)
    return True


@transaction.atomic
def close(call_id: UUID, *, at: datetime) -> None:
    """Nobody answers at this time of day: the caller hears so, and is called back."""
    call = locked(call_id)
    if call.state == CallState.GREETING:
        end_unanswered(call, EndedHow.AFTER_HOURS, CallBackReason.AFTER_HOURS, at=at)


def end_unanswered(call: Call, how: str, reason: str, *, at: datetime) -> None:
    """No call is ever only a row: it ends as a call-back, within the caller's transaction."""
    call.call_back = calling_back.make(call, reason, at=at)
    call.state, call.ended_how, call.ended_at = CallState.ENDED, how, at
    call.save(update_fields=["state", "ended_how", "ended_at", "call_back"])
    call.legs.filter(left_at=None).update(left_at=at)
    note(call, "ended", at=at, how=str(how), call_back=str(call.call_back_id))
