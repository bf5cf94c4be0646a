"""Taking, receiving and settling contacts, and keeping what is still being typed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.contacts import queries, rules
from hutong.hotline.contacts.models import CallBack, Channel, Contact, Draft, NotACase, Outcome, Reporter, WantsAnswer
from hutong.hotline.kernel import numbers, texts
from hutong.hotline.kernel.faults import Faults, choice
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.secrets.sealing import blind_index
from hutong.hotline.keys import queries as keys
from hutong.hotline.network.models import Division, Office, OfficeKind, Post
from hutong.hotline.people import queries as people
from hutong.hotline.rulebook import queries as rulebook


@dataclass(frozen=True, kw_only=True)
class ReporterFacts:
    """Who told us, as typed. Kept apart from the contact."""

    is_anonymous: bool = True
    name: str = ""
    phone: str = ""
    id_number: str = ""
    relation: str = ""
    wants_answer: str = WantsAnswer.NO
    call_back: str = CallBack.REPORTER_ONLY


@transaction.atomic
def take(
    *,
    by: Post,
    at: datetime,
    channel: str,
    narrative: str,
    outcome: str,
    received_at: datetime | None = None,
    place: Division | None = None,
    place_text: str = "",
    not_a_case: str = "",
    answer: str = "",
    reporter: ReporterFacts | None = None,
    paper_slip: str = "",
    idempotency_key: str = "",
) -> Contact:
    """An operator writes down a contact and how it ended. The same key twice is one contact, and so is the same paper slip.

    With `case_opened` or `case_added` the case is linked in the same transaction (`cases.actions.opening`).
    Raises Refusal, naming each field that cannot be.
    """
    _check_centre(by)
    faults = Faults()
    fields = _facts(faults, at, channel=channel, narrative=narrative, received_at=received_at, place=place, place_text=place_text)
    fields |= _end(faults, narrative=fields["narrative"], outcome=outcome, not_a_case=not_a_case, answer=answer)
    fields["paper_slip"] = _slip(faults, paper_slip, received_at)
    known = _reporter(faults, reporter, at)
    faults.refuse()
    contact, _created = _write("take", Contact(centre=by.office, taken_by=by, idempotency_key=idempotency_key, **fields), known, by, at)
    return contact


@transaction.atomic
def receive(
    *,
    centre: Office,
    channel: str,
    narrative: str,
    idempotency_key: str,
    by: Post | None,
    at: datetime,
    received_at: datetime | None = None,
    place: Division | None = None,
    place_text: str = "",
    reporter: ReporterFacts | None = None,
) -> tuple[Contact, bool]:
    """A report arrives by itself and waits, on the clock, for a person. Says whether it is new. `by` is whose software sent it.

    The same key with the same body is the same contact; with another body it is refused. Each sender has keys of its own.
    """
    if centre.kind != OfficeKind.HOTLINE_CENTRE:
        raise Refusal(rules.NOT_OF_THE_CENTRE)
    faults = Faults()
    fields = _facts(faults, at, channel=channel, narrative=narrative, received_at=received_at, place=place, place_text=place_text)
    if not fields["narrative"]:
        faults.setdefault("narrative", str(rules.NEEDS_NARRATIVE.sentence))
    known = _reporter(faults, reporter, at)
    faults.refuse()
    limit = rulebook.limit_for(tier=rules.NOT_JUDGED, step=rules.PENDING_STEP, division_code=centre.division_id, at=at)
    due_at = clocks.reckon(limit=limit, started_at=at, office=centre).due_at
    sender = by.office if by else None
    contact = Contact(centre=centre, sender=sender, outcome=Outcome.PENDING, due_at=due_at, idempotency_key=idempotency_key, **fields)
    return _write("receive", contact, known, by, at)


@transaction.atomic
def settle_pending(
    contact_id: UUID,
    *,
    by: Post,
    at: datetime,
    outcome: str,
    not_a_case: str = "",
    answer: str = "",
    place: Division | None = None,
    place_text: str = "",
    reporter: ReporterFacts | None = None,
) -> Contact:
    """A person looked at what arrived and decides how it ends, once; who comes second hears who was first.

    What the reporter wrote stays as it came; place and reporter may be completed.
    """
    contact = Contact.objects.select_for_update(of=("self",)).filter(pk=contact_id, centre=by.office_id).first()
    if contact is None:
        raise Refusal(rules.NO_CONTACT)
    if contact.outcome != Outcome.PENDING:
        raise Refusal(queries.settled(contact))
    faults = Faults()
    ending = _end(faults, narrative=contact.narrative, outcome=outcome, not_a_case=not_a_case, answer=answer)
    where = _where(faults, at, place or contact.place, place_text or contact.place_text)
    known = _reporter(faults, reporter, at)
    faults.refuse()
    for field, value in {**ending, **where, "taken_by": by}.items():
        setattr(contact, field, value)
    contact.save()
    if known:
        Reporter.objects.update_or_create(contact=contact, defaults=known)
    audit.record("settle_contact", by=by, at=at, subject="contact", subject_id=contact.pk, outcome=outcome)
    tell(f"office:{contact.centre_id}")
    return contact


def settle_unread(contact_id: UUID, *, at: datetime) -> Contact | None:
    """Nobody read in time what arrived by itself: it becomes a case (`cases.timers`), in the caller's transaction.

    None where somebody settles it at this moment or has settled it.
    """
    contact = queries.overdue(at).select_for_update(skip_locked=True).filter(pk=contact_id).first()
    return settle_missed(contact, at=at) if contact else None


def settle_missed(contact: Contact, *, at: datetime) -> Contact:
    """What arrived becomes a case although no person looked at it, in the caller's transaction."""
    contact.outcome = Outcome.CASE_OPENED
    contact.save(update_fields=["outcome"])
    audit.record("settle_contact", by=None, at=at, subject="contact", subject_id=contact.pk, outcome=contact.outcome)
    tell(f"office:{contact.centre_id}")
    return contact


