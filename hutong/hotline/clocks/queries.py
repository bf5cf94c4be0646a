"""Reckoning with the calendar and the windows that are in the database. Real time asks the database nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from django.db.models import Q

from hutong.hotline.clocks import rules
from hutong.hotline.clocks.models import CalendarYear, RunningClock, WorkWindow
from hutong.hotline.network.models import Office
from hutong.hotline.rulebook.models import Limit, Unit


@dataclass(frozen=True)
class Reckoning:
    """What a limit comes to from one moment on: when it is due, and when to warn (per cent, moment)."""

    due_at: datetime
    alarms: Sequence[tuple[int, datetime]]


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


def reckon(*, limit: Limit, started_at: datetime, office: Office) -> Reckoning:
    """When the limit that started then ends in this office. Two queries, none for real time. Raises UnpublishedYear."""
    time = _work_time(limit.unit, started_at, office)
    due_at = rules.due(started_at, limit.amount, limit.unit, **time)
    return Reckoning(due_at, rules.alarms(started_at, due_at, limit.unit, warn_at=limit.warn_at, **time))


def extend(*, due_at: datetime, days: int, office: Office) -> datetime:
    """延期: so many working days (of the whole day) after the day on which it was due. Raises UnpublishedYear."""
    return rules.due(due_at, days, Unit.WORKING_DAY, **_work_time(Unit.WORKING_DAY, due_at, office))


def next_alarm(clock: RunningClock, *, after: int, office: Office) -> tuple[int, datetime] | None:
    """The next share (per cent) of the clock's time, after the one last told, and its moment: warnings, then 100 when due.

    Goes by the clock's own due moment, which need not be the limit's. Raises UnpublishedYear.
    """
    warnings = [share for share in clock.limit.warn_at if share > after][:1]
    if warnings:
        time = _work_time(clock.unit, clock.started_at, office)
        return rules.alarms(clock.started_at, clock.due_at, clock.unit, warn_at=warnings, **time)[0]
    return (rules.MISSED, clock.due_at) if after < rules.MISSED else None


def _work_time(unit: str, since: datetime, office: Office) -> WorkTime:
    if unit in rules.REAL_TIME:
        return WorkTime(calendar=rules.Calendar(), windows=())
    return WorkTime(calendar=calendar(since=rules.local(since).date()), windows=windows(office))
