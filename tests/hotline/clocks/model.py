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
    """An office: its windows (minutes since midnight, half-open), the dates on which it works, and the spans in which time stands still."""

    def __init__(
        self,
        windows: list[tuple[int, int]],
        exceptions: frozenset[date] = frozenset(),
        local: dict[date, bool] | None = None,
        pauses: list[tuple[datetime, datetime]] | None = None,
    ) -> None:
        self.windows = windows
        self.exceptions = exceptions
        self.local = local or {}
        self.pauses = pauses or []

    def works_on(self, day: date) -> bool:
        """Whether the day is worked."""
        if day in self.local:
            return self.local[day]
        return (day.weekday() < 5) != (day in self.exceptions)

    def works(self, minute: datetime) -> bool:
        """Whether the minute that begins now is worked."""
        inside = any(start <= minute.hour * 60 + minute.minute < end for start, end in self.windows)
        return inside and self.works_on(minute.date())

    def stands_still(self, minute: datetime) -> bool:
        """Whether the minute that begins now lies in a pause."""
        return any(begins <= minute < ends for begins, ends in self.pauses)

    def worked(self, start: datetime) -> Iterator[datetime]:
        """The minutes worked from `start` on."""
        while True:
            if self.works(start) and not self.stands_still(start):
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
        """When the so-many-th day worked after the start's own has its last minute behind it, and not in a pause."""
        day = start.date()
        while amount:
            day += timedelta(days=1)
            amount -= self.works_on(day) and not self.stands_still(self.last_minute(day))
        return self.last_minute(day) + MINUTE if day != start.date() else start

    def last_minute(self, day: date) -> datetime:
        """The last minute of a day that lies in a window."""
        minutes = (moment(f"{day} 23:59") - count * MINUTE for count in range(24 * 60))
        return next(each for each in minutes if any(start <= each.hour * 60 + each.minute < end for start, end in self.windows))

    def after_real_minutes(self, start: datetime, amount: int) -> datetime:
        """When so many minutes have passed, day and night, outside the pauses."""
        while amount:
            amount -= not self.stands_still(start)
            start += MINUTE
        return start

    def at_the_end_of_a_workday(self, end: datetime) -> datetime:
        """Civil Code, art. 203: where the last minute lies in a day off, the next working day is the last day, up to its close."""
        day = (end - MINUTE).date()
        return end if self.works_on(day) else self.after_days(moment(f"{day} 00:00"), 1)

    def due(self, start: datetime, amount: int, unit: str, *, ends_on_workday: bool) -> datetime:
        """When a limit in any unit ends."""
        if unit == "working_day":
            return self.after_days(start, amount)
        if unit == "working_minute":
            return self.after_minutes(start, amount)
        end = self.after_real_minutes(start, amount * {"minute": 1, "day": 24 * 60}[unit])
        return self.at_the_end_of_a_workday(end) if ends_on_workday and unit == "day" and amount else end

    def between(self, start: datetime, end: datetime) -> int:
        """How many minutes are worked from `start` to `end`."""
        count = 0
        while start < end:
            count += self.works(start) and not self.stands_still(start)
            start += MINUTE
        return count