def _check_centre(by: Post) -> None:
    if by.office.kind != OfficeKind.HOTLINE_CENTRE:
        raise Refusal(rules.NOT_OF_THE_CENTRE)


def _facts(
    faults: Faults, at: datetime, *, channel: str, narrative: str, received_at: datetime | None, place: Division | None, place_text: str
) -> dict[str, Any]:
    received_at = received_at or at
    faults.of("received_at", lambda: rules.check_received(received_at, at), None)
    return {
        "channel": faults.of("channel", lambda: choice(Channel, channel), Channel.PHONE),
        "narrative": faults.of("narrative", lambda: texts.clean(narrative).text, ""),
        "received_at": received_at,
        **_where(faults, at, place, place_text),
    }


def _slip(faults: Faults, text: str, received_at: datetime | None) -> str:
    """事后补录: from paper, with the time that stands on it."""
    number = faults.of("paper_slip", lambda: rules.slip(text), "")
    if number and received_at is None:
        faults.setdefault("received_at", str(rules.SLIP_NEEDS_TIME.sentence))
    return number


def _where(faults: Faults, at: datetime, place: Division | None, place_text: str) -> dict[str, Any]:
    return {
        "place": faults.of("place", lambda: people.place(place, on=timezone.localdate(at)), None),
        "place_text": faults.of("place_text", lambda: texts.clean(place_text, limit=200).text, ""),
    }


def _end(faults: Faults, *, narrative: str, outcome: str, not_a_case: str, answer: str) -> dict[str, Any]:
    if outcome not in rules.ENDS:
        raise Refusal(rules.NO_OUTCOME)
    ending = {
        "outcome": Outcome(outcome),
        "not_a_case": faults.of("not_a_case", lambda: choice(NotACase, not_a_case), "") if not_a_case else "",
        "answer": faults.of("answer", lambda: texts.clean(answer).text, ""),
    }
    for field, reason in rules.NEEDED[outcome]:
        if not {**ending, "narrative": narrative}[field]:
            faults.setdefault(field, str(reason.sentence))
    return ending


def _reporter(faults: Faults, facts: ReporterFacts | None, at: datetime) -> dict[str, Any] | None:
    if facts is None:
        return None
    number = faults.of("id_number", lambda: numbers.identity_number(facts.id_number, on=timezone.localdate(at)), numbers.IdentityNumber(""))
    known = {
        "is_anonymous": facts.is_anonymous,
        "name": faults.of("name", lambda: texts.clean(facts.name, limit=60).text, ""),
        "phone": faults.of("phone", lambda: numbers.telephone(facts.phone), ""),
        "id_number": number.number,
        "id_number_verified": number.is_verified,
        "relation": faults.of("relation", lambda: texts.clean(facts.relation, limit=40).text, ""),
        "wants_answer": faults.of("wants_answer", lambda: choice(WantsAnswer, facts.wants_answer), WantsAnswer.NO),
        "call_back": faults.of("call_back", lambda: choice(CallBack, facts.call_back), CallBack.REPORTER_ONLY),
    }
    faults.of("name", lambda: rules.check_reporter(is_anonymous=facts.is_anonymous, name=facts.name, id_number=facts.id_number), None)
    if "phone" not in faults:
        faults.of("phone", lambda: rules.check_answerable(wants_answer=facts.wants_answer, phone=facts.phone), None)
    return known


