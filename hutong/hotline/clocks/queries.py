"""Reckoning with the calendar and the hours that are in the database. Real time asks the database nothing.

`at` is the moment whose knowledge counts (None: now): an old deadline is explained by what held when it was reckoned.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from hutong.hotline.clocks import rules, sums
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, LocalDay, RunningClock, WorkHours
from hutong.hotline.clocks.rules import Calendar, Span, SpecialDay, Windows
from hutong.hotline.network import rules as network
from hutong.hotline.network.models import Division, Office, OfficeKind, Post, Role
from hutong.hotline.rulebook.models import Limit, Unit
from hutong.hotline.rulebook.rules import TIERS

NOVEMBER = 11
C = TypeVar("C", bound=RunningClock)


class Reckoning(NamedTuple):
    """When something is due; provisional where that took a year whose holidays are not known yet."""

    due_at: datetime
    is_provisional: bool = False


@dataclass(frozen=True)
class WorkTime:
    """What sums in working time are made of; `hours` and `names` say where it comes from."""

    calendar: Calendar = field(default_factory=Calendar)
    windows: Windows = ()
    hours: WorkHours | None = None
    names: dict[date, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Any]:
        """For a sum that is refused where a year is not known."""
        return {"calendar": self.calendar, "windows": self.windows}

    @property
    def guessed(self) -> dict[str, Any]:
        """For a sum that counts Monday to Friday there."""
        return {"calendar": self.calendar.guessing(), "windows": self.windows}


# --- the calendar


def held(at: datetime | None, *, of: str = "") -> Q:
    """The rows (`of` a relation) that stand, or stood at a moment."""
    still = Q(**{f"{of}ended_at": None})
    return still if at is None else Q(**{f"{of}set_at__lte": at}) & (still | Q(**{f"{of}ended_at__gt": at}))


def calendar(*, since: date, division: str = "", at: datetime | None = None) -> Calendar:
    """The published years from that of `since` on, and what a division and those above it decided. Two queries, one for the nation.

    They give a few dozen rows, so nothing is kept that could grow stale.
    """
    return named_calendar(since=since, division=division, at=at)[0]


def named_calendar(*, since: date, division: str, at: datetime | None = None) -> tuple[Calendar, dict[date, str]]:
    """The same, and what its special days are called."""
    years = CalendarYear.objects.filter(Q() if at is None else Q(published_at__lte=at), year__gte=since.year)
    special = years.annotate(special=FilteredRelation("days", condition=held(at, of="days__")))
    rows = list(special.values_list("year", "special__day", "special__name"))
    local = local_days(division, since=date(since.year, 1, 1), at=at)
    known = Calendar(
        frozenset(year for year, _day, _name in rows), frozenset(day for _year, day, _name in rows if day),
        {each.day: each.is_workday for each in local},
    )  # fmt: skip
    return known, {day: name for _year, day, name in rows if day} | {each.day: each.name for each in local}


def local_days(division: str, *, since: date, at: datetime | None = None) -> list[LocalDay]:
    """逐级继承: what a division and those above it decided about days from `since` on, the nearest last: it outdoes the others."""
    rows = LocalDay.objects.filter(held(at), division__in=network.chain(division), day__gte=since)
    return list(rows.select_related("division", "set_by__staff").order_by(Length("division_id"), "day"))


def published_years() -> QuerySet[CalendarYear]:
    """The years whose notice is entered, newest first."""
    return CalendarYear.objects.order_by("-year")


def special_days(year: int) -> list[SpecialDay]:
    """The days that the notice of a year names and that differ from their weekday, in order."""
    rows = CalendarDay.objects.filter(held(None), year=year).order_by("day").values_list("day", "is_workday", "name")
    return [SpecialDay(*row) for row in rows]


def keeps_calendar(by: Post) -> bool:
    """Whether a post enters the yearly notices: an administrator's, of the ministry or a province."""
    return by.role == Role.ADMINISTRATOR and by.office.kind in {OfficeKind.MINISTRY, OfficeKind.PROVINCE_BUREAU}


