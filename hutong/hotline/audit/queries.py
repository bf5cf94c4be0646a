"""Questions to the log."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.utils import timezone

from hutong.hotline.audit import rules
from hutong.hotline.audit.models import AuditEntry, Checkpoint, Seal, Sink, Waiting

LATELY = timedelta(hours=1)


def looks(subject_id: UUID) -> QuerySet[AuditEntry, dict[str, Any]]:
    """Who looked at a thing: `post_id`, when last (`last`), how often (`times`) and at which parts (`parts`), the latest first."""
    looked = AuditEntry.objects.filter(verb="looked", subject_id=subject_id).exclude(post_id=None)
    parts = ArrayAgg(KT("detail__part"), distinct=True, filter=Q(detail__has_key="part"), default=Value([]))
    return looked.values("post_id").annotate(last=Max("at"), times=Count("id"), parts=parts).order_by("-last")


def listed_lately(staff_id: UUID, post_id: UUID, part: str, *, at: datetime) -> set[str]:
    """The cases and contacts that a list has shown to a person in a post within the hour."""
    lines = AuditEntry.objects.filter(verb="listed", staff_id=staff_id, post_id=post_id, at__gt=at - LATELY, detail__part=part)
    return {thing for things in lines.values_list("detail__shown", flat=True) for thing in things}


def waiting() -> int:
    """How many lines have no seal yet."""
    return Waiting.objects.count()


def state() -> dict[str, Any]:
    """How far lines are sealed, how many wait, and which places elsewhere could not be reached; whether checkpoints are late."""
    last, sinks = Seal.objects.order_by("-position").first(), list(Sink.objects.order_by("name"))
    newest = Checkpoint.objects.order_by("-number").values_list("at", flat=True).first()
    return {
        "sealed": last.position if last else 0,
        "sealed_at": last.at if last else None,
        "waiting": waiting(),
        "sinks": sinks,
        "failing": [sink for sink in sinks if sink.fault],
        "is_late": newest is not None and timezone.now() - newest > 2 * rules.HOUR,
    }


def checkpoints() -> QuerySet[Checkpoint]:
    """The checkpoints, the newest first, without what they say."""
    return Checkpoint.objects.order_by("-number").defer("statement")
