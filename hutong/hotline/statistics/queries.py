"""The province's board: what each place below stands at and came to, and the list behind each number.

A number and its list come from one definition, and neither holds a case from which who asks must keep away.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.functional import cached_property

from hutong.hotline.assignments import queries as assignments
from hutong.hotline.assignments.models import TransferState
from hutong.hotline.assignments.queries import LEADS
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.clocks.rules import local, midnight
from hutong.hotline.kernel import wall
from hutong.hotline.network.models import Office, OfficeKind, Post
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


ANSWERING = (OfficeKind.HOTLINE_CENTRE, *LEADS)


def answering(tops: Iterable[Office]) -> dict[UUID, Office]:
    """The offices below these that answer for cases: the centres, and two levels below each. With their divisions."""
    found: dict[UUID, Office] = {}
    level = [office.pk for office in tops]
    for _level in range(3):
        level = list(below := Office.objects.filter(parent__in=level, kind__in=ANSWERING).select_related("division").in_bulk())
        found |= below
    return found


def tops_of(post: Post) -> list[Office]:
    """The provinces of this post's board: its own, or all."""
    if post.office.kind != OfficeKind.MINISTRY:
        return [post.office]
    return list(Office.objects.filter(parent=post.office_id, kind=OfficeKind.PROVINCE_BUREAU).select_related("division"))


def answering_to(post: Post) -> dict[UUID, Office]:
    """The offices whose work is on the board of this post."""
    return answering(tops_of(post))


@dataclass(frozen=True)
class Place:
    """A part of a board: all that answers to a province, a centre, a county; of a centre among its counties, its own work."""

    level: str
    office: Office

    @property
    def name(self) -> str:
        """What it is called: its division; an office's own work by the office."""
        return self.office.name if self.is_own or not self.office.division else self.office.division.name

    @property
    def is_own(self) -> bool:
        """Whether it is a centre's own work, beside its counties'."""
        return self.level == "county" and self.office.kind == OfficeKind.HOTLINE_CENTRE

    @property
    def offices(self) -> list[UUID]:
        """Whose cases and facts are this place's."""
        return [self.office.pk] if self.is_own else [self.office.pk, *answering([self.office])]


@dataclass
class Tile:
    """A place with its numbers."""

    place: Place
    counts: Counts

    def order(self) -> tuple[str, str, str]:
        """By division; a centre's own work after its prefecture's counties."""
        office = self.place.office
        return (office.division_id or "", office.kind, office.code)

    def good(self, rate: str) -> int | None:
        """A share, in per cent."""
        wrong, of = rules.RATES[rate]
        return rules.good(self.counts[wrong], self.counts[of])


