"""Reckoning with the calendar and the windows that are in the database. Real time asks the database nothing."""

from datetime import date, datetime
from typing import NamedTuple, TypedDict

from django.db.models import Q, QuerySet

from hutong.hotline.clocks import rules
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, RunningClock, WorkWindow
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network.models import Office, OfficeKind, Post, Role
from hutong.hotline.rulebook.models import Limit, Unit
from hutong.hotline.rulebook.rules import TIERS

NOVEMBER = 11


class Reckoning(NamedTuple):
    """When something is due; provisional where that took a year whose holidays are not known yet."""

    due_at: datetime
    is_provisional: bool = False


class WorkTime(TypedDict):
    """What sums in working time are made of."""

    calendar: rules.Calendar
    windows: rules.Windows


def calendar(*, since: date) -> rules.Calendar:
    """The published years from that of `since` on. One query of a few dozen rows, so nothing is kept that could grow stale."""
    rows = CalendarYear.objects.filter(year__gte=since.year).values_list("year", "days__day")
    return rules.Calendar(frozenset(year for year, _day in rows), frozenset(day for _year, day in rows if day))


def windows(office: Office) -> rules.Windows:
    """The office's own working hours, else the nation's. One query."""
    rows = list(WorkWindow.objects.filter(Q(office=office) | Q(office=None)).order_by("start").values_list("office_id", "start", "end"))
    own = [(start, end) for owner, start, end in rows if owner]
    return own or [(start, end) for _owner, start, end in rows]


def published_years() -> QuerySet[CalendarYear]:
    """The years whose notice is entered, newest first."""
    return CalendarYear.objects.order_by("-year")


def special_days(year: int) -> list[SpecialDay]:
    """The days that the notice of a year names and that differ from their weekday, in order."""
    rows = CalendarDay.objects.filter(year=year).order_by("day").values_list("day", "is_workday", "name")
    return [SpecialDay(*row) for row in rows]


def keeps_calendar(by: Post) -> bool:
    """Whether a post enters the yearly notices: an administrator's, of the ministry or a province."""
    return by.role == Role.ADMINISTRATOR and by.office.kind in {OfficeKind.MINISTRY, OfficeKind.PROVINCE_BUREAU}


def missing_year(on: date) -> int | None:
    """The year whose notice should have been entered by that day and is not: this year's, and from 1 November the next one's."""
    wanted = [on.year, on.year + 1] if on.month >= NOVEMBER else [on.year]
    published = set(CalendarYear.objects.filter(year__in=wanted).values_list("year", flat=True))
    return next((year for year in wanted if year not in published), None)


def known_until(at: datetime) -> datetime:
    """The first moment from `at` on that lies in a day of which nobody can say yet whether it is a working day."""
    today = rules.local(at).date()
    return rules.midnight(calendar(since=today).known_until(today))


def reckon(*, limit: Limit, started_at: datetime, office: Office) -> Reckoning:
    """When the limit that started then ends in this office. Two queries, none for real time."""
    return _reckoned(started_at, limit.amount, limit.unit, office)


def extend(before: Reckoning, *, days: int, office: Office) -> Reckoning:
    """延期: so many working days (of the whole day) after the day on which it was due."""
    longer = _reckoned(before.due_at, days, Unit.WORKING_DAY, office)
    return longer._replace(is_provisional=before.is_provisional or longer.is_provisional)


def settled(clock: RunningClock, *, office: Office) -> Reckoning:
    """When the clock is due by what is published now: a certain one stands as it was set, a provisional one is reckoned anew."""
    if not clock.is_provisional:
        return Reckoning(clock.due_at)
    if clock.replaces:
        return replacing(clock, clock.replaces, office=office)
    return reckon(limit=clock.limit, started_at=clock.started_at, office=office)


def replacing(clock: RunningClock, old: RunningClock, *, office: Office) -> Reckoning:
    """When a clock is due that takes the place of `old`: later by the extension, else never later when the tier rose, never earlier
    when it fell, and otherwise as `old`.
    """
    before = settled(old, office=office)
    if clock.extension_days:
        return extend(before, days=clock.extension_days, office=office)
    if clock.tier == old.tier:
        return before
    rises = TIERS.index(clock.tier) < TIERS.index(old.tier)
    due_at, is_provisional = (min if rises else max)(before, reckon(limit=clock.limit, started_at=clock.started_at, office=office))
    return Reckoning(max(due_at, clock.started_at), is_provisional)


def alarms(clock: RunningClock, *, office: Office) -> list[tuple[int, datetime]]:
    """Each share (per cent) of the clock's time that is told of, with its moment: the warnings, and 100 when it is due.

    Goes by the clock's own due moment, which need not be the limit's.
    """
    time = _work_time(clock.unit, clock.started_at, office)
    warnings = rules.alarms(clock.started_at, clock.due_at, clock.unit, warn_at=clock.limit.warn_at, **_guessing(time))
    return [*warnings, (rules.MISSED, clock.due_at)]


def low_at(clock: RunningClock, *, office: Office) -> datetime:
    """When less than a fifth of the clock's time is left."""
    time = _work_time(clock.unit, clock.started_at, office)
    return rules.alarms(clock.started_at, clock.due_at, clock.unit, warn_at=[rules.LOW], **_guessing(time))[0][1]


def _reckoned(start: datetime, amount: int, unit: str, office: Office) -> Reckoning:
    time = _work_time(unit, start, office)
    try:
        return Reckoning(rules.due(start, amount, unit, **time))
    except rules.UnpublishedYear:
        return Reckoning(rules.due(start, amount, unit, **_guessing(time)), is_provisional=True)


def _work_time(unit: str, since: datetime, office: Office) -> WorkTime:
    if unit in rules.REAL_TIME:
        return WorkTime(calendar=rules.Calendar(), windows=())
    return WorkTime(calendar=calendar(since=rules.local(since).date()), windows=windows(office))


def _guessing(time: WorkTime) -> WorkTime:
    return WorkTime(calendar=time["calendar"].guessing(), windows=time["windows"])
