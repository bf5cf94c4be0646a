"""Writing down children and other people, from what was said of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel import numbers, texts
from hutong.hotline.kernel.faults import Faults, choice
from hutong.hotline.network.models import Division, Post
from hutong.hotline.people import queries, rules
from hutong.hotline.people.models import Child, ConsentBy, ConsentHow, Human, LawfulBasis, Person, Sex
from hutong.hotline.rulebook.models import ChildStatus


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What was said of a person, as typed; all of it may be unknown."""

    name: str = ""
    sex: str = Sex.UNKNOWN
    born_on: date | None = None
    id_number: str = ""
    phone: str = ""
    address: str = ""
    lawful_basis: str = LawfulBasis.STATUTORY_DUTY
    tell_guardian: bool = True
    consent_by: str = ""
    consent_how: str = ""
    consent_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ChildFacts(PersonFacts):
    """What was said of a child."""

    age: int | None = None
    statuses: Iterable[str] = ()
    school: str = ""
    present_division: Division | None = None
    registered_division: Division | None = None


@transaction.atomic
def remember_child(facts: ChildFacts, *, by: Post | None, at: datetime) -> Child:
    """Write down a child. Raises Refusal naming each fact that cannot be."""
    child = Child.objects.create(**_child(facts, at))
    audit.record("remember_child", by=by, at=at, subject="child", subject_id=child.pk)
    return child


@transaction.atomic
def remember_person(facts: PersonFacts, *, by: Post | None, at: datetime) -> Person:
    """Write down anybody else. Raises Refusal naming each fact that cannot be."""
    faults = Faults()
    cleaned = _human(facts, faults, at)
    faults.refuse()
    person = Person.objects.create(**cleaned)
    audit.record("remember_person", by=by, at=at, subject="person", subject_id=person.pk)
    return person


@transaction.atomic
def change_child(child: Child, *, facts: ChildFacts, by: Post, at: datetime) -> list[str]:
    """Put right what is kept of a child; the fields that changed. The log names the fields, never the values."""
    return _change(child, _child(facts, at), by, at)


@transaction.atomic
def change_person(person: Person, *, facts: PersonFacts, by: Post, at: datetime) -> list[str]:
    """Put right what is kept of anybody else; the fields that changed."""
    faults = Faults()
    cleaned = _human(facts, faults, at)
    faults.refuse()
    return _change(person, cleaned, by, at)


def _change(human: Child | Person, facts: dict[str, Any], by: Post, at: datetime) -> list[str]:
    kind = type(human)
    kind._default_manager.select_for_update().get(pk=human.pk)
    human.refresh_from_db()
    changed = [field for field, value in facts.items() if _put(human, field, value)]
    if changed:
        human.save(update_fields=changed)
        name = kind._meta.model_name or ""
        audit.record(f"change_{name}", by=by, at=at, subject=name, subject_id=human.pk, fields=changed)
    return changed


def _put(human: Human, field: str, value: object) -> bool:
    before = getattr(human, field)
    setattr(human, field, value)
    return bool(before != value)


def _child(facts: ChildFacts, at: datetime) -> dict[str, Any]:
    faults, on = Faults(), timezone.localdate(at)
    cleaned = _human(facts, faults, at)
    born_on = cleaned["born_on"]
    faults.of("born_on", lambda: rules.check_minor(born_on, on), None)
    cleaned |= {
        "age": faults.of("age", lambda: rules.fitting_age(facts.age, born_on, on), None),
        "statuses": faults.of("statuses", lambda: [choice(ChildStatus, status).value for status in facts.statuses], list[str]()),
        "school": faults.of("school", lambda: texts.clean(facts.school, limit=80).text, ""),
        "present_division": faults.of("present_division", lambda: queries.place(facts.present_division, on=on), None),
        "registered_division": faults.of("registered_division", lambda: queries.standing(facts.registered_division, on=on), None),
    }
    age, told, by = cleaned["age"], cleaned["tell_guardian"], cleaned["consent_by"]
    faults.of("consent_by", lambda: rules.check_who_consents(by=by, age=age, tell_guardian=told), None)
    faults.refuse()
    return cleaned


def _human(facts: PersonFacts, faults: Faults, at: datetime) -> dict[str, Any]:
    """The facts in normal form. A verified identity number fills in birth and sex; one that contradicts the birth is not verified."""
    on = timezone.localdate(at)
    number = faults.of("id_number", lambda: numbers.identity_number(facts.id_number, on=on), numbers.IdentityNumber(""))
    faults.of("born_on", lambda: rules.check_born(facts.born_on, on), None)
    basis = faults.of("lawful_basis", lambda: choice(LawfulBasis, facts.lawful_basis), LawfulBasis.STATUTORY_DUTY)
    consent = {
        "by": faults.of("consent_by", lambda: choice(ConsentBy, facts.consent_by).value if facts.consent_by else "", ""),
        "how": faults.of("consent_how", lambda: choice(ConsentHow, facts.consent_how).value if facts.consent_how else "", ""),
    }
    faults.of("consent_by", lambda: rules.check_consent(basis=basis, given_on=facts.consent_on, on=on, **consent), None)
    sex = faults.of("sex", lambda: choice(Sex, facts.sex), Sex.UNKNOWN)
    return {
        "name": faults.of("name", lambda: texts.clean(facts.name, limit=60).text, ""),
        "sex": Sex(number.sex) if number.is_verified and sex == Sex.UNKNOWN else sex,
        "born_on": facts.born_on or number.born_on,
        "id_number": number.number,
        "id_number_verified": number.is_verified and facts.born_on in (None, number.born_on),
        "phone": faults.of("phone", lambda: numbers.telephone(facts.phone), ""),
        "address": faults.of("address", lambda: texts.clean(facts.address, limit=200).text, ""),
        "lawful_basis": basis,
        "tell_guardian": facts.tell_guardian,
        "consent_by": consent["by"],
        "consent_how": consent["how"],
        "consent_on": facts.consent_on,
    }
