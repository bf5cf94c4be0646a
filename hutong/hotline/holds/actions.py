"""Putting a case on hold, and releasing it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.models import Case
from hutong.hotline.holds import queries, rules
from hutong.hotline.holds.models import Hold
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post


@transaction.atomic
def hold(case: Case, *, reason: str, review_on: date, by: Post, at: datetime) -> Hold:
    """Nothing of the case is erased from now on, until somebody ends it. Raises Refusal."""
    _may_decide(case, by)
    reason = texts.needed(reason, rules.NO_REASON, field="reason", limit=200)
    today = timezone.localdate(at)
    if not today < review_on <= today + rules.LONGEST:
        raise Refusal.at("review_on", rules.BAD_REVIEW)
    Case.objects.select_for_update().get(pk=case.pk)
    if Hold.objects.filter(case=case, ended_at=None).exists():
        raise Refusal(rules.HELD_ALREADY)
    made = Hold.objects.create(case=case, reason=reason, review_on=review_on, by=by, at=at)
    audit.record("case_held", by=by, at=at, subject="case", subject_id=case.pk, review_on=review_on.isoformat())
    tell(f"case:{case.pk}")
    return made


@transaction.atomic
def end(hold: Hold, *, why: str, by: Post, at: datetime) -> None:
    """The schedule's time counts again. Raises Refusal."""
    _may_decide(hold.case, by)
    why = texts.needed(why, rules.NO_REASON, field="why", limit=200)
    if not Hold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=at, ended_by=by, ended_why=why):
        raise Refusal(rules.NOT_HELD)
    audit.record("case_released", by=by, at=at, subject="case", subject_id=hold.case_id)
    tell(f"case:{hold.case_id}")


def _may_decide(case: Case, by: Post) -> None:
    if not queries.holdable_by(by).filter(pk=case.pk).exists():
        raise Refusal(rules.NOT_YOURS)
