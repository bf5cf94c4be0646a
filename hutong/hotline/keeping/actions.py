"""What the keeper says, written down; what changed by it, in the log."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.keeping import rules
from hutong.hotline.keeping.models import Keeping
from hutong.hotline.kernel.refusals import Reason

Made = tuple[str, datetime, int]  # a backup: its name, when it was whole, its bytes
Tried = tuple[str, datetime, str]  # a restore on trial: of which backup, when, what was wrong
LONGEST = 500


@transaction.atomic
def tell(*, at: datetime, is_safe: bool, fault: str, backup: Made | None, trial: Tried | None) -> Keeping:
    """The state as it is now; `fault` is why the last backup failed."""
    before = Keeping.objects.select_for_update().first()
    name, backup_at, size = backup or ("", None, 0)
    tried, tried_at, trial_fault = trial or ("", None, "")
    now = Keeping(
        told_at=at, is_safe=is_safe, since=before.since if before and before.is_safe == is_safe else at, fault=fault[:LONGEST], backup=name,
        backup_at=backup_at, backup_size=size, tried=tried, tried_at=tried_at, trial_fault=trial_fault[:LONGEST],
    )  # fmt: skip
    now.outward = before.outward if before else []
    now.save(force_insert=before is None, force_update=before is not None)
    audit.record_all(audit.line(verb, by=None, at=at, subject="keeping", **detail) for verb, detail in _changes(before, now))
    return now


@transaction.atomic
def take_outward(*, at: datetime) -> list[Reason]:
    """What is not well and was not sent out of the app yet; it counts as sent now. What is well again is forgotten."""
    known = Keeping.objects.select_for_update(skip_locked=True).first()
    if known is None:
        return []
    faults = rules.faults(known, at)
    fresh = [reason for reason in faults if reason.code not in known.outward]
    if known.outward != (codes := [reason.code for reason in faults]):
        Keeping.objects.update(outward=codes)
    return fresh


def _changes(before: Keeping | None, now: Keeping) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if before is None or before.is_safe != now.is_safe:
        found.append(("kept_double" if now.is_safe else "kept_once", {}))
    if now.backup and (before is None or before.backup != now.backup):
        found.append(("backed_up", {"backup": now.backup}))
    if now.fault and (before is None or before.fault != now.fault):
        found.append(("backup_failed", {}))
    if now.tried_at and (before is None or before.tried_at != now.tried_at):
        found.append(("backup_tried", {"backup": now.tried, "failed": bool(now.trial_fault)}))
    return found
