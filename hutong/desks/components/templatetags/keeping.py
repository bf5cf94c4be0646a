"""How it stands with the backups: all of it for administrators at the top, what cannot wait for whoever is on duty."""

from typing import Any

from django import template
from django.utils import timezone

from hutong.hotline.keeping import queries, rules
from hutong.hotline.network.models import OfficeKind, Post

register = template.Library()
TOP = frozenset({OfficeKind.MINISTRY, OfficeKind.PROVINCE_BUREAU})


@register.inclusion_tag("components/kept_at_once.html")
def kept_at_once() -> dict[str, Any]:
    """What whoever is on duty should know; nothing where all is well."""
    return {"faults": queries.at_once(timezone.now())}


@register.inclusion_tag("components/keeping.html")
def keeping(post: Post) -> dict[str, Any]:
    """The state of the backups, and what is not well, for the administrators of a province and of the ministry."""
    if post.office.kind not in TOP:
        return {}
    known = queries.known()
    return {"is_shown": True, "known": known, "faults": rules.faults(known, timezone.now())}
