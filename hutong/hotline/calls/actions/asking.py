"""What people ask of a call. Asked here, after a look at the table of who may ask what; carried out by the process `phone`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls import may, queries
from hutong.hotline.calls.actions import calling_back, seats
from hutong.hotline.calls.actions.ringing import begin_out, ring_leg
from hutong.hotline.calls.actions.story import EXCHANGE, locked, note
from hutong.hotline.calls.models import Asked, Call, Leg, LegRole, Purpose, Seat, SeatState, Wish
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel import numbers
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post

FREE = (SeatState.READY, SeatState.AWAY, SeatState.ON_BREAK)  # of one's own seat: who asks is there


@transaction.atomic
def ask(call_id: UUID, asked: str, *, by: Post, at: datetime, **arguments: Any) -> Wish:
    """Ask something of a call: the exchange is told when this commits. Raises Refusal where the table does not allow it now.

    `transfer_warm`, `transfer_blind`, `add` take `post` (an id) or `number`, and for outside numbers `place`, a short text of where
    the child is; `drop` takes `leg` (an id).
    """
    if queries.call_seen_by(by, call_id) is None:
        raise Refusal(may.NO_CALL)
    call, wanted = locked(call_id), choice(Asked, asked, field="asked")
    if reason := may.why_not(wanted, queries.situation(call, by)):
        raise Refusal(reason)
    kept = PREPARED.get(wanted, _nothing)(call, by, at, arguments)
    wish = Wish.objects.create(call=call, asked=wanted, place=kept.pop("place", ""), arguments=kept, by=by, at=at)
    audit.record(f"call_{wanted}", by=by, at=at, subject="call", subject_id=call.pk)
    if wanted == Asked.HELP:
        done(wish.pk, at=at)
    tell(EXCHANGE)
    return wish


@transaction.atomic
def dial(number: str, *, by: Post, at: datetime, purpose: str, case: Case | None = None, call_back_id: UUID | None = None) -> Wish:
    """Dial out from a case (`reply`, `follow_up`), or call somebody back: first one's own window rings, then the number.

    A call-back needs no number: its own is dialled. Raises Refusal.
    """
    if reason := may.why_not(Asked.DIAL, queries.situation(None, by)):
        raise Refusal(reason)
    call_back = calling_back.take(call_back_id, by=by) if call_back_id else None
    dialled = call_back.number if call_back else _number(number)
    call, leg = begin_out(by, dialled, purpose=choice(Purpose, purpose, field="purpose"), at=at, case=case, call_back=call_back)
    if seats.claim(by.pk, call, at=at, states=FREE) is None:
        raise Refusal(may.NOT_WHILE_BUSY)
    audit.record("call_dial", by=by, at=at, subject="call", subject_id=call.pk, case=str(case.pk) if case else None)
    return Wish.objects.create(call=call, asked=Asked.DIAL, arguments={"leg": str(leg.pk)}, by=by, at=at)


@transaction.atomic
def done(wish_id: UUID, *, at: datetime, fault: str = "") -> None:
    """The exchange has carried it out, or could not."""
    wish = Wish.objects.select_for_update(of=("self",)).select_related("call", "by").get(pk=wish_id)
    if wish.done_at or wish.fault:
        return
    wish.done_at, wish.fault = (None, fault) if fault else (at, "")
    wish.save(update_fields=["done_at", "fault"])
    note(wish.call, wish.asked, at=at, by=wish.by, **({"fault": fault} if fault else {}))


@transaction.atomic
def write_down(call_id: UUID, *, contact: Contact, by: Post, at: datetime) -> Call:
    """What was talked of is written down as this contact: the call belongs to it, and to its case where it has one.

    Where it was to be called back because nobody had written it down, that is done with.
    """
    if queries.call_seen_by(by, call_id) is None:
        raise Refusal(may.NO_CALL)
    call = locked(call_id)
    if call.contact_id == contact.pk:
        return call
    if call.contact_id:
        raise Refusal(may.NOT_NOW)
    call.contact = contact
    call.save(update_fields=["contact"])
    note(call, "written_down", at=at, by=by, contact=str(contact.pk))
    calling_back.settle_written(call, by=by, at=at)
    for seat in Seat.objects.filter(call=call):
        tell(f"seat:{seat.post_id}")
    return call


# --- what is looked at and kept of each kind of wish


def _nothing(_call: Call, _by: Post, _at: datetime, _arguments: dict[str, Any]) -> dict[str, Any]:
    return {}


def _target(call: Call, by: Post, at: datetime, arguments: dict[str, Any]) -> dict[str, Any]:
    """Whoever the call goes to is rung: a colleague's seat is taken at once, a number is dialled."""
    place = str(arguments.get("place") or "")[:60]
    if number := str(arguments.get("number") or "").strip():
        leg = ring_leg(call, LegRole.OUTSIDE, at=at, number=_number(number))
        return {"leg": str(leg.pk), "place": place}
    post = network.posts_by_id([arguments["post"]]).get(arguments["post"]) if arguments.get("post") else None
    if post is None or post.pk == by.pk or post.office_id not in {by.office_id, call.centre_id}:
        raise Refusal.at("target", may.NOBODY_THERE)
    if seats.claim(post.pk, call, at=at) is None:
        raise Refusal.at("target", may.TARGET_BUSY)
    leg = ring_leg(call, LegRole.OPERATOR, at=at, post=post)
    return {"leg": str(leg.pk)}


