"""When a limit ends: real time runs day and night, working time in the office's windows on China's working days. Pure.

Source: State Council, Measures for Public Holidays and its yearly notices of holidays and make-up workdays (调休);
tiers I and II in real time, III and IV in working time: rulebook. Moments are aware; results are in China's time.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
NEW_YEAR = (12, 25)  # from here on a day belongs to the next year's notice; of 2004 to 2026 none named one before 29 December
NAME_LENGTH = 40
YEARS = range(2000, 2100)  # what a year may be when it is typed

Windows = Sequence[tuple[int, int]]  # minutes since midnight, half-open, in order; 1440 is 24:00
DEFAULT_WINDOWS: Windows = ((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))
MOST_WINDOWS = 8  # of a day
Span = tuple[datetime, datetime]  # half-open
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
    """The published years, the days that differ from their weekday (off on a weekday, at work on a weekend), and what a place decided.

    `local` has the last word on its days (False: off). `guesses`: Monday to Friday are worked where nothing is known.
    """

    published: Container[int] = frozenset()
    exceptions: frozenset[date] = frozenset()
    local: Mapping[date, bool] = field(default_factory=dict)
    guesses: bool = False

    def is_workday(self, day: date) -> bool:
        """法定工作日: Monday to Friday unless off by notice, and weekend days made up for. Raises UnpublishedYear."""
        if day in self.local:
            return self.local[day]
        if not self.guesses and (year := self.missing_year(day)):
            raise UnpublishedYear(year)
        return is_weekday(day) != (day in self.exceptions)

    def missing_year(self, day: date) -> int | None:
        """The year whose notice must be known before one can say whether the day is worked, and is not."""
        for year in (day.year, year_of_notice(day)):
            if year not in self.published:
                return year
        return None

    def guessing(self) -> "Calendar":
        """The same, and Monday to Friday where nothing is published: for deadlines that are shown as provisional."""
        return replace(self, guesses=True)

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


def local_day_faults(days: Sequence[SpecialDay]) -> dict[str, str]:
    """What is wrong with local days as entered: each is named once, with why."""
    named = [special.day for special in days]
    checks = (
        ("days", bool(days), _("没有列出任何日子。")),
        ("days", len(named) == len(set(named)), _("同一天列了两次。")),
        ("days", all(day.year in YEARS for day in named), _("年份不成立。")),
        ("days", all(0 < len(special.name) <= NAME_LENGTH for special in days), _("每一天都要写明名称，不超过 40 字。")),
    )
    return {field: str(sentence) for field, holds, sentence in reversed(checks) if not holds}


def windows_faults(windows: Windows) -> str:
    """What is wrong with an office's windows: each ends after it begins, by 24:00 at the latest, and begins when the last one is over."""
    edges = [edge for window in windows for edge in window]
    checks = (
        (len(windows) <= MOST_WINDOWS, _("一天最多 8 段工作时间。")),
        (all(0 <= edge <= 24 * 60 for edge in edges), _("时刻应在 00:00 到 24:00 之间。")),
        (all(opens < closes for opens, closes in windows), _("每一段的结束都要晚于开始；跨过午夜的请分成两段，写到 24:00 为止。")),
        (edges == sorted(edges), _("各段要按先后写，不能重叠。")),
    )
    return next((str(sentence) for holds, sentence in checks if not holds), "")


