"""Showing one value that is masked: to somebody who may ask, for a reason, once; and telling who watches of who asks much."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries, rules, sight
from hutong.hotline.cases.door import door
from hutong.hotline.cases.letting_in import Reveal
from hutong.hotline.cases.models import Case, NoticeKind
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post

HOUR = timedelta(hours=1)


def _of_child(case: Case, section: str, field: str, of: UUID) -> object:
    if section == "child" and field == "address" and of == case.pk:
        return case.place_text
    link = case.child_links.select_related("child").filter(child=of).first()
    return link and (link.child.status_labels if field == "statuses" else _said(link.child, field))


def _of_party(case: Case, section: str, field: str, of: UUID) -> object:
    party = case.parties.select_related("person").filter(pk=of).first()
    return party and sight.section_of(party.role) == section and _said(party.person, field)


def _of_reporter(case: Case, section: str, field: str, of: UUID) -> object:
    link = case.contact_links.select_related("contact__reporter").filter(contact=of).first()
    return link and getattr(getattr(link.contact, "reporter", None), field, "")


def _said(row: object, field: str) -> object:
    """A value, or the label of a choice."""
    return getattr(row, f"get_{field}_display", lambda: getattr(row, field))()


# Where the values of a section lie.
FOUND: Mapping[str, Callable[[Case, str, str, UUID], object]] = {
    "child": _of_child, "health": _of_child, "family": _of_party, "suspected": _of_party, "witness": _of_party, "reporter": _of_reporter,
}  # fmt: skip


@transaction.atomic
def reveal(case: Case, *, section: str, field: str, of: UUID, why: str, words: str, by: Post, at: datetime) -> str:
    """The value of one field of one person of the case. The case lists who was shown it, and why. Raises Refusal.

    Who reported is an event of the case, too, where somebody outside its centre asks; the centre is told.
    """
    said = texts.clean(words, field="words", limit=200).text
    if why not in sight.WHY or not said:
        raise Refusal.at("words" if why in sight.WHY else "why", sight.NO_REASON)
    if not queries.sight_of(queries.situation(case, by), by).may_ask(section, field):
        raise Refusal(sight.NOT_SHOWN)
    value = FOUND[section](case, section, field, of) if section in FOUND else None
    if not value:
        raise Refusal(rules.NOT_THERE)
    Reveal.objects.create(case=case, post=by, section=section, field=field, of=of, why=why, words=said, at=at)
    audit.record("revealed", by=by, at=at, subject="case", subject_id=case.pk, section=section, field=field, of=str(of), reason=why)
    if section == "reporter" and by.office_id != case.centre_id:
        with door(case.pk, "reveal_reporter", by=by, at=at, text=said) as step:
            step.tell(step.case.centre, NoticeKind.TOLD)
    _watch(by, at)
    return texts.listed(value) if isinstance(value, list) else str(value)


def _watch(by: Post, at: datetime) -> None:
    """More than is usual within the hour: one line that stands out on the auditors' and the security administrators' desk."""
    told = AuditEntry.objects.filter(verb="many_reveals", staff_id=by.staff_id, post_id=by.pk, at__gt=at - HOUR)
    if Reveal.objects.filter(post=by, at__gt=at - HOUR).count() > sight.MANY_AN_HOUR and not told.exists():
        audit.record("many_reveals", by=by, at=at, subject="staff", subject_id=by.staff_id)
