"""Sums in working time as look-ups, for millions of them: the same as `clocks.rules`, which a test holds beside it.

Moments may be given as seconds since 1970, which is how the sums are done.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hutong.hotline.clocks import rules
from hutong.hotline.clocks.rules import Calendar, Windows

AHEAD = timedelta(days=60)  # no default limit is longer
A_DAY = 86_400.0
REAL_SECONDS = {unit: span.total_seconds() for unit, span in rules.REAL_TIME.items()}
CHINA = 8 * 3600.0  # ahead of UTC, all year


class WorkingTime:
    """The stretches of working time of a period: when each opens, and how many seconds were worked before it."""

    def __init__(self, since: datetime, until: datetime, *, calendar: Calendar, windows: Windows, ahead: timedelta = AHEAD) -> None:
        self.known_until = calendar.known_until(since.date())
        self.closes = 60.0 * windows[-1][1]
        dates = [since.date() + timedelta(days=number) for number in range((until + ahead - since).days + 1)]
        self.days = [day_of(rules.midnight(day).timestamp()) for day in dates if calendar.guessing().is_workday(day)]
        self.opens: list[float] = []
        self.worked: list[float] = [0.0]
        for day in self.days:
            for first, last in windows:
                self.opens.append(midnight(day) + 60 * first)
                self.worked.append(self.worked[-1] + 60 * (last - first))

    def due(self, start: datetime, amount: int, unit: str) -> datetime:
        """As `rules.due`, with Monday to Friday worked where nothing is published yet."""
        return datetime.fromtimestamp(self.due_at(start.timestamp(), amount, unit), UTC)

    def due_at(self, start: float, amount: int, unit: str, *, ends_on_workday: bool = False) -> float:
        """The same, in seconds."""
        if not amount:
            return start
        if unit == "working_day":
            return self._closing(self.days[bisect_right(self.days, day_of(start)) - 1 + amount])
        if unit == "working_minute":
            return self._when(self._worked_by(start) + 60 * amount)
        due = start + amount * REAL_SECONDS[unit]
        last = day_of(due - 1e-6)  # 24:00 belongs to the day that it closes
        workday = self.days[bisect_left(self.days, last)] if ends_on_workday else last
        return due if workday == last else self._closing(workday)

    def is_provisional(self, due: datetime, unit: str) -> bool:
        """Whether a deadline lies beyond the days that are known."""
        return unit not in rules.REAL_TIME and rules.local(due).date() >= self.known_until

    def alarms(self, started: datetime, due: datetime, unit: str, warn_at: Sequence[int]) -> list[tuple[int, datetime]]:
        """As `rules.alarms`."""
        if unit in rules.REAL_TIME:
            return [(share, started + (due - started) * share / 100) for share in warn_at]
        first, last = self._worked_by(started.timestamp()), self._worked_by(due.timestamp())
        return [(share, datetime.fromtimestamp(self._when(first + (last - first) * share / 100), UTC)) for share in warn_at]

    def between(self, start: float, end: float, unit: str) -> float:
        """Seconds from one moment to the other, as the unit counts them."""
        return end - start if unit in REAL_SECONDS else self._worked_by(end) - self._worked_by(start)

    def _closing(self, day: int) -> float:
        return midnight(day) + self.closes

    def _worked_by(self, at: float) -> float:
        stretch = bisect_right(self.opens, at) - 1
        return min(self.worked[stretch] + at - self.opens[stretch], self.worked[stretch + 1])

    def _when(self, worked: float) -> float:
        stretch = bisect_left(self.worked, worked) - 1
        return self.opens[stretch] + worked - self.worked[stretch]


def day_of(at: float) -> int:
    """The number of a moment's day in China, counted from 1970."""
    return int((at + CHINA) // A_DAY)


def midnight(day: int) -> float:
    """When a day begins."""
    return day * A_DAY - CHINA