def local(at: datetime) -> datetime:
    """The moment by China's clock. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(SHANGHAI)


def due(
    start: datetime,
    amount: int,
    unit: str,
    *,
    calendar: Calendar,
    windows: Windows,
    pauses: Iterable[Span] = (),
    ends_on_workday: bool = False,
) -> datetime:
    """限时办理: the moment at which `amount` units (0 or more) from `start` have passed. An amount of zero is due at once.

    `minute` and `day` (24 hours) run in real time and need no calendar. `working_minute` counts time inside the windows of
    working days, from the next working moment on. `working_day` ends with the last window of the n-th working day after
    the start's own day (Civil Code, art. 201: the day of the event is not counted). In `pauses` no time passes, and a working
    day that ends in one is not counted. `ends_on_workday`: days whose last one is a day off end with the last window of the
    next working day (art. 203). Raises UnpublishedYear.
    """
    start, pauses = local(start), list(pauses)
    if not amount:
        return start
    if unit == "working_day":
        return _close(start.date(), amount, calendar, windows, pauses)
    end = local(_after(start, amount * REAL_TIME.get(unit, MINUTE), running(start, EVER, unit, calendar, windows, pauses)))
    if ends_on_workday and unit == "day" and not calendar.is_workday(last := last_day(end)):
        return _close(last, 1, calendar, windows, pauses)
    return end


def last_day(end: datetime) -> date:
    """The day in which a time ends: 24:00 belongs to the day that it closes."""
    return (local(end) - timedelta.resolution).date()


def working_minutes_between(start: datetime, end: datetime, *, calendar: Calendar, windows: Windows) -> float:
    """Working minutes from `start` to `end`; 0 when `end` is not later. Raises UnpublishedYear."""
    return length(_spans(local(start), local(end), calendar, windows)) / MINUTE


def alarms(
    started: datetime,
    due: datetime,
    unit: str,
    *,
    calendar: Calendar,
    windows: Windows,
    warn_at: Sequence[int],
    pauses: Iterable[Span] = (),
) -> list[tuple[int, datetime]]:
    """预警: the moment at which each share (per cent, below 100) of the time from `started` to `due` has passed.

    Working units share out working time, so that no warning comes only because a night has passed. Raises UnpublishedYear.
    """
    spans = list(running(started, due, unit, calendar, windows, pauses))
    whole = length(spans)
    return [(share, local(_after(started, whole * share / 100, spans))) for share in warn_at]


def _close(day: date, count: int, calendar: Calendar, windows: Windows, pauses: Sequence[Span]) -> datetime:
    """The end of the last window of the `count`-th working day after `day`."""
    while count:
        day = calendar.workday_after(day, 1)
        count -= not (pauses and is_paused(closing(day, windows), pauses))
    return closing(day, windows)


def closing(day: date, windows: Windows) -> datetime:
    """The moment at which the last window of a day ends."""
    return midnight(day) + max(closes for _opens, closes in windows) * MINUTE


def is_paused(end: datetime, pauses: Iterable[Span]) -> bool:
    """Whether a time that ends then ends in a pause."""
    return any(begins < end <= ends for begins, ends in pauses)


def _after(start: datetime, left: timedelta, spans: Iterable[Span]) -> datetime:
    for opens, closes in spans if left else ():
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return start


def length(spans: Iterable[Span]) -> timedelta:
    """How much time stretches are together."""
    return sum((closes - opens for opens, closes in spans), timedelta())


def running(start: datetime, until: datetime, unit: str, calendar: Calendar, windows: Windows, pauses: Iterable[Span]) -> Iterator[Span]:
    """The stretches between two moments in which a limit of this unit runs; real time in UTC, where no hour is missing or double."""
    zone = UTC if unit in REAL_TIME else SHANGHAI
    start, until = local(start).astimezone(zone), local(until).astimezone(zone)
    spans = [(start, until)] if unit in REAL_TIME else _spans(start, until, calendar, windows)
    return _without(spans, sorted((local(begins).astimezone(zone), local(ends).astimezone(zone)) for begins, ends in pauses))


def _without(spans: Iterable[Span], pauses: Sequence[Span]) -> Iterator[Span]:
    """What is left of stretches beside pauses, both in order; pauses may overlap."""
    for opens, closes in spans:
        left = opens
        for begins, ends in pauses:
            if begins < closes and left < ends and begins < ends:
                if left < begins:
                    yield left, begins
                left = ends
        if left < closes:
            yield left, closes


def _spans(start: datetime, until: datetime, calendar: Calendar, windows: Windows) -> Iterator[Span]:
    """The stretches of working time between two moments. Reads no day that `until` does not reach."""
    day, edges = start.date(), [(first * MINUTE, last * MINUTE) for first, last in windows]
    while (dawn := midnight(day)) < until:
        for first, last in edges if calendar.is_workday(day) else ():
            opens, closes = max(start, dawn + first), min(until, dawn + last)
            if opens < closes:
                yield opens, closes
                start = closes
        day += DAY


def midnight(day: date) -> datetime:
    """The moment at which a day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
