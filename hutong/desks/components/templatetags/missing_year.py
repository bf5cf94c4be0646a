"""The warning that the holidays of a year are not entered yet, on the desks of those who see to it."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.clocks import queries as clocks
from hutong.hotline.network.models import Role

register = template.Library()
TOLD = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD, Role.COORDINATOR, Role.ADMINISTRATOR})


@register.inclusion_tag("components/missing_year.html", takes_context=True)
def missing_year(context: template.Context, *, everywhere: bool = False) -> dict[str, Any]:
    """The year whose notice should have been entered by today; on a desk's own page alone, or everywhere."""
    post, path = context.get("post"), context["request"].path
    on_desk = everywhere or any(reverse(desk.name) == path for desk in context.get("desks") or ())
    if not (post and post.role in TOLD and on_desk):
        return {}
    return {"missing": clocks.missing_year(timezone.localdate()), "may_enter": clocks.keeps_calendar(post)}
