"""The record of a case: notes, further contacts, children and people concerned, their risks, and what was written wrongly."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import details, rules
from hutong.hotline.cases.actions.guarding import keep_from_guardian, must_not_be_told, refuse_to_tell
from hutong.hotline.cases.actions.opening import a_title, tell_of_register
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, CaseChild, CaseContact, Event, NoticeKind, Party, PartyRole, Phase
from hutong.hotline.contacts import queries as contact_queries
from hutong.hotline.contacts.models import CallBack, Contact
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.faults import Faults, choice
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Division, Post
from hutong.hotline.people import actions as people
from hutong.hotline.people import queries as known
from hutong.hotline.people.models import Child, GuardianshipRisk, Person, SuicideRisk
from hutong.hotline.people.rules import GUARDIAN_CALLED

ALREADY_THERE = Reason("already_there", _("已在本案中。"))


def note(case_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None, once: UUID | None = None) -> Event:
    """Write something down."""
    with door(case_id, "note", by=by, at=at, seen=seen, once=once, text=text) as step:
        pass
    return step.event


def psychology_note(case_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None, once: UUID | None = None) -> Event:
    """Write down what a psychologist heard or found; the table of sight says who reads it."""
    with door(case_id, "psychology_note", by=by, at=at, seen=seen, once=once, text=text) as step:
        pass
    return step.event


def see_child(case_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None, once: UUID | None = None) -> Event:
    """首次见到儿童: somebody of the office that acts has seen the child, and how the child was."""
    with door(case_id, "see_child", by=by, at=at, seen=seen, once=once, text=text) as step:
        step.end_part(by.office, "first_contact")
    return step.event


def report_first(case_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None, once: UUID | None = None) -> Event:
    """首次书面报告: whether the child is safe, and what is done next; the centre is told."""
    with door(case_id, "report_first", by=by, at=at, seen=seen, once=once, text=text) as step:
        step.end_part(by.office, "first_report")
        step.tell(step.case.centre, NoticeKind.TOLD)
    return step.event


def add_contact(case_id: UUID, *, contact: Contact, by: Post, at: datetime) -> Case:
    """Another report about the same matter. On a closed case it is linked, and the centre is told."""
    with door(case_id, "add_contact", by=by, at=at, channel=contact.channel, contact=str(contact.pk)) as step:
        step.detail |= contact_queries.from_paper(contact)
        CaseContact.objects.create(contact=contact, case=step.case, at=at)
        step.tell(step.case.holder, NoticeKind.TOLD)
    return step.case


def correct(
    case_id: UUID,
    *,
    by: Post,
    at: datetime,
    seen: int | None,
    title: str,
    place: Division | None,
    place_text: str = "",
    text: str = "",
) -> Case:
    """What the matter is called and where the child is were written wrongly, or are known better now."""
    with door(case_id, "correct", by=by, at=at, seen=seen, text=text) as step:
        faults, case = Faults(), step.case
        put: dict[str, Any] = {
            "title": faults.of("title", lambda: a_title(title), ""),
            "place": faults.of("place", lambda: known.place(place, on=timezone.localdate(at)), None),
            "place_text": faults.of("place_text", lambda: texts.clean(place_text, limit=200).text, ""),
        }
        faults.refuse()
        for field, value in put.items():
            before = getattr(case, field)
            if before != value:
                told = [str(before or ""), str(value or "")]
                step.detail[field] = [details.seal_place(case, each, step.event) for each in told] if field == "place_text" else told
                setattr(case, field, value)
    return case


def add_child(
    case_id: UUID, *, child: Child, by: Post, at: datetime, seen: int | None = None, once: UUID | None = None, text: str = ""
) -> Case:
    """One more child of the same matter."""
    with door(case_id, "add_child", by=by, at=at, seen=seen, once=once, text=text, child=str(child.pk)) as step:
        if step.case.child_links.filter(child=child).exists():
            raise Refusal.at("child", ALREADY_THERE)
        CaseChild.objects.create(case=step.case, child=child)
        keep_from_guardian(step)
        tell_of_register(step, child)
    return step.case


def change_child(
    case_id: UUID, *, child: Child, facts: people.ChildFacts, by: Post, at: datetime, seen: int | None, text: str = ""
) -> Case:
    """What is kept of a child was wrong, or more is known now."""
    with door(case_id, "change_child", by=by, at=at, seen=seen, text=text, child=str(child.pk)) as step:
        _must_be_there(step, child)
        refuse_to_tell(step.case, tell=facts.tell_guardian)
        step.detail["fields"] = people.change_child(child, facts=facts, by=by, at=at)
        if "registered_division" in step.detail["fields"]:
            tell_of_register(step, child)
    return step.case


def add_party(
    case_id: UUID,
    *,
    person: Person,
    role: str,
    relation: str,
    by: Post,
    at: datetime,
    seen: int | None = None,
    once: UUID | None = None,
    text: str = "",
) -> Case:
    """One more person concerned."""
    with door(case_id, "add_party", by=by, at=at, seen=seen, once=once, text=text, person=str(person.pk), role=role) as step:
        if step.case.parties.filter(person=person, role=role).exists():
            raise Refusal.at("role", ALREADY_THERE)
        Party.objects.create(case=step.case, person=person, role=choice(PartyRole, role, field="role"), relation=a_relation(relation))
        keep_from_guardian(step)
    return step.case


def change_party(
    case_id: UUID, *, party: Party, facts: people.PersonFacts, relation: str, by: Post, at: datetime, seen: int | None, text: str = ""
) -> Case:
    """What is kept of a person concerned was wrong, or more is known now."""
    with door(case_id, "change_party", by=by, at=at, seen=seen, text=text, person=str(party.person_id), role=party.role) as step:
        if party.case_id != case_id:
            raise Refusal(rules.NOT_THERE)
        step.detail["fields"] = people.change_person(party.person, facts=facts, by=by, at=at)
        Party.objects.filter(pk=party.pk).update(relation=a_relation(relation))
        keep_from_guardian(step)
    return step.case


def a_relation(text: str) -> str:
    """How a person is related to the child, in a few words. Raises Refusal for a longer text."""
    return texts.clean(text, field="relation", limit=40).text


def set_risk(
    case_id: UUID, *, child: Child, guardianship_risk: str, suicide_risk: str, by: Post, at: datetime, seen: int | None, text: str
) -> Case:
    """The two scales of a child, by a named person with a reason."""
    with door(case_id, "set_risk", by=by, at=at, seen=seen, text=text, child=str(child.pk)) as step:
        _must_be_there(step, child)
        step.detail["guardianship_risk"] = [child.guardianship_risk, guardianship_risk]
        step.detail["suicide_risk"] = [child.suicide_risk, suicide_risk]
        child.guardianship_risk = choice(GuardianshipRisk, guardianship_risk, field="guardianship_risk")
        child.suicide_risk = choice(SuicideRisk, suicide_risk, field="suicide_risk")
        child.save(update_fields=["guardianship_risk", "suicide_risk"])
    return step.case


def _must_be_there(step: Step, child: Child) -> None:
    if not step.case.child_links.filter(child=child).exists():
        raise Refusal(rules.NOT_THERE)


def set_phase(case_id: UUID, *, phase: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Where protection stands, beside the stages of the loop."""
    with door(case_id, "set_phase", by=by, at=at, seen=seen, text=text) as step:
        step.detail["phase"] = [step.case.phase, phase]
        step.case.phase = choice(Phase, phase, field="phase")
    return step.case


def set_call_back(case_id: UUID, *, call_back: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """How one may call back without exposing the child."""
    with door(case_id, "set_call_back", by=by, at=at, seen=seen, text=text) as step:
        step.detail["call_back"] = [step.case.call_back, call_back]
        step.case.call_back = choice(CallBack, call_back, field="call_back")
        if step.case.call_back == CallBack.FREE and must_not_be_told(step.case):
            raise Refusal.at("call_back", GUARDIAN_CALLED)
    return step.case