def keeps_days(by: Post) -> bool:
    """Whether a post decides which days are off at its place: an administrator's, of civil affairs."""
    return by.role == Role.ADMINISTRATOR and by.office.kind in network.CIVIL_AFFAIRS


def divisions_to_keep(by: Post) -> QuerySet[Division]:
    """The divisions about whose days a post decides: its own and those below."""
    below = Division.objects.filter(code__startswith=by.office.division_id or "", is_placeholder=False)
    return below if keeps_days(by) else Division.objects.none()


def local_days_to_keep(by: Post) -> QuerySet[LocalDay]:
    """What was decided about days and stands, where a post may decide otherwise."""
    return LocalDay.objects.filter(held(None), division__in=divisions_to_keep(by)).select_related("division")


def missing_year(on: date) -> int | None:
    """The year whose notice should have been entered by that day and is not: this year's, and from 1 November the next one's."""
    wanted = [on.year, on.year + 1] if on.month >= NOVEMBER else [on.year]
    published = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    return next((year for year in wanted if year not in published), None)


def known_until(at: datetime) -> datetime:
    """The first moment from `at` on that lies in a day of which nobody can say yet whether it is a working day."""
    today = rules.local(at).date()
    return rules.midnight(calendar(since=today).known_until(today))


# --- the hours

# The hours of the nearest office, itself first, that has some; else the nation's.
NEAREST_HOURS = """
WITH RECURSIVE line (id, parent_id, up) AS (
  SELECT id, parent_id, 0 FROM network_office WHERE id = %s
  UNION ALL SELECT o.id, o.parent_id, line.up + 1 FROM network_office o JOIN line ON o.id = line.parent_id
) SELECT h.id FROM clocks_work_hours h LEFT JOIN line ON line.id = h.office_id
WHERE (h.office_id IS NULL OR line.id IS NOT NULL)
AND CASE WHEN %s::timestamptz IS NULL THEN h.ended_at IS NULL ELSE h.set_at <= %s AND (h.ended_at > %s) IS NOT FALSE END
ORDER BY line.up LIMIT 1"""


def hours(office: Office, *, at: datetime | None = None) -> WorkHours:
    """The working hours of an office: its own, else those of the nearest office above that has some, else the nation's. One query."""
    nearest = RawSQL(NEAREST_HOURS, [office.pk, at, at, at])  # noqa: S611 the statement is constant
    return WorkHours.objects.select_related("office", "set_by__staff").get(pk__in=nearest)


def windows(office: Office, *, at: datetime | None = None) -> Windows:
    """The windows of a working day in an office. One query."""
    return hours(office, at=at).windows


def all_hours() -> list[tuple[UUID | None, Windows]]:
    """The hours of every office that has some of its own, and the nation's (None)."""
    return [(each.office_id, each.windows) for each in WorkHours.objects.filter(held(None))]


def all_local_days(*, since: date) -> QuerySet[LocalDay, tuple[str, date, bool]]:
    """What every division decided about days from `since` on."""
    return LocalDay.objects.filter(held(None), day__gte=since).values_list("division", "day", "is_workday")


# --- sums


def work_time(office: Office, *, since: datetime, at: datetime | None = None) -> WorkTime:
    """The working time of an office from the year of `since` on. Three queries."""
    known, names = named_calendar(since=rules.local(since).date(), division=office.division_id or "", at=at)
    found = hours(office, at=at)
    return WorkTime(known, found.windows, found, names)


def reckon(*, limit: Limit, started_at: datetime, office: Office, pauses: Iterable[Span] = (), at: datetime | None = None) -> Reckoning:
    """When the limit that started then ends in this office. Three queries, none for real time."""
    return _reckoned(started_at, limit.amount, limit.unit, office, at, pauses=pauses, ends_on_workday=limit.ends_on_workday)


