"""Spans of time as people say them. static/js/case-clock.js says the same."""

from datetime import timedelta

from django.utils.translation import gettext as _


def span(time: timedelta) -> str:
    """The two largest units: 2 天 3 小时, 1 小时 20 分, 7 分."""
    minutes = int(time.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("{days} 天 {hours} 小时").format(days=days, hours=hours)
    if hours:
        return _("{hours} 小时 {minutes} 分").format(hours=hours, minutes=rest)
    return _("{minutes} 分").format(minutes=rest) if rest else _("不到 1 分")
