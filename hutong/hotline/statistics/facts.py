"""Facts: what happened at a moment and never changes, so that it can be counted by day. One definition for number and list.

Each belongs to the office that answered for it then: the lead of the case, or who had to act by a limit.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from hutong.hotline.statistics.rules import Span

NOTHING, NOTHING_MORE = Q(pk__in=()), Q()


@dataclass(frozen=True)
class Source:
    """Rows that are facts: when they happened (`at`), whose they are (`office`), and which of them each measure counts."""

    rows: QuerySet[Any]
    at: str
    office: str
    measures: dict[str, Q]

    def within(self, spans: Iterable[Span]) -> QuerySet[Any]:
        """The rows of this time."""
        found = (Q(**{f"{self.at}__gte": first, f"{self.at}__lt": last}) for first, last in spans)
        return self.rows.filter(reduce(or_, found, NOTHING))


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


def whole(days: Iterable[date]) -> list[Span]:
    """The time of these days, which come in order."""
    return rules.joined((midnight(day), end_of(day)) for day in days)


def end_of(day: date) -> datetime:
    """The moment at which a day ends in China."""
    return midnight(day + timedelta(days=1))


def tally(spans: Collection[Span], *, offices: Collection[UUID] | None = None, cases: Q = NOTHING_MORE) -> Iterator[Tally]:
    """Count this time from the facts themselves: of these offices, or all, and of the cases that are asked for."""
    for source in SOURCES:
        rows = source.within(spans).filter(cases).order_by()
        if offices is not None:
            rows = rows.filter(**{f"{source.office}__in": offices})
        counted = {name: Count("pk", filter=which) for name, which in source.measures.items()}
        for row in rows.annotate(day=TruncDate(source.at, tzinfo=SHANGHAI)).values("day", source.office).annotate(**counted):
            yield Tally(row["day"], row[source.office], Counter({name: row[name] for name in counted}))


def rows_of(day: date, until: datetime) -> list[Day]:
    """A day as it is kept: a row for each office of which there is something to tell, and the one that says how far it is counted."""
    offices: dict[UUID | None, Counter[str]] = {None: Counter()}
    for _day, office, counts in tally([(midnight(day), until)]):
        offices.setdefault(office, Counter()).update(counts)
        offices[None].update(counts)
    return [Day(day=day, until=until, office_id=office, **counts) for office, counts in offices.items()]


def wrong_days(days: Iterable[date]) -> list[date]:
    """Of these days the counted ones that the facts contradict."""
    return [day for day in days if (kept := list(Day.objects.filter(day=day))) and _told(kept) != _told(rows_of(day, kept[0].until))]


def _told(rows: Iterable[Day]) -> set[tuple[object, ...]]:
    return {(row.until, row.office_id, *(getattr(row, name) for name in SOURCE_OF)) for row in rows}