# What the database will not take twice, where the one that was saved is of a case from which who asks is kept (kernel.wall).
TAKEN = {
    "contact_idempotency": rules.KEY_REUSED, "contact_sender_idempotency": rules.KEY_REUSED, "contact_slip_once": rules.SLIP_TAKEN,
}  # fmt: skip


def _write(verb: str, contact: Contact, reporter: Mapping[str, Any] | None, by: Post | None, at: datetime) -> tuple[Contact, bool]:
    """Save a contact once per key, whoever else saves the same now."""
    contact.idempotency_digest = _digest(contact, reporter) if contact.idempotency_key or contact.paper_slip else ""
    if earlier := _earlier(contact):
        return earlier, False
    try:
        with transaction.atomic():
            contact.save(force_insert=True)
    except IntegrityError as error:
        if earlier := _earlier(contact):
            return earlier, False
        if reason := TAKEN.get(error.__cause__.diag.constraint_name):  # type: ignore[union-attr]
            raise (Refusal.at("paper_slip", reason) if reason is rules.SLIP_TAKEN else Refusal(reason)) from None
        raise
    if reporter:
        Reporter.objects.create(contact=contact, **reporter)
    audit.record(verb, by=by, at=at, subject="contact", subject_id=contact.pk, channel=contact.channel, outcome=contact.outcome)
    tell(f"office:{contact.centre_id}")
    return contact, True


def _earlier(contact: Contact) -> Contact | None:
    """What was saved under the same key, or from the same paper slip."""
    with_key = queries.with_key(contact.centre, contact.idempotency_key, sender=contact.sender)
    with_slip = queries.with_slip(contact.centre, contact.paper_slip)
    for earlier, field, reason in ((with_key, "", rules.KEY_REUSED), (with_slip, "paper_slip", rules.SLIP_TAKEN)):
        if earlier and earlier.idempotency_digest != contact.idempotency_digest:
            raise Refusal.at(field, reason) if field else Refusal(reason)
    return with_key or with_slip


def _digest(contact: Contact, reporter: Mapping[str, Any] | None) -> str:
    """A fingerprint of what was sent, to tell a repeated request from another one under the same key; by it nobody can try numbers."""
    said = {
        field: str(getattr(contact, field))
        for field in ("channel", "narrative", "place_id", "place_text", "outcome", "not_a_case", "answer")
    }
    whole = json.dumps([said, reporter], sort_keys=True, default=str).encode()
    return blind_index(whole, key=keys.ring().marks, table="contacts_contact", column="idempotency_digest", size=32).hex()


# --- drafts ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(
    draft_id: UUID, *, post: Post, form: str, fields: Mapping[str, Any], version: int, at: datetime, subject_id: UUID | None = None
) -> Draft | None:
    """Keep what is being typed. `version` is the page's own count: an older save that arrives late changes nothing.

    None where the form was saved meanwhile: a page that closes sends its draft after the contact. Raises Refusal for another's draft.
    """
    if form == rules.SHEET and queries.is_spent(post, draft_id=draft_id, subject_id=subject_id):
        return None
    typed = {"fields": _storable(fields), "version": version, "saved_at": at}
    drafts = Draft.objects.select_for_update(of=("self",))
    try:
        draft, created = drafts.get_or_create(pk=draft_id, defaults={"post": post, "form": form, "subject_id": subject_id, **typed})
    except IntegrityError:
        raise Refusal(rules.NOT_YOUR_DRAFT) from None  # of another office, where the database shows nothing (kernel.wall)
    if draft.post_id != post.pk:
        raise Refusal(rules.NOT_YOUR_DRAFT)
    if not created and draft.version < version:
        draft.fields, draft.version, draft.saved_at = typed["fields"], version, at
        draft.save()
    return draft


def discard_draft(draft_id: UUID, *, post: Post) -> None:
    """The writer throws the draft away, or it has become a contact."""
    Draft.objects.filter(pk=draft_id, post=post).delete()


def _storable(value: Any) -> Any:
    """JSON that the database takes: no half surrogates, no NUL. Nothing is too long for a draft."""
    if isinstance(value, str):
        return texts.storable(value).text
    if isinstance(value, Mapping):
        return {texts.storable(str(key)).text: _storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    return value
