"""Questions to the log."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from hutong.hotline.audit.models import AuditEntry


def looks(subject_id: UUID) -> QuerySet[AuditEntry, dict[str, Any]]:
    """Who looked at a thing: `post_id`, when last (`last`) and how often (`times`), the latest first."""
    looked = AuditEntry.objects.filter(verb="looked", subject_id=subject_id).exclude(post_id=None)
    return looked.values("post_id").annotate(last=Max("at"), times=Count("id")).order_by("-last")
