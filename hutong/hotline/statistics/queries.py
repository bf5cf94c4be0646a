"""The province's board: what each place below stands at and came to, and the list behind each number.

A number and its list come from one definition, and neither holds a case from which who asks must keep away.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from hutong.hotline.assignments import queries as assignments
from hutong.hotline.assignments.models import TransferState
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.clocks.rules import local
from hutong.hotline.network.models import Office, OfficeKind, Post
from hutong.hotline.network.queries import stands
from hutong.hotline.statistics import facts, rules
from hutong.hotline.statistics.models import Day

Counts = Counter[str]

# What stands now.
NOW: dict[str, Callable[[Post], QuerySet[Any]]] = {
    "open": cases.open_below,
    "late": cases.missed_below,
    "held": cases.my_work,
    "extend": cases.to_extend,
    "transfers": assignments.transfers_near,
}
# What a board is divided into, from above: the kind of office that each place is.
LEVELS = {"province": OfficeKind.PROVINCE_BUREAU, "prefecture": OfficeKind.HOTLINE_CENTRE, "county": OfficeKind.COUNTY_BUREAU}
LEVELS_OF = {OfficeKind.MINISTRY: ("province", "prefecture"), OfficeKind.PROVINCE_BUREAU: ("prefecture", "county")}


def under(office: UUID, first: int, last: int) -> Q:
    """The offices so many levels below one; 0 is itself."""
    found = Q()
    for levels in range(first, last + 1):
        found |= Q(**{"__".join(["parent"] * levels) or "pk": office})
    return found


def working_below(post: Post) -> Q:
    """The offices that answer for cases below this one: the centres, and two levels below each."""
    first = 2 if post.office.kind == OfficeKind.MINISTRY else 1
    return under(post.office_id, first, first + 2)


@dataclass(frozen=True)
class Place:
    """A part of a board: all that answers to a province, a centre, a county; of a centre among its counties, its own work."""

    level: str
    office: Office

    @property
    def name(self) -> str:
        """What it is called: its division; an office's own work by the office."""
        is_own = self.level == "county" and self.office.kind == OfficeKind.HOTLINE_CENTRE
        return self.office.name if is_own or not self.office.division else self.office.division.name

    @property
    def offices(self) -> Q:
        """Whose cases and facts are this place's."""
        if self.level == "county" and self.office.kind == OfficeKind.HOTLINE_CENTRE:
            return Q(pk=self.office.pk)
        return under(self.office.pk, 0, 3)


@dataclass
class Tile:
    """A place with its numbers."""

    place: Place
    counts: Counts

    def good(self, rate: str) -> int | None:
        """A share, in per cent."""
        wrong, of = rules.RATES[rate]
        return rules.good(self.counts[wrong], self.counts[of])


class Board:
    """The numbers of an office that stands above centres, at a moment."""

    def __init__(self, post: Post, at: datetime) -> None:
        self.post, self.days = post, rules.period(local(at).date())
        self.counted = set(Day.objects.filter(office=None, day__in=self.days).values_list("day", flat=True))
        self.kept = Day.objects.filter(day__in=self.counted, office__in=Office.objects.filter(working_below(post)))
        self.loose = list(self._loose())

    def _loose(self) -> Iterator[tuple[int, facts.Tally]]:
        """What must be added to the days that are counted, and taken from them."""
        hidden, below = _hidden(self.post), working_below(self.post)
        for each in facts.tally([day for day in self.days if day not in self.counted], below=below, cases=~Q(case__in=hidden)):
            yield 1, each
        if hidden:
            for each in facts.tally(sorted(self.counted), below=below, cases=Q(case__in=hidden)):
                yield -1, each

    def by_day(self) -> dict[date, Counts]:
        """What each day of the period came to, in order."""
        found: dict[date, Counts] = {day: Counter() for day in self.days}
        self._add(found, "day")
        return found

    def by_office(self) -> dict[UUID, Counts]:
        """What each office came to in the period, and what stands with it now."""
        found: dict[UUID, Counts] = defaultdict(Counter)
        self._add(found, "office")
        for row in cases.by_lead(self.post):
            found[row["lead"]].update(open=row["open"], late=row["late"])
        return found

    def _add(self, found: dict[Any, Counts], key: str) -> None:
        for row in self.kept.order_by().values(key).annotate(**{f"all_{name}": Sum(name) for name in facts.SOURCE_OF}):
            found[row[key]].update({name: row[f"all_{name}"] for name in facts.SOURCE_OF})
        for sign, each in self.loose:
            found[getattr(each, key)].update({name: sign * count for name, count in each.counts.items()})

    def tiles(self, level: str, *, within: Office | None = None, on: date) -> list[Tile]:
        """The places of a level, in the order of their divisions, those too where nothing is."""
        found = {place.office.pk: Tile(place, Counter()) for place in places(self.post, level, within=within, on=on)}
        counts = self.by_office()
        for office in _with_those_above(counts):
            place = _place_of(office, level)
            if place and (within is None or within in _line(office)):
                found.setdefault(place.pk, Tile(Place(level, place), Counter())).counts.update(counts[office.pk])
        return sorted(
            found.values(), key=lambda tile: (tile.place.office.division_id or "", tile.place.office.kind, tile.place.office.code)
        )


