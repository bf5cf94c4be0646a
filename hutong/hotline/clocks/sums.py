"""Why a limit ends when it does: the sum day by day, as one would do it on paper. Pure.

`rules.due` gives the moment; the last line here ends at the same one, having counted as much as the limit says.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.hotline.clocks import rules
from hutong.hotline.clocks.rules import DAY, Calendar, Span, Windows

# Why a day, or a stretch of real time, counts or does not.
REASONS = {
    "workday": _("工作日"),
    "made_up": _("调休上班"),
    "holiday": _("放假"),
    "weekend": _("周末"),
    "local_work": _("本地上班"),
    "local_off": _("本地放假"),
    "guessed": _("工作日（放假安排未公布，先按周一至周五）"),
    "first": _("起算当日，不计"),
    "over": _("起算时已过工作时间"),
    "running": _("昼夜连续计时"),
    "paused": _("暂停，不计"),
    "at_once": _("时限为零，立即到期"),
}
NO_NAMES: Mapping[date, str] = {}


class Line(NamedTuple):
    """A day of the sum (of real time: a stretch): why it counts or not, when it was counted, how much, how much in all, up to when.

    Working days are counted whole, as days.
    """

    day: date
    why: str
    until: datetime
    spans: tuple[Span, ...] = ()
    counted: timedelta = timedelta()
    total: timedelta = timedelta()
    name: str = ""

    @property
    def reason(self) -> str | Promise:
        """In words, without the name of the holiday."""
        return REASONS[self.why]


class Time(NamedTuple):
    """What every line of a sum is made of."""

    calendar: Calendar
    windows: Windows
    pauses: list[Span]
    names: Mapping[date, str]

    def line(self, day: date, until: datetime) -> Line:
        """A day of the calendar."""
        return Line(day, what(day, self.calendar), until, name=self.names.get(day, ""))


def what(day: date, calendar: Calendar) -> str:
    """What a day is: the key of its reason to be worked or not."""
    weekday = rules.is_weekday(day)
    if day in calendar.local:
        return "local_work" if calendar.local[day] else "local_off"
    if day in calendar.exceptions:
        return "holiday" if weekday else "made_up"
    if weekday:
        return "guessed" if calendar.missing_year(day) else "workday"
    return "weekend"


def explain(
    start: datetime,
    amount: int,
    unit: str,
    *,
    calendar: Calendar,
    windows: Windows,
    pauses: Sequence[Span] = (),
    ends_on_workday: bool = False,
    names: Mapping[date, str] = NO_NAMES,
) -> list[Line]:
    """The sum of `rules.due`, line by line. `names` of special days. Raises UnpublishedYear where `due` does."""
    start, time = rules.local(start), Time(calendar, windows, list(pauses), names)
    due = partial(rules.due, start, amount, unit, calendar=calendar, windows=windows, pauses=time.pauses)
    if not amount:
        return [Line(start.date(), "at_once", start)]
    end = due()
    if unit == "working_day":
        return list(_workdays(start, end, time))
    if unit == "working_minute":
        return list(_hours(start, end, time))
    lines, last = list(_stretches(start, end, unit, time)), due(ends_on_workday=ends_on_workday)
    return [*lines, *(_to_workday(lines[-1], last, time) if last != end else ())]


def _workdays(start: datetime, end: datetime, time: Time) -> Iterator[Line]:
    total, until = timedelta(), start
    for day in _days(start.date(), end):
        line, close = time.line(day, until), rules.closing(day, time.windows)
        works = time.calendar.is_workday(day)
        if day == start.date():
            yield line._replace(why="first", name="")
        elif works and rules.is_paused(close, time.pauses):
            yield line._replace(why="paused", total=total)
        elif works:
            total, until = total + DAY, close
            yield line._replace(until=until, counted=DAY, total=total)
        else:
            yield line._replace(total=total)


def _hours(start: datetime, end: datetime, time: Time) -> Iterator[Line]:
    total, until = timedelta(), start
    for day in _days(start.date(), end):
        since, till = max(start, rules.midnight(day)), min(end, rules.midnight(day) + DAY)
        spans, unpaused = (
            tuple(rules.running(since, till, "working_minute", time.calendar, time.windows, pauses)) for pauses in (time.pauses, ())
        )
        line = time.line(day, until)
        if not spans and time.calendar.is_workday(day):
            line = line._replace(why="paused" if unpaused else "over")
        counted = rules.length(spans)
        total, until = total + counted, spans[-1][1] if spans else until
        yield line._replace(spans=spans, counted=counted, total=total, until=until)


def _stretches(start: datetime, end: datetime, unit: str, time: Time) -> Iterator[Line]:
    """Real time: a line for each stretch between pauses, and one for each pause."""
    total, until = timedelta(), start
    for opens, closes in (map(rules.local, span) for span in rules.running(start, end, unit, time.calendar, time.windows, time.pauses)):
        if until < opens:
            yield Line(until.date(), "paused", opens, ((until, opens),), total=total)
        total, until = total + (closes - opens), closes
        yield Line(opens.date(), "running", closes, ((opens, closes),), closes - opens, total)


def _to_workday(before: Line, end: datetime, time: Time) -> Iterator[Line]:
    """The days off in which the time ended, up to the working day to which it is extended."""
    for day in _days(rules.last_day(before.until), end):
        line = time.line(day, before.until)._replace(total=before.total)
        if day == rules.last_day(end):
            yield line._replace(until=end)
        elif time.calendar.is_workday(day):
            yield line._replace(why="paused")
        else:
            yield line


def _days(first: date, end: datetime) -> Iterator[date]:
    while first <= rules.last_day(end):
        yield first
        first += DAY