def _leg(call: Call, by: Post, _at: datetime, arguments: dict[str, Any]) -> dict[str, Any]:
    """The party to be dropped: not the caller, and not oneself."""
    found = call.legs.filter(pk__in=[arguments.get("leg") or new_id()], left_at=None).exclude(role=LegRole.CALLER).exclude(post=by).first()
    if found is None:
        raise Refusal.at("leg", may.NO_SUCH_LEG)
    return {"leg": str(found.pk)}


def _monitor(role: str) -> Callable[[Call, Post, datetime, dict[str, Any]], dict[str, Any]]:
    """A shift lead's own window rings; from listening one goes on to whispering on the same line."""

    def prepare(call: Call, by: Post, at: datetime, _arguments: dict[str, Any]) -> dict[str, Any]:
        own = call.legs.filter(post=by, left_at=None, role__in=queries.MONITORS).first()
        if own:
            own.role = role
            own.save(update_fields=["role"])
            return {"leg": str(own.pk), "goes_on": True}
        if seats.claim(by.pk, call, at=at, states=FREE) is None:
            raise Refusal(may.NOT_WHILE_BUSY)
        return {"leg": str(ring_leg(call, role, at=at, post=by).pk)}

    return prepare


def _hold(is_held: bool) -> Callable[[Call, Post, datetime, dict[str, Any]], dict[str, Any]]:
    def prepare(call: Call, _by: Post, _at: datetime, _arguments: dict[str, Any]) -> dict[str, Any]:
        call.legs.filter(role=LegRole.CALLER, left_at=None).update(is_held=is_held)
        return {}

    return prepare


def _warm(call: Call, by: Post, at: datetime, arguments: dict[str, Any]) -> dict[str, Any]:
    """The caller hears music while the two of the centre speak; who asked hangs up, and the other goes on."""
    return _hold(is_held=True)(call, by, at, arguments) | _target(call, by, at, arguments)


def _own(call: Call, by: Post, _at: datetime, _arguments: dict[str, Any]) -> dict[str, Any]:
    return {"leg": str(Leg.objects.get(call=call, post=by, left_at=None).pk)}


PREPARED: dict[str, Callable[[Call, Post, datetime, dict[str, Any]], dict[str, Any]]] = {
    Asked.HOLD: _hold(is_held=True),
    Asked.UNHOLD: _hold(is_held=False),
    Asked.TRANSFER_WARM: _warm,
    Asked.TRANSFER_BLIND: _target,
    Asked.ADD: _target,
    Asked.DROP: _leg,
    Asked.HANG_UP: _own,
    Asked.LISTEN: _monitor(LegRole.LISTENER),
    Asked.WHISPER: _monitor(LegRole.WHISPERER),
    Asked.JOIN: _monitor(LegRole.JOINER),
    Asked.TAKE_OVER: _monitor(LegRole.OPERATOR),
}


def _number(text: str) -> str:
    """The normal form of a number to dial. Raises Refusal, naming `number`."""
    try:
        number = numbers.telephone(text)
    except Refusal as refusal:
        raise Refusal.at("number", refusal.reason) from None
    if not number:
        raise Refusal.at("number", may.NUMBER_NEEDED)
    return number
