"""Asking for a file, agreeing to one, handing it out once: each in the log, with the serial that the file carries."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post


@transaction.atomic
def ask(kind: ExportKind, *, subject_id: UUID | None, purpose: str, rows: int, by: Post, at: datetime) -> Export:
    """Say what a file is for. It may be fetched at once, or when a second person agreed. Raises Refusal."""
    purpose = rules.stated(purpose)
    made = Export.objects.create(
        serial=rules.serial(timezone.localtime(at)), kind=kind, subject_id=subject_id, purpose=purpose, rows=rows, by=by, at=at,
        needs_second=rules.needs_second(rows),
    )  # fmt: skip
    audit.record("export_asked", by=by, at=at, subject=_subject(made), subject_id=subject_id, serial=made.serial, rows=rows)
    return made


@transaction.atomic
def agree(export: Export, *, by: Post, at: datetime) -> None:
    """A second person, who may take the same, agrees. Raises Refusal."""
    held = Export.objects.select_for_update(of=("self",)).select_related("by").get(pk=export.pk)
    if held.by.staff_id == by.staff_id:
        raise Refusal(rules.SECOND_IS_ANOTHER)
    if not held.needs_second or held.second_id or held.done_at:
        raise Refusal(rules.AGREED)
    if held.at + rules.LASTS <= at:
        raise Refusal(rules.EXPIRED)
    held.second, held.second_at = by, at
    held.save(update_fields=["second", "second_at"])
    audit.record("export_agreed", by=by, at=at, subject=_subject(held), subject_id=held.subject_id, serial=held.serial)


@transaction.atomic
def hand_out(export: Export, make: Callable[[Export, str], bytes], *, by: Post, at: datetime, **detail: str) -> bytes:
    """The file, made now with the rights of now, once, to who asked for it. Raises Refusal."""
    held = Export.objects.select_for_update(of=("self",)).select_related("by__staff", "by__office").get(pk=export.pk)
    if held.by_id != by.pk:
        raise Refusal(rules.NOT_YOURS)
    if rules.fetched(held.done_at):
        raise Refusal(rules.FETCHED)
    if held.at + rules.LASTS <= at:
        raise Refusal(rules.EXPIRED)
    if held.needs_second and not held.second_id:
        raise Refusal(rules.WAITS)
    mark = rules.mark(serial=held.serial, name=held.by.staff.name, office=held.by.office.name, at=timezone.localtime(at))
    content = make(held, mark)
    held.done_at, held.digest = at, hashlib.sha256(content).hexdigest()
    held.save(update_fields=["done_at", "digest"])
    detail |= {"serial": held.serial, "digest": held.digest}
    audit.record("exported", by=by, at=at, subject=_subject(held), subject_id=held.subject_id, rows=held.rows, **detail)
    return content


def _subject(export: Export) -> str:
    return {ExportKind.CASE: "case", ExportKind.WHO_SAW: "child"}.get(ExportKind(export.kind), "audit")
