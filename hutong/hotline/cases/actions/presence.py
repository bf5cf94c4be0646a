"""Who has a case open now, so that two people on one case see each other. Nothing of the case changes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.hotline.cases.models import Presence
from hutong.hotline.cases.queries import FRESH
from hutong.hotline.kernel.live import tell
from hutong.hotline.network.models import Post


@transaction.atomic
def be_here(case_id: UUID, *, by: Post, at: datetime, doing: str = "") -> None:
    """Say that this person has the case open, and which of its forms. The others hear of it when that is new."""
    if Presence.objects.filter(case=case_id, post=by, doing=doing, seen_at__gt=at - FRESH).update(seen_at=at):
        return
    Presence.objects.bulk_create(
        [Presence(case_id=case_id, post=by, seen_at=at, doing=doing)],
        update_conflicts=True,
        unique_fields=["case", "post"],
        update_fields=["seen_at", "doing"],
    )
    tell(f"presence:{case_id}")


@transaction.atomic
def leave(case_id: UUID, *, by: Post) -> None:
    """The page is gone."""
    if Presence.objects.filter(case=case_id, post=by).delete()[0]:
        tell(f"presence:{case_id}")
