"""What the administration pages ask about holidays and hours."""

from django import template

from hutong.hotline.clocks import hours
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.network.models import Post

register = template.Library()


@register.filter
def keeps_calendar(post: Post) -> bool:
    """Whether this post enters the notices."""
    return clocks.keeps_calendar(post)


@register.filter
def clock_time(minutes: int) -> str:
    """Minutes since midnight as on a clock; 24:00 at its end."""
    return hours.clock(minutes)


@register.filter
def own_days(post: Post) -> str:
    """The code of the post's own division, where it decides about its days."""
    return post.office.division_id or "" if clocks.keeps_days(post) else ""
