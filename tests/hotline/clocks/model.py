"""Working time, slow and obviously right: look at every minute and ask whether somebody works in it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from chinese_calendar import constants  # type: ignore[import-untyped]

from hutong.hotline.clocks.rules import SHANGHAI, Calendar

MINUTE = timedelta(minutes=1)
PACKAGED = Calendar(
    frozenset(day.year for day in constants.holidays),
    frozenset(day for day in constants.holidays if day.weekday() < 5) | frozenset(day for day in constants.workdays if day.weekday() > 4),
)


def moment(text: str) -> datetime:
    """2026-09-18 17:00, by China's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Model:
    """An office: its windows (minutes since midnight, half-open) and the dates on which it works."""

    def __init__(self, windows: list[tuple[int, int]], exceptions: frozenset[date]) -> None:
        self.windows = windows
        self.exceptions = exceptions

    def works(self, minute: datetime) -> bool:
        """Whether the minute that begins now is worked."""
        weekday = minute.weekday() < 5
        off = minute.date() in self.exceptions
        inside = any(start <= minute.hour * 60 + minute.minute < end for start, end in self.windows)
        return inside and weekday != off

    def worked(self, start: datetime) -> Iterator[datetime]:
        """The minutes worked from `start` on."""
        while True:
            if self.works(start):
                yield start
            start += MINUTE

    def after_minutes(self, start: datetime, amount: Fraction | int) -> datetime:
        """When so many minutes have been worked."""
        left = Fraction(amount)
        for minute in self.worked(start) if left else ():
            if left <= 1:
                return minute + float(left) * MINUTE
            left -= 1
        return start

    def after_days(self, start: datetime, amount: int) -> datetime:
        """When the so-many-th day worked after the start's own has its last minute behind it."""
        last = start
        days: set[date] = set()
        for minute in self.worked(start) if amount else ():
            if minute.date() == start.date():
                continue
            if minute.date() not in days and len(days) == amount:
                break
            days.add(minute.date())
            last = minute + MINUTE
        return last

    def between(self, start: datetime, end: datetime) -> int:
        """How many minutes are worked from `start` to `end`."""
        count = 0
        while start < end:
            count += self.works(start)
            start += MINUTE
        return count
