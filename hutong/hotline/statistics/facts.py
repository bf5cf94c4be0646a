"""Facts: what happened at a moment and never changes, so that it can be counted by day. One definition for number and list.

Each belongs to the office that answered for it then: the lead of the case, or who had to act by a limit.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from hutong.hotline.cases.models import COUNTED_EVENTS, Clock, Event, Stage
from hutong.hotline.clocks.rules import SHANGHAI, midnight
from hutong.hotline.replies.models import FollowUp, Satisfaction
from hutong.hotline.statistics import rules
from hutong.hotline.statistics.models import Day

NOTHING, NOTHING_MORE = Q(pk__in=()), Q()


@dataclass(frozen=True)
class Source:
    """Rows that are facts: when they happened (`at`), whose they are (`office`), and which of them each measure counts."""

    rows: QuerySet[Any]
    at: str
    office: str
    measures: dict[str, Q]

    def within(self, days: Sequence[date]) -> QuerySet[Any]:
        """The rows of these days."""
        spans = (
            Q(**{f"{self.at}__gte": midnight(first), f"{self.at}__lt": midnight(last + timedelta(days=1))})
            for first, last in rules.runs(days)
        )
        return self.rows.filter(reduce(or_, spans, NOTHING))


_ended_before = Event.objects.filter(case=OuterRef("case"), seq__lt=OuterRef("seq"), stage_after=Stage.CLOSED)
_ends = Q(stage_after=Stage.CLOSED) & ~Q(stage_before=Stage.CLOSED)
_successor = Clock.objects.filter(replaces=OuterRef("pk"))
_last_end = Subquery(_ended_before.filter(_ends).order_by("-seq").values("at")[:1])

SOURCES = (
    Source(Event.objects.filter(COUNTED_EVENTS), "at", "lead", {
        "registered": Q(stage_before=""),
        "closed": _ends,
        "missed": Q(action="miss"),
        "returned": Q(action="return"),
        "reopened": Q(action="reopen", at__lte=_last_end + rules.REOPENED_WITHIN),
    }),
    Source(Clock.objects.filter(~Exists(_successor), ended_at__isnull=False), "ended_at", "office", {
        "ended": Q(),
        "overran": Q(ended_at__gt=F("due_at")),
    }),
    Source(FollowUp.objects.all(), "at", "lead", {
        "asked": ~Q(satisfaction=Satisfaction.NOT_ASKED),
        "dissatisfied": Q(satisfaction=Satisfaction.DISSATISFIED),
    }),
)  # fmt: skip
SOURCE_OF = {name: source for source in SOURCES for name in source.measures}


class Tally(NamedTuple):
    """What a day came to for an office, by measure."""

    day: date
    office: UUID
    counts: Counter[str]


def tally(days: Sequence[date], *, offices: Collection[UUID] | None = None, cases: Q = NOTHING_MORE) -> Iterator[Tally]:
    """Count these days from the facts themselves: of these offices, or all, and of the cases that are asked for."""
    for source in SOURCES:
        rows = source.within(days).filter(cases).order_by()
        if offices is not None:
            rows = rows.filter(**{f"{source.office}__in": offices})
        counted = {name: Count("pk", filter=which) for name, which in source.measures.items()}
        for row in rows.annotate(day=TruncDate(source.at, tzinfo=SHANGHAI)).values("day", source.office).annotate(**counted):
            yield Tally(row["day"], row[source.office], Counter({name: row[name] for name in counted}))


def rows_of(day: date) -> list[Day]:
    """A day as it is kept: a row for each office of which there is something to tell, and the one that says that it is counted."""
    offices: dict[UUID | None, Counter[str]] = {None: Counter()}
    for _day, office, counts in tally([day]):
        offices.setdefault(office, Counter()).update(counts)
        offices[None].update(counts)
    return [Day(day=day, office_id=office, **counts) for office, counts in offices.items()]


def wrong_days(days: Iterable[date]) -> list[date]:
    """Of these days the counted ones that the facts contradict."""
    return [day for day in days if (kept := _kept(day)) and kept != {_told(row) for row in rows_of(day)}]


def _kept(day: date) -> set[tuple[object, ...]]:
    return {_told(row) for row in Day.objects.filter(day=day)}


def _told(row: Day) -> tuple[object, ...]:
    return (row.office_id, *(getattr(row, name) for name in SOURCE_OF))
