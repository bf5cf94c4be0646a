"""Whose turn it is: waiting calls and free people are brought together, and calls out begin with the caller's own desk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.hotline.calls import queries, rules
from hutong.hotline.calls.actions import calling_back, seats
from hutong.hotline.calls.actions.story import EXCHANGE, note
from hutong.hotline.calls.models import Call, CallBack, CallState, Leg, LegRole, Purpose
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import tell
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post


@dataclass(frozen=True)
class Ring:
    """A desk to ring: for which call, on which channel, and whose number it shows. `at_once`: the person asked for it and waits."""

    call: UUID
    channel: str
    user: str
    shown: str
    at_once: bool = False


@dataclass(frozen=True)
class Queued:
    """A call that goes on waiting, and how it stands."""

    call: UUID
    channel: str
    centre: UUID
    language: str
    place: int
    is_offered: bool


@transaction.atomic
def distribute(*, at: datetime) -> tuple[list[Ring], list[Queued]]:
    """Ring the right person for every call whose turn it is; what goes on waiting, with its place. Only one process does this at a time."""
    calls = {call.pk: call for call in queries.waiting().select_for_update(of=("self",), skip_locked=True)}
    back = {each.pk: each for each in queries.keeping_their_place(at=at)}
    if not calls and not back:
        return [], []
    operators, neighbours = queries.operators(at=at), queries.neighbours(at=at)
    waiting = [_step(call, operators, neighbours.get(call.centre_id, frozenset()), at) for call in calls.values()]
    waiting += [_kept(each) for each in back.values()]
    rings = []
    for waiter, operator in rules.assign(waiting, operators, neighbours):
        call = calls.get(waiter.key)
        ring = _ring(call, operator.key, at=at) if call else _ring_back(back[waiter.key], operator.key, at=at)
        rings += [ring] if ring else []
    taken = {ring.call for ring in rings}
    places = rules.places(waiting)
    return rings, [
        Queued(call.pk, call.channel, call.centre_id, call.language, places[call.pk], call.step == rules.OFFER)
        for call in calls.values()
        if call.pk not in taken
    ]


def _step(call: Call, operators: list[rules.Operator], neighbours: frozenset[UUID], at: datetime) -> rules.Waiter:
    """The call as the queue sees it, a step further where it has waited long enough."""
    waiter = rules.Waiter(
        call.pk, call.centre_id, call.queued_at or at, call.is_danger, call.was_cut_off, rules.needs(call.language), call.step
    )
    step = rules.step_for(waiter, operators, neighbours, at)
    if step != call.step:
        call.step = step
        call.save(update_fields=["step"])
        note(call, "step", at=at, step=step)
    return rules.at_step(waiter, step)


def _kept(waiting: CallBack) -> rules.Waiter:
    return rules.Waiter(waiting.pk, waiting.centre_id, waiting.place_since, waiting.is_danger, needs=rules.needs(waiting.language))


def _ring(call: Call, post_id: UUID, *, at: datetime) -> Ring | None:
    seat = seats.claim(post_id, call, at=at)
    if seat is None:
        return None
    call.state, call.operator = CallState.RINGING, seat.post
    call.save(update_fields=["state", "operator"])
    leg = ring_leg(call, LegRole.OPERATOR, at=at, post=seat.post)
    note(call, "rang", at=at, post=str(post_id), leg=str(leg.pk))
    return Ring(call.pk, leg.channel, seat.user, call.caller)


def _ring_back(waiting: CallBack, post_id: UUID, *, at: datetime) -> Ring | None:
    """The turn of somebody who chose to be called back has come: the operator is rung, then they are."""
    post = network.posts_by_id([post_id])[post_id]
    if post.office_id != waiting.centre_id:
        return None
    with transaction.atomic():
        call, leg = begin_out(post, waiting.number, purpose=Purpose.CALL_BACK, at=at, call_back=waiting)
        seat = seats.claim(post_id, call, at=at)
        if seat is None or not calling_back.take_free(waiting.pk, by=post):
            transaction.set_rollback(True)
            return None
    return Ring(call.pk, leg.channel, seat.user, call.caller)


def ring_leg(call: Call, role: str, *, at: datetime, post: Post | None = None, number: str = "") -> Leg:
    """Another party is rung; the exchange will know it by the leg's own name. Within the caller's transaction."""
    key = new_id()
    return Leg.objects.create(id=key, call=call, channel=str(key), role=role, post=post, number=number, rung_at=at)


def begin_out(
    post: Post, number: str, *, purpose: str, at: datetime, case: Case | None = None, call_back: CallBack | None = None
) -> tuple[Call, Leg]:
    """A call out, within the caller's transaction: first the person's own desk rings, then the number."""
    key = new_id()
    call = Call.objects.create(
        id=key, direction="out", centre=post.office, caller=number, state=CallState.RINGING, arrived_at=at, operator=post,
        channel=f"out-{key}",
        case=case, purpose=purpose, call_back=call_back, is_danger=bool(call_back and call_back.is_danger),
    )  # fmt: skip
    leg = ring_leg(call, LegRole.OPERATOR, at=at, post=post)
    note(call, "dialled", at=at, by=post, purpose=str(purpose))
    tell(EXCHANGE)
    return call, leg
