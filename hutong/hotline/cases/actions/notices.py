"""What an office was told, and that somebody there has read it."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from hutong.hotline.cases.models import Notice
from hutong.hotline.kernel.live import tell
from hutong.hotline.network.models import Post


def read(*, by: Post, at: datetime, case: UUID | None = None) -> None:
    """This person has read what their office was told: about one case, or all of it."""
    unread: QuerySet[Notice] = Notice.objects.filter(office=by.office_id, read_at=None)
    if (unread.filter(case=case) if case else unread).update(read_at=at, read_by=by):
        tell(f"office:{by.office_id}")