def extend(before: Reckoning, *, days: int, office: Office, at: datetime | None = None, pauses: Iterable[Span] = ()) -> Reckoning:
    """延期: so many working days (of the whole day) after the day on which it was due."""
    longer = _reckoned(before.due_at, days, Unit.WORKING_DAY, office, at, pauses=pauses)
    return longer._replace(is_provisional=before.is_provisional or longer.is_provisional)


def settled(clock: RunningClock, *, office: Office, at: datetime | None = None, pauses: Iterable[Span] = ()) -> Reckoning:
    """When the clock is due by what is known: a certain one stands as it was set, a provisional or a paused one is reckoned anew."""
    if not clock.is_provisional:
        if not pauses:
            return Reckoning(clock.due_at)
        at = _set_at(clock)  # a pause changes nothing else
    if clock.replaces:
        return replacing(clock, clock.replaces, office=office, at=at, pauses=pauses)
    return reckon(limit=clock.limit, started_at=clock.started_at, office=office, at=at, pauses=pauses)


def replacing(
    clock: RunningClock, old: RunningClock, *, office: Office, at: datetime | None = None, pauses: Iterable[Span] = ()
) -> Reckoning:  # fmt: skip
    """When a clock is due that takes the place of `old`: later by the extension, else never later when the tier rose, never earlier
    when it fell, and otherwise as `old`.
    """
    before = settled(old, office=office, at=at, pauses=pauses)
    if clock.extension_days:
        return extend(before, days=clock.extension_days, office=office, at=at, pauses=pauses)
    if clock.tier == old.tier:
        return before
    anew = reckon(limit=clock.limit, started_at=clock.started_at, office=office, at=at, pauses=pauses)
    due_at, is_provisional = (min if rises(clock, old) else max)(before, anew)
    return Reckoning(max(due_at, clock.started_at), is_provisional)


def rises(clock: RunningClock, old: RunningClock) -> bool:
    """Whether the tier is higher than it was."""
    return TIERS.index(clock.tier) < TIERS.index(old.tier)


def wind(clock: RunningClock, *, office: Office, pauses: Iterable[Span] = ()) -> None:
    """Set a new clock's alarms: its warnings by its own due moment, which need not be the limit's, and the next after what was told."""
    time = _time_for(clock.unit, clock.started_at, office, None)
    shares = [*clock.limit.warn_at, rules.LOW]
    told = rules.alarms(clock.started_at, clock.due_at, clock.unit, warn_at=shares, pauses=pauses, **time.guessed)
    *clock.warnings_at, clock.low_at = [moment for _share, moment in told]
    clock.next_alarm_at = clock.rings_after(clock.warned)


def carry_over(old: RunningClock, clock: RunningClock, *, at: datetime) -> None:
    """What was told of a limit, and would have been told by now in any case, is not told again of the clock that takes its place."""
    clock.warned = max((share for share, moment in clock.alarms if share <= old.warned and moment <= at), default=0)
    if clock.warned == rules.MISSED:
        clock.missed_at, clock.rung, clock.next_rung_at = old.missed_at, old.rung, old.next_rung_at
    clock.next_alarm_at = clock.rings_after(clock.warned)


def _reckoned(start: datetime, amount: int, unit: str, office: Office, at: datetime | None, **more: Any) -> Reckoning:
    time = _time_for(unit, start, office, at, **more)
    try:
        return Reckoning(rules.due(start, amount, unit, **time.known, **more))
    except rules.UnpublishedYear:
        return Reckoning(rules.due(start, amount, unit, **time.guessed, **more), is_provisional=True)


def _time_for(
    unit: str, since: datetime, office: Office, at: datetime | None, *, ends_on_workday: bool = False, **_more: object
) -> WorkTime:  # fmt: skip
    """Real time needs no calendar, unless it ends on a working day."""
    return WorkTime() if unit in rules.REAL_TIME and not ends_on_workday else work_time(office, since=since, at=at)


# --- why this deadline?


