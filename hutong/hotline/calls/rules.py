"""The queue: whose turn it is, who is rung, when others help out, what those who wait are told. Pure.

Sources: design 1 (12349, ways in), GB/T 33358 (no menus, a person within 15 seconds in 80 of 100 calls, 95 of 100 connected).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hutong.hotline.kernel.numbers import half_width, telephone
from hutong.hotline.kernel.refusals import Refusal

GREETING_AT_MOST = timedelta(seconds=5)  # recording notice included; then a person
RING = timedelta(seconds=20)  # then the next operator
TOLD_EVERY = timedelta(seconds=20)  # how often those who wait hear their place
MOST_TOLD = 9  # of a higher place one hears that there are more than so many

ANSWERED_WITHIN = timedelta(seconds=15)
ANSWERED_TARGET = 80  # per cent answered within it
CONNECTED_TARGET = 95  # per cent connected in any 24 hours

OWN, LEAD, NEIGHBOUR, OFFER = "own", "lead", "neighbour", "offer"
# Who else is rung after how long; at the last step a call-back that keeps the place is offered, and waiting on is still possible.
STEPS = ((OWN, timedelta()), (LEAD, timedelta(seconds=45)), (NEIGHBOUR, timedelta(seconds=90)), (OFFER, timedelta(seconds=150)))
OFFER_KEY = "1"

TAKES_CALLS = ("operator", "coordinator")  # the roles of a centre that are rung from the start
LEADS = ("shift_lead",)
DANGER_KEY = "danger"
PURPOSES = {"reply": "reply", "follow_up": "follow_up"}  # what the reporter of a case is telephoned for, by the stage of the case
SPOKEN_TO = ("free", "reporter_only")  # how one may be reached: who asked for another way is not telephoned

CALL_BACK_STEP = "call_back"
CALL_BACK_TIER = {True: "I", False: "III"}  # by danger: the tier whose limit holds
CALL_BACK_TRIES = 3  # calls that nobody takes, and the call-back may be given up
WRITE_UP_WITHIN = timedelta(hours=2)  # of a call that was answered and not written down: then it must be called back


@dataclass(frozen=True)
class Waiter:
    """A call that waits: whose it is, since when its place counts, and what it needs."""

    key: UUID
    centre: UUID
    since: datetime
    is_danger: bool = False
    was_cut_off: bool = False
    needs: frozenset[str] = frozenset()
    step: str = OWN


@dataclass(frozen=True)
class Operator:
    """Somebody at work on the telephone, free since `idle_since` or busy (None)."""

    key: UUID
    centre: UUID
    role: str
    idle_since: datetime | None
    skills: frozenset[str] = field(default_factory=frozenset)


def turn(waiter: Waiter) -> tuple[Any, ...]:
    """Danger first, then who was cut off, then who waits longest."""
    return (not waiter.is_danger, not waiter.was_cut_off, waiter.since, waiter.key)


def pool(waiter: Waiter, operators: Iterable[Operator], neighbours: Collection[UUID]) -> list[Operator]:
    """Who may be rung for a call at its step. Of a call in danger the shift lead is rung from the start."""
    reached = {name for name, _after in STEPS[: 1 + [name for name, _after in STEPS].index(waiter.step)]}
    roles = (*TAKES_CALLS, *(LEADS if LEAD in reached or waiter.is_danger else ()))
    near = [each for each in operators if each.centre == waiter.centre and each.role in roles]
    far = [each for each in operators if NEIGHBOUR in reached and each.centre in neighbours and each.role in TAKES_CALLS]
    return near + far


def choose(waiter: Waiter, operators: Iterable[Operator], neighbours: Collection[UUID]) -> Operator | None:
    """Whom to ring now: one with the skills before one without, of the own centre before a neighbour's, the longest idle.

    At the first step a call waits for somebody with the skills who is at work, though busy.
    """
    able = pool(waiter, operators, neighbours)
    skilled = [each for each in able if waiter.needs <= each.skills]
    if skilled and waiter.step == OWN:
        able = skilled
    free = [(each.idle_since, each) for each in able if each.idle_since]
    best = min(
        free, key=lambda each: (not waiter.needs <= each[1].skills, each[1].centre != waiter.centre, each[0], each[1].key), default=None
    )
    return best[1] if best else None


def assign(
    waiting: Iterable[Waiter], operators: Sequence[Operator], neighbours: dict[UUID, frozenset[UUID]]
) -> list[tuple[Waiter, Operator]]:
    """Who is rung for whom, one operator a call: in the order of turns each call takes the best that is still free."""
    left = list(operators)
    pairs = []
    for waiter in sorted(waiting, key=turn):
        chosen = choose(waiter, left, neighbours.get(waiter.centre, frozenset()))
        if chosen:
            left = [replace(each, idle_since=None) if each.key == chosen.key else each for each in left]
            pairs.append((waiter, chosen))
    return pairs


def step_for(waiter: Waiter, operators: Sequence[Operator], neighbours: Collection[UUID], at: datetime) -> str:
    """The step of a call by how long it has waited; steps at which nobody is at work are passed over. Never back a step."""
    names = [name for name, _after in STEPS]
    by_time = [place for place, (_name, after) in enumerate(STEPS) if at - waiter.since >= after]
    reached = max(names.index(waiter.step), *by_time)
    while names[reached] != OFFER and not pool(at_step(waiter, names[reached]), operators, neighbours):
        reached += 1
    return names[reached]


def at_step(waiter: Waiter, step: str) -> Waiter:
    """The same call, a step further."""
    return replace(waiter, step=step)


def places(waiting: Iterable[Waiter]) -> dict[UUID, int]:
    """The place of each call in the queue of its centre, from 1 on."""
    count: dict[UUID, int] = {}
    found = {}
    for waiter in sorted(waiting, key=turn):
        found[waiter.key] = count[waiter.centre] = count.get(waiter.centre, 0) + 1
    return found


def is_told(place: int, told: tuple[int, datetime] | None, at: datetime) -> bool:
    """Whether a call that waits should hear its place now: at first, when it changed, but not too often, and from time to time."""
    if told is None:
        return True
    before, when = told
    return at - when >= (TOLD_EVERY if before != place else 2 * TOLD_EVERY)


def needs(language: str) -> frozenset[str]:
    """The skills that a call in a language needs; every operator speaks Chinese."""
    return frozenset() if language == "zh" else frozenset({f"language:{language}"})


SKILL = re.compile(r"language:[a-z]{2,3}|psychologist|minors", re.ASCII)

# --- numbers

DIGITS = re.compile(r"\+?\d{3,19}", re.ASCII)
WITHHELD = ("anonymous", "unknown", "restricted", "unavailable", "asterisk")


def dialled(text: str) -> str:
    """A number as exchanges write it: digits, perhaps with a plus; '' for none."""
    digits = re.sub(r"[ ().-]", "", half_width(text))
    return digits if DIGITS.fullmatch(digits) else ""


def caller(text: str) -> str:
    """The normal form of a caller's number, so that earlier reports from it are found; as it came where it is none we know; '' withheld."""
    if text.strip().lower() in WITHHELD:
        return ""
    try:
        return telephone(text)[:20]
    except Refusal:
        return dialled(text)
