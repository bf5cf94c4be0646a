"""The worker's part: what was left lying is kept, cases are told, what is past its time is destroyed."""

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q, QuerySet

from hutong.hotline.cases.timers import Deed, one
from hutong.hotline.recordings import actions, queries, rules
from hutong.hotline.recordings.audio import NotSound
from hutong.hotline.recordings.models import Recording

Waiting: TypeAlias = "QuerySet[Any, UUID]"


def lying(at: datetime) -> Waiting:
    """Talks of calls that ended and that nobody has kept."""
    left = Recording.objects.filter(kept_at=None, lost_at=None, call__ended_at__lt=at - rules.LEFT_LYING)
    return left.order_by("started_at").values_list("pk", flat=True)


def keep_left(recording_id: UUID, at: datetime) -> str:
    """Keep what was left lying. What has not come within the hour will not come: silence stands for it, or nothing can be kept."""
    is_late = Recording.objects.filter(pk=recording_id, call__ended_at__lt=at - rules.GIVEN_UP).exists()
    try:
        return f"recording {recording_id} kept" if actions.keep(recording_id, at=at, is_late=is_late) else ""
    except NotSound:
        return f"recording {recording_id} lost" if actions.lose(recording_id, at=at) else ""


def plain(at: datetime) -> Waiting:
    """Kept, and their plain files are still there."""
    there = Recording.objects.filter(kept_at__isnull=False).exclude(caller_file="", operator_file="")
    return there.order_by("kept_at").values_list("pk", flat=True)


def remove_plain(recording_id: UUID, at: datetime) -> str:
    """Remove them."""
    actions.remove_plain(Recording.objects.get(pk=recording_id))
    return f"recording {recording_id}: plain files removed"


def untold(at: datetime) -> Waiting:
    """Kept before their calls joined a case."""
    without = Recording.objects.filter(kept_at__isnull=False, case__isnull=False, told_at=None)
    return without.order_by("kept_at").values_list("pk", flat=True)


def tell(recording_id: UUID, at: datetime) -> str:
    """Let the case's story take up the digest."""
    return f"recording {recording_id} told to its case" if actions.tell_case(recording_id, at=at) else ""


def due(at: datetime) -> Waiting:
    """Past their time, and not held."""
    over = Recording.objects.filter(queries.NO_CASE_HELD, destroyed_at=None, held_at=None, keep_until__lte=at)
    return over.order_by("keep_until").values_list("pk", flat=True)


def destroy(recording_id: UUID, at: datetime) -> str:
    """Destroy it."""
    return f"recording {recording_id} destroyed" if actions.destroy(recording_id, at=at) else ""


def unlinked(at: datetime) -> Waiting:
    """Destroyed, and their objects are still there."""
    there = Recording.objects.filter(Q(destroyed_at__isnull=False) & ~Q(name=""))
    return there.order_by("destroyed_at").values_list("pk", flat=True)


def remove_object(recording_id: UUID, at: datetime) -> str:
    """Remove it."""
    actions.remove_object(Recording.objects.get(pk=recording_id))
    return f"recording {recording_id}: object removed"


DEEDS = tuple(
    Deed(waiting, one(deed))
    for waiting, deed in ((lying, keep_left), (plain, remove_plain), (untold, tell), (due, destroy), (unlinked, remove_object))
)
