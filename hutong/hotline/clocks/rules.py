"""When a limit ends: real time runs day and night, working time in the office's windows on China's working days. Pure.

Source: State Council, Measures for Public Holidays and its yearly notices of holidays and make-up workdays (调休);
tiers I and II in real time, III and IV in working time: rulebook. Moments are aware; results are in China's time.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
REAL_TIME = {"minute": MINUTE, "day": DAY}
FRIDAY = 4
EVER = datetime(9999, 1, 1, tzinfo=SHANGHAI)
EVERY_YEAR = range(1, 10_000)
NEW_YEAR = (12, 25)  # from here on a day belongs to the next year's notice; of 2004 to 2026 none named one before 29 December
NAME_LENGTH = 40
YEARS = range(2000, 2100)  # what a year may be when it is typed

Windows = Sequence[tuple[int, int]]  # minutes since midnight, half-open, in order; 1440 is 24:00
DEFAULT_WINDOWS: Windows = ((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))
MISSED = 100  # per cent of the limit
LOW = 80  # per cent: what runs longer than this has less than a fifth of its time left

UNPUBLISHED = _("{year} 年的放假调休安排尚未录入，无法计算工作时限。")
ENTER_IT = _("请管理员先录入国务院办公厅关于 {year} 年部分节假日安排的通知。")


class UnpublishedYear(Refusal):
    """A sum in working time reached into a year whose holidays are not known. Never guessed."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(Reason("unpublished_year", format_lazy(UNPUBLISHED, year=year), format_lazy(ENTER_IT, year=year)))


@dataclass(frozen=True)
class Calendar:
    """The published years, and the days that differ from their weekday: weekdays off and weekend days at work."""

    published: Container[int] = frozenset()
    exceptions: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """法定工作日: Monday to Friday unless off by notice, and weekend days made up for. Raises UnpublishedYear."""
        for year in (day.year, year_of_notice(day)):
            if year not in self.published:
                raise UnpublishedYear(year)
        return is_weekday(day) != (day in self.exceptions)

    def guessing(self) -> "Calendar":
        """The same, and Monday to Friday where nothing is published: for deadlines that are shown as provisional."""
        return replace(self, published=EVERY_YEAR)

    def workdays(self, year: int) -> int:
        """How many days of a year are worked. Raises UnpublishedYear."""
        days = (date(year, 1, 1) + count * DAY for count in range(366))
        return sum(self.is_workday(day) for day in days if day.year == year)

    def known_until(self, since: date) -> date:
        """The first day, from the year of `since` on, of which nobody can say yet whether it is a working day."""
        year = since.year
        while year in self.published:
            year += 1
        return date(year - 1, *NEW_YEAR)

    def workday_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted. Raises UnpublishedYear."""
        while count:
            day += DAY
            count -= self.is_workday(day)
        return day


class SpecialDay(NamedTuple):
    """A day that a notice names: off or at work, and for which holiday."""

    day: date
    is_workday: bool
    name: str

    @property
    def differs(self) -> bool:
        """Whether it is not as its weekday is anyway."""
        return self.is_workday != is_weekday(self.day)


def is_weekday(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() <= FRIDAY


def year_of_notice(day: date) -> int:
    """Special days at the end of December belong to New Year's Day, and stand in the next year's notice."""
    return day.year + ((day.month, day.day) >= NEW_YEAR)


def notice_faults(year: int, days: Sequence[SpecialDay]) -> dict[str, str]:
    """What is wrong with a notice as entered, a sentence by field: it must name special days, each once, of its own year.

    Its own year begins with the last days of the December before, for New Year's Day.
    """
    named = [special.day for special in days]
    names = [special.name for special in days]
    checks = (
        ("year", year in YEARS, _("年份不成立。")),
        ("days", any(special.differs for special in days), _("没有列出任何放假或调休的日子。")),
        ("days", len(named) == len(set(named)), _("同一天列了两次。")),
        ("days", all(day.year == year or year_of_notice(day) == year for day in named), _("有不属于这一年的日子。")),
        ("days", all(0 < len(name) <= NAME_LENGTH for name in names), _("每一天都要写明节日名称，不超过 40 字。")),
    )
    return {field: str(sentence) for field, holds, sentence in reversed(checks) if not holds}


def local(at: datetime) -> datetime:
    """The moment by China's clock. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(SHANGHAI)


def due(start: datetime, amount: int, unit: str, *, calendar: Calendar, windows: Windows) -> datetime:
    """限时办理: the moment at which `amount` units (0 or more) from `start` have passed. An amount of zero is due at once.

    `minute` and `day` (24 hours) run in real time and need no calendar. `working_minute` counts time inside the windows of
    working days, from the next working moment on. `working_day` ends with the last window of the n-th working day after
    the start's own day (Civil Code, art. 201: the day of the event is not counted). Raises UnpublishedYear.
    """
    start = local(start)
    if not amount:
        return start
    if unit in REAL_TIME:
        return local(start.astimezone(UTC) + amount * REAL_TIME[unit])
    if unit == "working_day":
        last = max(end for _start, end in windows)
        return midnight(calendar.workday_after(start.date(), amount)) + last * MINUTE
    return _after_working(start, amount * MINUTE, calendar, windows)


def working_minutes_between(start: datetime, end: datetime, *, calendar: Calendar, windows: Windows) -> float:
    """Working minutes from `start` to `end`; 0 when `end` is not later. Raises UnpublishedYear."""
    spans = _spans(local(start), local(end), calendar, windows)
    return sum((closes - opens for opens, closes in spans), timedelta()) / MINUTE


def alarms(
    started: datetime, due: datetime, unit: str, *, calendar: Calendar, windows: Windows, warn_at: Sequence[int]
) -> list[tuple[int, datetime]]:
    """预警: the moment at which each share (per cent, below 100) of the time from `started` to `due` has passed.

    Working units share out working time, so that no warning comes only because a night has passed. Raises UnpublishedYear.
    """
    started, due = local(started), local(due)
    if unit in REAL_TIME:
        return [(share, started + (due - started) * share / 100) for share in warn_at]
    whole = working_minutes_between(started, due, calendar=calendar, windows=windows)
    return [(share, _after_working(started, whole * share / 100 * MINUTE, calendar, windows)) for share in warn_at]


def _after_working(start: datetime, left: timedelta, calendar: Calendar, windows: Windows) -> datetime:
    for opens, closes in _spans(start, EVER, calendar, windows) if left else ():
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return start


def _spans(start: datetime, until: datetime, calendar: Calendar, windows: Windows) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time between two moments. Reads no day that `until` does not reach."""
    day = start.date()
    while (dawn := midnight(day)) < until:
        for first, last in windows if calendar.is_workday(day) else ():
            opens, closes = max(start, dawn + first * MINUTE), min(until, dawn + last * MINUTE)
            if opens < closes:
                yield opens, closes
                start = closes
        day += DAY


def midnight(day: date) -> datetime:
    """The moment at which a day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
