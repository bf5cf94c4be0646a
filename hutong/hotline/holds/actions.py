"""Putting a case or a person on hold, and releasing them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.rules import ERASED
from hutong.hotline.holds import queries, rules
from hutong.hotline.holds.models import Hold, PersonHold
from hutong.hotline.kernel import numbers, texts
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post


@transaction.atomic
def hold(case: Case, *, reason: str, review_on: date, by: Post, at: datetime) -> Hold:
    """Nothing of the case is erased from now on, until somebody ends it. Raises Refusal."""
    _may_decide(case, by)
    reason = texts.needed(reason, rules.NO_REASON, field="reason", limit=200)
    rules.check_review(review_on, timezone.localdate(at))
    if Case.objects.select_for_update().get(pk=case.pk).erased_at:
        raise Refusal(ERASED)
    if Hold.objects.filter(case=case, ended_at=None).exists():
        raise Refusal(rules.HELD_ALREADY)
    made = Hold.objects.create(case=case, reason=reason, review_on=review_on, by=by, at=at)
    audit.record("case_held", by=by, at=at, subject="case", subject_id=case.pk, review_on=review_on.isoformat())
    tell(f"case:{case.pk}")
    return made


@transaction.atomic
def end(hold: Hold, *, why: str, by: Post, at: datetime) -> None:
    """The schedule's time counts again. Raises Refusal."""
    _another(hold, by)
    _may_decide(hold.case, by)
    why = texts.needed(why, rules.NO_REASON, field="why", limit=200)
    if not Hold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=at, ended_by=by, ended_why=why):
        raise Refusal(rules.NOT_HELD)
    audit.record("case_released", by=by, at=at, subject="case", subject_id=hold.case_id)
    tell(f"case:{hold.case_id}")


def _may_decide(case: Case, by: Post) -> None:
    if not queries.holdable_by(by).filter(pk=case.pk).exists():
        raise Refusal(rules.NOT_YOURS)


def _another(hold: Hold | PersonHold, by: Post) -> None:
    if hold.by.staff_id == by.staff_id:
        raise Refusal(rules.SECOND_IS_ANOTHER)


@transaction.atomic
def hold_person(*, name: str, born_on: date | None, id_number: str, reason: str, review_on: date, by: Post, at: datetime) -> PersonHold:
    """Nothing is erased of any case in which this person stands, now or later. Says nothing of whether there is one. Raises Refusal."""
    if not queries.may_hold_people(by):
        raise Refusal(rules.NOT_YOURS_TO_HOLD)
    faults, today = Faults(), timezone.localdate(at)
    name = faults.of("name", lambda: texts.clean(" ".join(name.split()), limit=60).text, "")
    number = faults.of("id_number", lambda: numbers.identity_number(id_number, on=today).number, "")
    reason = faults.of("reason", lambda: texts.needed(reason, rules.NO_REASON, field="reason", limit=200), "")
    faults.of("review_on", lambda: rules.check_review(review_on, today), None)
    if not (number or id_number or (name and born_on)):
        faults.setdefault("id_number", str(rules.NOBODY_NAMED.sentence))
    faults.refuse()
    made = PersonHold(
        office=by.office, name=name, born_on=born_on, id_number=number, reason=reason, review_on=review_on, by=by, at=at,
        **queries.marks(name=name, id_number=number),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refusal(rules.PERSON_HELD_ALREADY) from None
    audit.record("person_held", by=by, at=at, subject="hold", subject_id=made.pk, review_on=review_on.isoformat())
    return made


@transaction.atomic
def end_person(hold: PersonHold, *, why: str, by: Post, at: datetime) -> None:
    """The schedule's time counts again for this person's cases. Raises Refusal."""
    if not queries.people_of(by).filter(pk=hold.pk).exists():
        raise Refusal(rules.NOT_HELD)
    _another(hold, by)
    why = texts.needed(why, rules.NO_REASON, field="why", limit=200)
    if not PersonHold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=at, ended_by=by, ended_why=why):
        raise Refusal(rules.NOT_HELD)
    audit.record("person_released", by=by, at=at, subject="hold", subject_id=hold.pk)
