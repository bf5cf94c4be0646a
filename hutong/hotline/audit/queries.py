"""Questions to the log."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from hutong.hotline.audit.models import AuditEntry, Waiting

LATELY = timedelta(hours=1)


def looks(subject_id: UUID) -> QuerySet[AuditEntry, dict[str, Any]]:
    """Who looked at a thing: `post_id`, when last (`last`) and how often (`times`), the latest first."""
    looked = AuditEntry.objects.filter(verb="looked", subject_id=subject_id).exclude(post_id=None)
    return looked.values("post_id").annotate(last=Max("at"), times=Count("id")).order_by("-last")


def listed_lately(staff_id: UUID, post_id: UUID, part: str, *, at: datetime) -> set[str]:
    """The cases and contacts that a list has shown to a person in a post within the hour."""
    lines = AuditEntry.objects.filter(verb="listed", staff_id=staff_id, post_id=post_id, at__gt=at - LATELY, detail__part=part)
    return {thing for things in lines.values_list("detail__shown", flat=True) for thing in things}


def waiting() -> int:
    """How many lines have no seal yet."""
    return Waiting.objects.count()
