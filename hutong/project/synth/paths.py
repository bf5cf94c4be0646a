"""Which way a made-up case goes, and when: tables and the drawing of lots. Pure.

How long each step takes is drawn as a share of its limit, so that most are in time and some are late.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from hutong.hotline.rulebook.defaults import LIMITS

SPAN = timedelta(days=3 * 365)  # before now
OPEN = 0.08  # the share of cases that are open now
STANDING = {"intake": 12, "assessment": 8, "dispatch": 6, "acceptance": 8, "handling": 45, "review": 6, "reply": 5, "follow_up": 20}
TIERS = {"I": 3, "II": 12, "III": 45, "IV": 40}

MAIN = ("register", "assess", "dispatch", "accept", "report", "approve", "answer", "close")
AGAIN = ("reassess", "assess", "dispatch", "accept", "report", "approve", "answer")
LEADS_TO = {
    "open": "intake", "register": "assessment", "assess": "dispatch", "dispatch": "acceptance", "keep": "handling",
    "accept": "handling", "return": "dispatch", "report": "review", "send_back": "handling", "approve": "reply", "answer": "follow_up",
    "close": "closed", "answer_on_the_spot": "closed", "dismiss": "closed", "reassess": "assessment",
}  # fmt: skip
# After which step, with which chance, in which tiers, what happens beside the straight way.
ASIDES = (
    ("register", 0.3, ("I", "II", "III", "IV"), ("note",)),
    ("register", 0.01, ("I", "II", "III"), ("recuse",)),
    ("dispatch", 0.05, ("I", "II", "III", "IV"), ("return", "dispatch")),
    ("dispatch", 0.06, ("I", "II", "III", "IV"), ("add_contact",)),
    ("accept", 0.5, ("I", "II", "III"), ("note",)),
    ("accept", 0.2, ("I", "II", "III"), ("set_risk",)),
    ("accept", 0.03, ("II", "III"), ("raise_tier",)),
    ("accept", 0.15, ("I", "II", "III"), ("refer", "accept_part", "finish_part")),
    ("accept", 0.06, ("III", "IV"), ("ask_extension", "grant_extension")),
    ("report", 0.06, ("I", "II", "III", "IV"), ("send_back", "report")),
    ("approve", 0.08, ("I", "II", "III", "IV"), ("not_reached",)),
    ("answer", 0.03, ("I", "II", "III"), AGAIN),
)
# Ways that end early or go round the county, with their chance, in which tiers.
SHORT_CUTS = (
    (0.35, ("IV",), ("register", "answer_on_the_spot")),
    (0.05, ("II", "III", "IV"), ("register", "dismiss")),
    (0.06, ("I", "II", "III", "IV"), ("register", "assess", "keep", "report", "approve", "answer", "close")),
)
BY_ITSELF = 0.15  # the share of cases that begin as a report nobody took on the telephone

DAYS = {"minute": 1 / 1440, "day": 1.0, "working_minute": 1 / 300, "working_day": 1.4}
LONG = {(row.tier, row.step): row.amount * DAYS[row.unit] for row in LIMITS}  # days, roughly


class Path(NamedTuple):
    """When the case opened, and its steps with their moments, up to now."""

    opened_at: datetime
    steps: list[tuple[str, datetime]]


def draw(dice: random.Random, tier: str, *, now: datetime) -> Path:
    """A path: most of them are through, the others stand at some stage now."""
    is_open = dice.random() < OPEN
    codes = list(_codes(dice, tier, MAIN if is_open else _way(dice, tier)))
    steps = list(_waits(dice, tier, codes))
    stand = _standing(dice, steps) if is_open else len(steps)
    past = sum(wait for _code, _stage, wait in steps[:stand])
    waited = dice.uniform(0.05, 0.95) * steps[stand][2] if is_open else dice.random() * (SPAN.days - 90)
    opened_at = now - timedelta(days=past + waited)
    return Path(opened_at, list(_timed(opened_at, steps, now)))


def _way(dice: random.Random, tier: str) -> tuple[str, ...]:
    return next((way for chance, tiers, way in SHORT_CUTS if tier in tiers and dice.random() < chance), MAIN)


def _codes(dice: random.Random, tier: str, way: tuple[str, ...]) -> Iterator[str]:
    if dice.random() < BY_ITSELF:
        yield "open"
    for step in way:
        yield step
        for after, chance, tiers, codes in ASIDES:
            if step == after and tier in tiers and step in MAIN and dice.random() < chance:
                yield from codes


def _waits(dice: random.Random, tier: str, codes: list[str]) -> Iterator[tuple[str, str, float]]:
    """Each step with the stage that it is done at and the days that it waits for; the first waits for none."""
    stage = ""
    for code in codes:
        share = dice.lognormvariate(-1.2, 0.65) * (1.0 if code in LEADS_TO else 0.2)
        yield code, stage, share * LONG[tier, stage] if stage else 0.0
        stage = LEADS_TO.get(code, stage)


def _standing(dice: random.Random, steps: list[tuple[str, str, float]]) -> int:
    """The step that an open case waits for."""
    stages = [stage for _code, stage, _wait in steps]
    weights = [STANDING.get(stage, 0) / stages.count(stage) for stage in stages]
    return dice.choices(range(len(steps)), weights)[0]


def _timed(opened_at: datetime, steps: list[tuple[str, str, float]], now: datetime) -> Iterator[tuple[str, datetime]]:
    at = opened_at
    for code, _stage, wait in steps:
        at += timedelta(days=wait, seconds=1)
        if at > now:
            return
        yield code, at
