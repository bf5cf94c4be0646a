"""How it stands with the backups, and what of it somebody should know."""

from datetime import datetime

from hutong.hotline.keeping import rules
from hutong.hotline.keeping.models import Keeping
from hutong.hotline.kernel.refusals import Reason


def known() -> Keeping | None:
    """What the keeper said last; None where there never was one."""
    return Keeping.objects.first()


def at_once(at: datetime) -> list[Reason]:
    """What whoever is on duty should know; nothing where nobody set up a backup."""
    found = known()
    return [reason for reason in rules.faults(found, at) if reason.code in rules.AT_ONCE] if found else []
