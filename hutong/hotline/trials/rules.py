"""What a draft would have changed: one clock under two limits, and the sums over many. Pure.

A clock is what was: when it started, when it was due, when it ended (or now). The draft's limit gives another due moment;
earlier or later, warned or missed is then a matter of comparing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from hutong.hotline.clocks.rules import SHANGHAI
from hutong.hotline.clocks.working import day_of

DAYS = (7, 30, 90)  # how far back one may try
EXAMPLES = 5  # of each kind
MOST_LOADED = 20  # offices that are named
EARLIER, LATER, SAME = "earlier", "later", "same"
NO_TIME = 0.001  # seconds that come of reckoning in fractions


class Terms(NamedTuple):
    """What of a limit decides when something is due and warned of."""

    amount: int
    unit: str
    ends_on_workday: bool
    warn_at: tuple[int, ...]

    @property
    def length(self) -> tuple[int, str, bool]:
        """What decides when something is due."""
        return self[:3]


class Time(Protocol):
    """Working time as look-ups (`clocks.working`)."""

    def due_at(self, start: float, amount: int, unit: str, *, ends_on_workday: bool = ...) -> float: ...
    def between(self, start: float, end: float, unit: str) -> float: ...


class Ran(NamedTuple):
    """A clock as it was: the case, the office that had to act, what it was for, and its course in seconds since 1970.

    `ended` is now where it still runs.
    """

    case: str
    number: str
    office: str
    tier: str
    step: str
    started: float
    due: float
    ended: float
    extension_days: int
    terms: Terms


def due_under(clock: Ran, terms: Terms, time: Time) -> float:
    """When the clock would have been due: as it was where the length is the same, else by the sum, with its extension."""
    if terms.length == clock.terms.length:
        return clock.due
    due = time.due_at(clock.started, terms.amount, terms.unit, ends_on_workday=terms.ends_on_workday)
    return time.due_at(due, clock.extension_days, "working_day") if clock.extension_days else due


def warnings(clock: Ran, due: float, terms: Terms, time: Time) -> int:
    """预警: how many shares of the time had passed before the clock ended."""
    if clock.ended >= due or not terms.warn_at:
        return len(terms.warn_at)
    whole = time.between(clock.started, due, terms.unit)
    passed = time.between(clock.started, clock.ended, terms.unit)
    return sum(passed * 100 >= share * whole for share in terms.warn_at)


@dataclass
class Sums:
    """What a trial has found so far; `as_json` and `of` carry it from one portion to the next.

    `load`: by office and day (its number since 1970) how many overdue clocks came less how many went, as it was and under the draft.
    """

    deadlines: Counter[str] = field(default_factory=Counter)
    steps: dict[str, Counter[str]] = field(default_factory=dict)
    warned: list[int] = field(default_factory=lambda: [0, 0])
    missed: list[int] = field(default_factory=lambda: [0, 0])
    examples: dict[str, list[list[str]]] = field(default_factory=lambda: {EARLIER: [], LATER: []})
    load: dict[str, tuple[Counter[int], Counter[int]]] = field(default_factory=dict)

    def add(self, clock: Ran, terms: Terms, time: Time) -> None:
        """One clock more."""
        due = due_under(clock, terms, time)
        moved = SAME if abs(due - clock.due) < NO_TIME else EARLIER if due < clock.due else LATER
        self.deadlines[moved] += 1
        if moved != SAME:
            self.steps.setdefault(f"{clock.tier} {clock.step}", Counter())[moved] += 1
            self._exemplify(moved, clock, due)
        before, after = warnings(clock, clock.due, clock.terms, time), 0
        after = before if moved == SAME and terms == clock.terms else warnings(clock, due, terms, time)
        for sums, counts in ((self.warned, (before, after)), (self.missed, (clock.due < clock.ended, due < clock.ended))):
            sums[0] += counts[0]
            sums[1] += counts[1]
        self._count_load(clock, due)

    def _exemplify(self, moved: str, clock: Ran, due: float) -> None:
        """A few of each kind, no case twice."""
        shown = self.examples[moved]
        if len(shown) < EXAMPLES and all(each[0] != clock.case for each in shown):
            shown.append([clock.case, clock.number, clock.tier, clock.step, _written(clock.due), _written(due)])

    def _count_load(self, clock: Ran, due: float) -> None:
        for place, moment in enumerate((clock.due, due)):
            if moment < clock.ended:
                days = self.load.setdefault(clock.office, (Counter(), Counter()))[place]
                days[day_of(moment)] += 1
                days[day_of(clock.ended) + 1] -= 1

    def most_loaded(self) -> list[tuple[str, int, int]]:
        """The offices whose worst day would have changed, the worst first: how many overdue were open on one day, before and after."""
        worst = [(office, _worst(before), _worst(after)) for office, (before, after) in self.load.items()]
        changed = [each for each in worst if each[1] != each[2]]
        return sorted(changed, key=lambda each: (-each[2], each[1], each[0]))[:MOST_LOADED]

    def as_json(self) -> dict[str, Any]:
        """As it is kept between portions."""
        load = {office: [{str(day): count for day, count in days.items() if count} for days in both] for office, both in self.load.items()}
        return {
            "deadlines": self.deadlines, "steps": self.steps, "warned": self.warned, "missed": self.missed, "examples": self.examples,
            "load": load,
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Sums":
        """What was kept; nothing yet for a trial that begins."""
        if not kept:
            return cls()
        load = {office: (_counted(before), _counted(after)) for office, (before, after) in kept["load"].items()}
        steps = {step: Counter(counts) for step, counts in kept["steps"].items()}
        return cls(Counter(kept["deadlines"]), steps, kept["warned"], kept["missed"], kept["examples"], load)


def _counted(days: Mapping[str, int]) -> Counter[int]:
    return Counter({int(day): count for day, count in days.items()})


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, SHANGHAI).isoformat()


def _worst(days: Mapping[int, int]) -> int:
    """The most that were open on one day."""
    most = now = 0
    for _number, change in sorted(days.items()):
        now += change
        most = max(most, now)
    return most


def lookup(rows: Iterable[tuple[str | None, str, str, Terms]]) -> dict[tuple[str, str, str], Terms]:
    """Limits by division ("" for the nation), tier and step."""
    return {(division or "", tier, step): terms for division, tier, step, terms in rows}


def terms_for(limits: Mapping[tuple[str, str, str], Terms], chain: Sequence[str], tier: str, step: str) -> Terms | None:
    """逐级继承: the terms of the nearest division up the chain (from the province down)."""
    return next((found for code in (*reversed(chain), "") if (found := limits.get((code, tier, step)))), None)
