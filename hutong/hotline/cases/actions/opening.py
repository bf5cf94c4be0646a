"""How a case begins: opened from a contact, registered, or found to need no case at all."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import rules
from hutong.hotline.cases.actions.guarding import suspects_a_guardian
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, CaseChild, CaseContact, Event, NoticeKind, Party, Resolution, Stage
from hutong.hotline.contacts import queries as contact_queries
from hutong.hotline.contacts.models import CallBack, Contact
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Post
from hutong.hotline.people.models import Child, Person
from hutong.hotline.people.rules import basis_for
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Tier, Told

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are taken for one another on the telephone
TITLE_LENGTH = 80
NEEDS_TITLE = Reason("needs_title", _("请写明事由。"))


def case_number(at: datetime) -> str:
    """A short number that can be read out: the day and five letters, which tell nothing about volume."""
    return f"{timezone.localtime(at):%y%m%d}-{''.join(secrets.choice(LETTERS) for _letter in range(5))}"


@transaction.atomic
def open_case(
    *,
    contact: Contact,
    by: Post | None,
    at: datetime,
    title: str,
    tier: str,
    place: Division | None = None,
    place_text: str = "",
    call_back: str = CallBack.REPORTER_ONLY,
    children: Sequence[Child] = (),
    parties: Iterable[tuple[Person, str, str]] = (),
    registered: bool = True,
) -> Case:
    """Make a case of a contact: registered by an operator (then it stands at assessment), or waiting at intake for one."""
    action = rules.ACTIONS["register" if registered else "open"]
    centre = contact.centre
    relations = frozenset({"centre"} if by and by.office_id == centre.pk else {"timer"} if by is None else ())
    if reason := rules.why_not(action, rules.Situation(stage=rules.NEW, role=by.role if by else "", relations=relations)):
        raise Refusal(reason)
    if CaseContact.objects.filter(contact=contact).exists():
        raise Refusal(contact_queries.settled(contact))
    case = Case(
        id=new_id(), number=case_number(at), title=a_title(title), tier=choice(Tier, tier, field="tier"), place=place,
        place_text=place_text, call_back=choice(CallBack, call_back, field="call_back"), centre=centre, lead=centre, holder=centre,
        opened_at=at, tier_by=by, stage=rules.NEW,
    )  # fmt: skip
    step = Step(case, action, by, at, detail={"channel": contact.channel, "contact": str(contact.pk)}, event=Event(id=new_id()))
    step.go(Stage.ASSESSMENT if registered else Stage.INTAKE, holder=centre)
    if contact.paper_slip:  # the time on the paper counts, and not when somebody came to type it
        step.detail |= contact_queries.from_paper(contact)
        step.next_deadline = step.limited(contact.received_at)
    tell_of_danger(step)
    concerned = list(parties)
    if suspects_a_guardian((person.pk, role, relation) for person, role, relation in concerned):
        Child.objects.filter(pk__in=[child.pk for child in children]).update(tell_guardian=False)
        step.detail["guardian"] = "not_told"
    for child in children:
        tell_of_register(step, child)
    step.finish()
    Contact.objects.filter(pk=contact.pk).update(lawful_basis=basis_for(tier=case.tier, channel=contact.channel))
    CaseContact.objects.create(contact=contact, case=case, at=at)
    CaseChild.objects.bulk_create(CaseChild(case=case, child=child) for child in children)
    Party.objects.bulk_create(Party(case=case, person=person, role=role, relation=relation) for person, role, relation in concerned)
    return case


def a_title(text: str) -> str:
    """A title in one line. Raises Refusal for none, or one that is too long."""
    title = " ".join(texts.clean(text, field="title", limit=TITLE_LENGTH).text.split())
    if not title:
        raise Refusal.at("title", NEEDS_TITLE)
    return title


def tell_of_danger(step: Step) -> None:
    """The offices that the rulebook says hear of a tier at once. 110 and 120 are called; the centre's own shift lead sees it come."""
    case = step.case
    told = rulebook.tier_rule_for(tier=case.tier, division_code=case.place_id or case.centre.division_id, at=step.at).told
    if Told.COUNTY in told and case.place_id:
        county = network.county_bureau_for(case.place_id, on=timezone.localdate(step.at))
        if county:
            step.tell(county, NoticeKind.TOLD)
    if Told.PROVINCE in told and case.centre.parent:
        step.tell(case.centre.parent, NoticeKind.TOLD)


def tell_of_register(step: Step, child: Child) -> None:
    """Where the child is acts first; where the child is registered is informed."""
    on = timezone.localdate(step.at)
    there = network.county_bureau_for(child.registered_division_id, on=on) if child.registered_division_id else None
    here = network.county_bureau_for(step.case.place_id, on=on) if there and step.case.place_id else None
    if there and there != here:
        step.tell(there, NoticeKind.REGISTERED_HERE)


def register(case_id: UUID, *, by: Post, at: datetime, seen: int | None, title: str, tier: str, text: str = "") -> Case:
    """An operator completes what came in by itself: the case is registered."""
    with door(case_id, "register", by=by, at=at, seen=seen, text=text, tier=tier) as step:
        step.case.title, step.case.tier, step.case.tier_by = a_title(title), choice(Tier, tier, field="tier"), by
        step.go(Stage.ASSESSMENT, holder=step.case.centre)
        tell_of_danger(step)
    return step.case


def answer_on_the_spot(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """A question is answered and the case closed: the asker had the answer and no child is in danger."""
    with door(case_id, "answer_on_the_spot", by=by, at=at, seen=seen, text=text) as step:
        step.case.replied_at = step.case.safe_at = at
        step.close(Resolution.ANSWERED)
    return step.case


def dismiss(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Not a matter about a child: closed with the reason."""
    with door(case_id, "dismiss", by=by, at=at, seen=seen, text=text) as step:
        step.close(Resolution.NOT_A_CASE)
    return step.case