class Board:
    """The numbers of an office that stands above centres, at a moment."""

    def __init__(self, post: Post, at: datetime) -> None:
        self.post, self.days = post, rules.period(local(at).date())
        tops = tops_of(post)
        self.answering = answering(tops)
        self.offices = {office.pk: office for office in tops} | self.answering  # whose work is on the board, and those above them
        self.counted = dict(Day.objects.filter(office=None, day__in=self.days).order_by("day").values_list("day", "until"))
        self.kept = Day.objects.filter(day__in=self.counted, office__in=self.answering)
        self.loose = list(self._loose())

    def _loose(self) -> Iterator[tuple[int, facts.Tally]]:
        """What must be added to what is counted, and taken from it."""
        wall.look_across("left", self.post.office_id)
        hidden, added = _hidden(self.post), rules.joined((self.counted.get(day, midnight(day)), facts.end_of(day)) for day in self.days)
        for each in facts.tally(added, offices=self.answering, cases=~Q(case__in=hidden)):
            yield 1, each
        if hidden:
            taken = rules.joined((midnight(day), until) for day, until in self.counted.items())
            for each in facts.tally(taken, offices=self.answering, cases=Q(case__in=hidden)):
                yield -1, each

    def by_day(self) -> dict[date, Counts]:
        """What each day of the period came to, in order."""
        found: dict[date, Counts] = {day: Counter() for day in self.days}
        self._add(found, "day")
        return found

    @cached_property
    def by_office(self) -> dict[UUID, Counts]:
        """What each office came to in the period, and what stands with it now."""
        found: dict[UUID, Counts] = defaultdict(Counter)
        self._add(found, "office")
        for row in cases.by_lead(self.post):
            found[row["lead"]].update(open=row["open"], late=row["late"])
        return found

    def in_all(self, name: str) -> int:
        """A measure of all offices together."""
        return sum(counts[name] for counts in self.by_office.values())

    def _add(self, found: dict[Any, Counts], key: str) -> None:
        for row in self.kept.order_by().values(key).annotate(**{f"all_{name}": Sum(name) for name in facts.SOURCE_OF}):
            found[row[key]].update({name: row[f"all_{name}"] for name in facts.SOURCE_OF})
        for sign, each in self.loose:
            found[getattr(each, key)].update({name: sign * count for name, count in each.counts.items()})

    def tiles(self, level: str, *, within: Office | None = None, on: date) -> list[Tile]:
        """The places of a level, in the order of their divisions, those too where nothing is."""
        found: dict[UUID, Tile] = {}
        for office in self.offices.values():
            line = self._line(office)
            place = _place_of(line, level)
            stands = (
                office == place
                and office.kind == LEVELS[level]
                and office.valid_from <= on
                and not (office.valid_to and office.valid_to <= on)
            )
            counts = self.by_office.get(office.pk, Counter())
            if place and (within is None or within in line) and (stands or counts):
                found.setdefault(place.pk, Tile(Place(level, place), Counter())).counts.update(counts)
        return sorted(found.values(), key=Tile.order)

    def _line(self, office: Office) -> list[Office]:
        """An office and those above it."""
        line = [office]
        while (above := line[-1].parent_id) in self.offices:
            line.append(self.offices[above])
        return line


def place_named(post: Post, level: str, code: str) -> Place | None:
    """The place of this code on a board, if it is on it."""
    office = Office.objects.filter(code=code).select_related("division", "parent").first() if level in LEVELS and code else None
    if office is None or (level != "county" and office.kind != LEVELS[level]):
        return None
    is_below = office.parent_id == post.office_id if level == "province" else office.pk in answering_to(post)
    return Place(level, office) if is_below else None


def _hidden(post: Post) -> list[UUID]:
    """Cases of which a board shows nothing, though offices below it acted: its office keeps away, or they went elsewhere."""
    sender = Q(transfers__sender__parent=post.office_id) | Q(transfers__sender__parent__parent=post.office_id)
    gone = Case.objects.filter(sender, transfers__state=TransferState.ACCEPTED).exclude(cases.below(post)).values_list("pk")
    return list(cases.kept_from(post).union(gone))


def _place_of(line: list[Office], level: str) -> Office | None:
    """Whose tile the numbers of the first of a line are on."""
    centre = next((place for place, each in enumerate(line) if each.kind == OfficeKind.HOTLINE_CENTRE), None)
    if centre is None:
        return next((each for each in line if each.kind == LEVELS[level]), None)
    place = {"province": centre + 1, "prefecture": centre, "county": max(centre - 1, 0)}[level]
    return line[place] if place < len(line) else None


# --- the list behind a number


def listed(post: Post, name: str, at: datetime, *, place: Place | None = None, day: date | None = None) -> QuerySet[Any]:
    """The rows that a number counts: of one place, of one day of the period, or all."""
    if name in NOW:
        rows = NOW[name](post)
        return rows.filter(lead__in=place.offices) if place else rows
    source, period = facts.SOURCE_OF[name], rules.period(local(at).date())
    days = [each for each in period if day in (None, each)]
    offices = set(answering_to(post)).intersection(place.offices) if place else answering_to(post)
    rows = (
        source.within(facts.whole(days)).filter(source.measures[name], **{f"{source.office}__in": offices}).exclude(case__in=_hidden(post))
    )
    return rows.select_related("case__deadline", "case__holder", "case__place", source.office).order_by(f"-{source.at}", "pk")