@dataclass(frozen=True)
class Explanation:
    """Why a clock is due when it is: the sum (`amount` of `unit` from `since` on) line by line, and what its place in the story adds.

    `kept`: when the deadline was due before a change of tier. `longer_than`: what an extension makes longer.
    """

    clock: RunningClock
    since: datetime
    amount: int
    unit: str
    lines: list[sums.Line]
    hours: WorkHours | None
    pauses: list[Span]
    kept: datetime | None = None
    longer_than: "Explanation | None" = None

    @property
    def ends_at(self) -> datetime:
        """Where the sum ends."""
        return self.lines[-1].until

    @property
    def verdict(self) -> str:
        """Why the deadline is that: the sum's end, else after a change of tier the old deadline, or the moment of the change.

        `otherwise`: it was reckoned from records that are gone.
        """
        ways = {"sum": self.ends_at, "kept": self.kept, "at_once": self.clock.started_at}
        return next((way for way, moment in ways.items() if moment == self.clock.due_at), "otherwise")

    @property
    def replaced(self) -> Iterator[RunningClock]:
        """Each deadline of the stage with the one whose place it took, the latest first."""
        clock = self.clock
        while clock.replaces:
            yield clock
            clock = clock.replaces


def why(clock: RunningClock, *, office: Office, pauses: Iterable[Span] = ()) -> Explanation:
    """为什么是这个时间: the sum, by what held when the clock was set. As many queries however long the sum is."""
    clock = _with_replaced(clock)
    return _explained(clock, office, _set_at(clock), list(pauses))


CHAIN = """
WITH RECURSIVE line (id, replaces_id) AS (
  SELECT id, replaces_id FROM {table} WHERE id = %s
  UNION ALL SELECT k.id, k.replaces_id FROM {table} k JOIN line ON k.id = line.replaces_id
) SELECT id FROM line"""


def _with_replaced(clock: C) -> C:
    """The clock, and behind it those that it replaced, one after the other. One query."""
    chain = RawSQL(CHAIN.format(table=clock._meta.db_table), [clock.pk])  # noqa: S611 the statement is constant
    rows = type(clock)._default_manager.filter(pk__in=chain).select_related("limit__rulebook__division", "set_by__staff")
    found = {each.pk: each for each in rows}
    for each in found.values():
        each.replaces = found.get(each.replaces_id)  # type: ignore[attr-defined]
    return found[clock.pk]


def _set_at(clock: RunningClock) -> datetime:
    """When the clock was reckoned: as the one before ended, else as it started."""
    return (clock.replaces and clock.replaces.ended_at) or clock.started_at


def _explained(clock: RunningClock, office: Office, at: datetime, pauses: list[Span]) -> Explanation:
    limit, old = clock.limit, clock.replaces
    if old is None:
        return _summed(clock, clock.started_at, limit.amount, limit.unit, office, at, pauses, ends_on_workday=limit.ends_on_workday)
    before, known = settled(old, office=office, at=at).due_at, at if old.is_provisional else _set_at(old)
    if clock.extension_days:
        longer = _summed(clock, before, clock.extension_days, Unit.WORKING_DAY, office, at, pauses)
        return replace(longer, longer_than=_explained(old, office, known, pauses))
    if clock.tier == old.tier:
        return replace(_explained(old, office, known, pauses), clock=clock)
    anew = _summed(clock, clock.started_at, limit.amount, limit.unit, office, at, pauses, ends_on_workday=limit.ends_on_workday)
    return replace(anew, kept=before)


def _summed(
    clock: RunningClock, since: datetime, amount: int, unit: str, office: Office, at: datetime, pauses: list[Span], **more: Any
) -> Explanation:  # fmt: skip
    time = _time_for(unit, since, office, at, **more)
    lines = sums.explain(since, amount, unit, names=time.names, pauses=pauses, **time.guessed, **more)
    return Explanation(clock, since, amount, unit, lines, time.hours, pauses)
