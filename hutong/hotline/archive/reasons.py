"""Why something was looked at, heard or taken, in the words of who did it: they stand beside the log, which holds no words."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from hutong.hotline.archive.models import Export
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.letting_in import Reveal
from hutong.hotline.recordings.models import Play

TAKEN = ("export_asked", "export_agreed", "exported")


def of_lines(lines: Iterable[AuditEntry]) -> dict[UUID, str]:
    """The words by the lines that have any. Three queries at most."""
    rows = list(lines)
    said = _said(Reveal.objects.filter(case__in={row.subject_id for row in rows if row.verb == "revealed"}), "words")
    said |= _said(
        Play.objects.filter(recording__in={row.detail.get("recording") for row in rows if row.verb == "recording_played"} - {None}), "text"
    )
    serials = {row.detail.get("serial", "") for row in rows if row.verb in TAKEN}
    purposes = dict(Export.objects.filter(serial__in=serials).values_list("serial", "purpose"))
    return {row.pk: words for row in rows if (words := _of(row, said, purposes))}


def _said(rows: QuerySet[Reveal] | QuerySet[Play], words: str) -> dict[tuple[object, ...], str]:
    return {(post, at): text for post, at, text in rows.values_list("post", "at", words)}


def _of(row: AuditEntry, said: dict[tuple[object, ...], str], purposes: dict[str, str]) -> str:
    return purposes.get(row.detail.get("serial", ""), "") if row.verb in TAKEN else said.get((row.post_id, row.at), "")
