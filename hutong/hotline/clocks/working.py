"""Sums in working time as look-ups, for millions of them: the same as `clocks.rules`, which a test holds beside it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hutong.hotline.clocks import rules
from hutong.hotline.clocks.rules import Calendar, Windows

AHEAD = timedelta(days=60)  # no default limit is longer


class WorkingTime:
    """The stretches of working time of a period: when each opens, and how many seconds were worked before it."""

    def __init__(self, since: datetime, until: datetime, *, calendar: Calendar, windows: Windows, ahead: timedelta = AHEAD) -> None:
        self.windows, self.known_until = windows, calendar.known_until(since.date())
        self.days = [day for day in _days(since.date(), (until + ahead).date()) if calendar.guessing().is_workday(day)]
        self.opens: list[float] = []
        self.worked: list[float] = [0.0]
        for day in self.days:
            midnight = datetime(day.year, day.month, day.day, tzinfo=rules.SHANGHAI).timestamp()
            for first, last in windows:
                self.opens.append(midnight + 60 * first)
                self.worked.append(self.worked[-1] + 60 * (last - first))

    def due(self, start: datetime, amount: int, unit: str, *, ends_on_workday: bool = False) -> datetime:
        """As `rules.due`, with Monday to Friday worked where nothing is published yet."""
        if not amount:
            return start
        if unit == "working_day":
            return self._closing(self.days[bisect_right(self.days, rules.local(start).date()) - 1 + amount])
        if unit == "working_minute":
            return self._when(self._worked_by(start) + 60 * amount)
        due = start + amount * rules.REAL_TIME[unit]
        last = rules.local(due).date()
        workday = self.days[bisect_left(self.days, last)] if ends_on_workday else last
        return due if workday == last else self._closing(workday)

    def is_provisional(self, due: datetime, unit: str) -> bool:
        """Whether a deadline lies beyond the days that are known."""
        return unit not in rules.REAL_TIME and rules.local(due).date() >= self.known_until

    def alarms(self, started: datetime, due: datetime, unit: str, warn_at: Sequence[int]) -> list[tuple[int, datetime]]:
        """As `rules.alarms`."""
        if unit in rules.REAL_TIME:
            return [(share, started + (due - started) * share / 100) for share in warn_at]
        first, last = self._worked_by(started), self._worked_by(due)
        return [(share, self._when(first + (last - first) * share / 100)) for share in warn_at]

    def between(self, start: datetime, end: datetime, unit: str) -> float:
        """Seconds from one moment to the other, as the unit counts them."""
        return (end - start).total_seconds() if unit in rules.REAL_TIME else self._worked_by(end) - self._worked_by(start)

    def _closing(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=rules.SHANGHAI) + self.windows[-1][1] * rules.MINUTE

    def _worked_by(self, moment: datetime) -> float:
        at = moment.timestamp()
        stretch = bisect_right(self.opens, at) - 1
        return min(self.worked[stretch] + at - self.opens[stretch], self.worked[stretch + 1])

    def _when(self, worked: float) -> datetime:
        stretch = bisect_left(self.worked, worked) - 1
        return datetime.fromtimestamp(self.opens[stretch] + worked - self.worked[stretch], UTC)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days)]
