"""Writing the log. In the same transaction as what it tells of: no line, no deed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from hutong.hotline.audit import queries
from hutong.hotline.audit.models import AuditEntry


class Actor(Protocol):
    """Whoever acts: a post of the network."""

    @property
    def id(self) -> UUID: ...
    @property
    def staff_id(self) -> UUID: ...


def line(
    verb: str,
    *,
    by: Actor | None,
    at: datetime,
    subject: str,
    subject_id: UUID | None = None,
    event_id: UUID | None = None,
    **detail: Any,
) -> AuditEntry:
    """One line: `by` did `verb` to `subject` at `at`. `detail` takes ids, codes and field names, never values."""
    return AuditEntry(
        verb=verb,
        staff_id=by.staff_id if by else None,
        post_id=by.id if by else None,
        at=at,
        subject=subject,
        subject_id=subject_id,
        event_id=event_id,
        detail=detail,
    )


def record(verb: str, *, by: Actor | None, at: datetime, subject: str, **more: Any) -> AuditEntry:
    """Write one line, of which `line` says what it takes."""
    entry = line(verb, by=by, at=at, subject=subject, **more)
    entry.save(force_insert=True)
    return entry


def record_all(lines: Iterable[AuditEntry]) -> None:
    """Write many lines at once."""
    AuditEntry.objects.bulk_create(lines)


def listed(part: str, things: Iterable[UUID], *, by: Actor, at: datetime, again: bool = False, **detail: str) -> None:
    """A list showed these cases and contacts. `detail` takes codes, and never what was sought.

    One that renews itself by the minute (`again`) writes only those which it has not shown this person within the hour.
    """
    named = [str(thing) for thing in things]
    if again and named:
        known = queries.listed_lately(by.staff_id, by.id, part, at=at)
        named = [thing for thing in named if thing not in known]
    if named or not again:
        record("listed", by=by, at=at, subject="case", part=part, shown=named, **detail)
