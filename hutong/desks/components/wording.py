"""Days, times of day and counted time, as the sum of a deadline says them."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hutong.hotline.clocks.rules import last_day


def hours(length: timedelta) -> str:
    """Time that was counted, in hours however many: 30 小时, 6 小时 30 分, 29 分 59 秒."""
    seconds = round(length.total_seconds())
    parts = ((_("{count} 小时"), seconds // 3600), (_("{count} 分"), seconds // 60 % 60), (_("{count} 秒"), seconds % 60))
    return " ".join(text.format(count=count) for text, count in parts if count) or _("{count} 分").format(count=0)


def day(on: date) -> str:
    """A day with its weekday."""
    return date_format(on, _("Y年n月j日 l"))


def clock_time(at: datetime, *, ends: bool = False) -> str:
    """The time of day, to the second where there are any; midnight is 24:00 where it `ends` something."""
    return "24:00" if ends and at.time() == time.min else date_format(at, "H:i:s" if at.second else "H:i")


def moment(at: datetime, *, ends: bool = False) -> str:
    """Day and time; where it `ends` something, midnight is 24:00 of the day before."""
    local = timezone.localtime(at)
    return f"{day(last_day(local) if ends else local)} {clock_time(local, ends=ends)}"