def places(post: Post, level: str, *, on: date, within: Office | None = None) -> list[Place]:
    """The standing places of a level below an office."""
    offices = Office.objects.filter(under(within.pk if within else post.office_id, 1, 3), stands(on), kind=LEVELS[level])
    return [Place(level, office) for office in offices.select_related("division")]


def place_named(post: Post, level: str, code: str) -> Place | None:
    """The place of this code on a board, if it is on it."""
    if level not in LEVELS or not code:
        return None
    there = working_below(post) if level == "county" else under(post.office_id, 1, 2) & Q(kind=LEVELS[level])
    office = Office.objects.filter(there, code=code).select_related("division").first()
    return Place(level, office) if office else None


def _hidden(post: Post) -> list[UUID]:
    """Cases of which a board shows nothing, though offices below it acted: its office keeps away, or they went elsewhere."""
    sender = Q(transfers__sender__parent=post.office_id) | Q(transfers__sender__parent__parent=post.office_id)
    gone = Case.objects.filter(sender, transfers__state=TransferState.ACCEPTED).exclude(cases.below(post)).values_list("pk")
    return list(cases.kept_from(post).union(gone))


def _with_those_above(offices: dict[UUID, Counts]) -> QuerySet[Office]:
    line = ("division", "parent__division", "parent__parent__division", "parent__parent__parent__division")
    return Office.objects.filter(pk__in=offices).select_related(*line)


def _line(office: Office) -> list[Office]:
    """An office and those above it, as far as they were fetched."""
    line = [office]
    while line[-1].parent and len(line) < 4:
        line.append(line[-1].parent)
    return line


def _place_of(office: Office, level: str) -> Office | None:
    """Whose tile an office's numbers are on."""
    line = _line(office)
    centre = next((place for place, each in enumerate(line) if each.kind == OfficeKind.HOTLINE_CENTRE), None)
    if centre is None:
        return None
    return line[{"province": centre + 1, "prefecture": centre, "county": max(centre - 1, 0)}[level]]


# --- the list behind a number


def total(post: Post, name: str) -> int:
    """How many stand on a list of what stands now."""
    return NOW[name](post).count()


def listed(post: Post, name: str, at: datetime, *, place: Place | None = None, day: date | None = None) -> QuerySet[Any]:
    """The rows that a number counts: of one place, of one day of the period, or all."""
    if name in NOW:
        rows = NOW[name](post)
        return rows.filter(lead__in=Office.objects.filter(place.offices)) if place else rows
    source, period = facts.SOURCE_OF[name], rules.period(local(at).date())
    days = [each for each in period if day in (None, each)]
    rows = source.within(days).filter(source.measures[name]).exclude(case__in=_hidden(post))
    rows = rows.filter(**{f"{source.office}__in": Office.objects.filter(working_below(post), place.offices if place else Q())})
    return rows.select_related("case__deadline", "case__holder", "case__place", source.office).order_by(f"-{source.at}", "pk")
