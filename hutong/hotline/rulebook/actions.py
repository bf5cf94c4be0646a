"""Setting limits. A new number is a new version from its moment on; what was is never rewritten."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import clean
from hutong.hotline.network.models import Division, OfficeKind, Post, Role
from hutong.hotline.rulebook import rules
from hutong.hotline.rulebook.models import Limit

SINCE_THE_PILOT = datetime(2020, 9, 1, tzinfo=timezone.get_default_timezone())
SETTERS = (OfficeKind.MINISTRY, OfficeKind.PROVINCE_BUREAU, OfficeKind.HOTLINE_CENTRE)
OUT_OF_REACH = Reason("out_of_reach", _("这个区划的时限不由您设定。"), _("请联系上级机构的管理员。"))
NO_BASIS = _("请写明依据。")


@transaction.atomic
def set_limit(
    *,
    division: Division | None,
    tier: str,
    step: str,
    amount: int,
    unit: str,
    warn_at: Sequence[int],
    basis: str,
    by: Post | None,
    at: datetime,
) -> Limit:
    """Set a limit for a division (None: the nation) and those below it, in force from `at`. Running clocks keep theirs.

    Raises Refusal, naming the fields at fault.
    """
    _must_reach(by, division)
    faults = Faults(rules.limit_faults(tier=tier, step=step, amount=amount, unit=unit, warn_at=warn_at))
    basis = faults.of("basis", lambda: clean(basis, field="basis", limit=200).text, "")
    if not basis:
        faults.setdefault("basis", str(NO_BASIS))
    faults.refuse()
    with connection.cursor() as cursor:  # two at once get two versions; rows that nobody may update cannot be locked
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rulebook_limit'))")
    last = Limit.objects.filter(division=division, tier=tier, step=step).aggregate(last=Max("version"))["last"]
    limit = Limit.objects.create(
        division=division,
        tier=tier,
        step=step,
        amount=amount,
        unit=unit,
        warn_at=list(warn_at),
        basis=basis,
        version=(last or 0) + 1,
        valid_from=at,
        set_by=by.staff if by else None,
    )
    audit.record("set_limit", by=by, at=at, subject="limit", subject_id=limit.pk)
    return limit


def seed_limits() -> None:
    """The defaults, for the nation, from the pilot's first month on. Safe to run again."""
    Limit.objects.bulk_create(
        (Limit(**row._asdict(), warn_at=list(rules.WARN_AT), valid_from=SINCE_THE_PILOT) for row in rules.DEFAULTS),
        ignore_conflicts=True,
    )


def _must_reach(by: Post | None, division: Division | None) -> None:
    """An administrator of ministry, province or centre sets what holds in the own division. None is the system."""
    if by is None:
        return
    mine = by.office.division_id
    reaches = mine is None or (division is not None and mine in rules.chain(division.pk))
    if by.role != Role.ADMINISTRATOR or by.office.kind not in SETTERS or not reaches:
        raise Refusal(OUT_OF_REACH)
