"""Handing in a sheet: one transaction from the contact to the case with its children, people and recusal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hutong.desks.components.parts import ChildForm, Part, PartyForm
from hutong.desks.operator import queries
from hutong.desks.operator.forms import Sheet
from hutong.hotline.calls.actions import asking as calls
from hutong.hotline.calls.models import Call
from hutong.hotline.cases.actions import opening, recording, recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.rules import ERASED
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.models import WITH_CASE, CallBack, Contact, NotACase, Outcome
from hutong.hotline.contacts.rules import title_of
from hutong.hotline.kernel import numbers, texts
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division, Post
from hutong.hotline.people import actions as people
from hutong.hotline.people.models import Child, Person

T = TypeVar("T")
SAID = ("channel", "narrative", "received_at", "place", "place_text", "answer", "paper_slip")
Concerned = tuple[Person, str, str]  # who, in which role, related how


@dataclass(frozen=True)
class End:
    """How the operator ends the contact: the button that was pressed."""

    outcome: str
    not_a_case: str = ""
    into: str = ""

    @classmethod
    def pressed(cls, data: Any) -> "End":
        """`into` is a case of the list beside the sheet; `end` an outcome, or a reason for no case."""
        if into := data.get("into"):
            return cls(Outcome.CASE_ADDED, into=into)
        code = data.get("end", "")
        if code in NotACase.values:
            return cls(Outcome.NOT_A_CASE, not_a_case=code)
        return cls(code, into=data.get("into_number", "") if code == Outcome.CASE_ADDED else "")


@dataclass(frozen=True)
class Done:
    """What came of a sheet."""

    contact: Contact
    case: Case | None = None


def hand_in(
    sheet: Sheet, end: End, *, by: Post, at: datetime, draft_id: UUID, pending: Contact | None = None, call: Call | None = None
) -> Done | None:
    """Write all of it, or nothing and the errors on the sheet. The same sheet twice gives the first one's contact and case.

    The contact is told its call, once: a second matter of the same call is a contact of its own.
    """
    with transaction.atomic():
        done = _write(sheet, end, by=by, at=at, draft_id=draft_id, pending=pending)
        if done and call and call.contact_id is None:
            _try(sheet.matter, lambda: calls.write_down(call.pk, contact=done.contact, by=by, at=at))
        if done is None or not sheet.is_valid():
            transaction.set_rollback(True)
            return None
        contacts.discard_draft(draft_id, post=by)
    return done


def _write(sheet: Sheet, end: End, *, by: Post, at: datetime, draft_id: UUID, pending: Contact | None) -> Done | None:
    matter = sheet.matter
    _ask(sheet, end)
    case = _joined(matter, end, by) if end.outcome == Outcome.CASE_ADDED else None
    contact = _try(matter, lambda: _contact(sheet, end, by=by, at=at, draft_id=draft_id, pending=pending))
    if contact and (link := getattr(contact, "link", None)):
        return Done(contact, link.case)
    children, parties = _people(sheet, by=by, at=at)
    if contact is None or not sheet.is_valid():
        return None
    if end.outcome not in WITH_CASE:
        return Done(contact)
    case = _try(matter, lambda: _case(sheet, contact, case, children, parties, by=by, at=at))
    return Done(contact, case) if case else None


def _ask(sheet: Sheet, end: End) -> None:
    """What a case needs, and what would be lost without one."""
    if end.outcome == Outcome.CASE_OPENED and not sheet.matter.cleaned_data.get("tier"):
        sheet.matter.add_error("tier", _("请选择初步等级。"))
    if end.outcome not in WITH_CASE and sheet.rows:
        sheet.matter.add_error(None, _("已填写儿童或相关人员，只有立案或并入个案才会保存他们。请改选，或先移除这些栏。"))


def _contact(sheet: Sheet, end: End, *, by: Post, at: datetime, draft_id: UUID, pending: Contact | None) -> Contact:
    matter = sheet.matter
    ending: dict[str, Any] = {"outcome": end.outcome, "not_a_case": end.not_a_case, "reporter": matter.reporter()}
    if pending:
        return contacts.settle_pending(pending.pk, by=by, at=at, **ending, **matter.given("answer", "place", "place_text"))
    said = {"channel": "", "narrative": ""} | matter.given(*SAID)
    return contacts.take(by=by, at=at, idempotency_key=str(draft_id), **ending, **said)


def _people(sheet: Sheet, *, by: Post, at: datetime) -> tuple[list[Child], list[Concerned]]:
    place = sheet.matter.cleaned_data.get("place")
    children: list[Child | None] = []
    parties: list[Concerned | None] = []
    for form in sheet.rows:
        if isinstance(form, ChildForm):
            children.append(_try(form, partial(_child, form, place, by, at)))
        elif isinstance(form, PartyForm):
            parties.append(_try(form, partial(_party, form, by, at)))
    return [child for child in children if child], [party for party in parties if party]


def _child(form: ChildForm, place: Division | None, by: Post, at: datetime) -> Child:
    return people.remember_child(form.facts(place), by=by, at=at)


def _party(form: PartyForm, by: Post, at: datetime) -> Concerned:
    person = people.remember_person(form.facts(), by=by, at=at)
    return person, form.cleaned_data.get("role", ""), form.cleaned_data.get("relation", "")


def _joined(matter: Part, end: End, by: Post) -> Case | None:
    case = queries.case_to_join(by, end.into)
    if case is None:
        matter.add_error("into_number", _("没有这个个案，或您无权查看。"))
    elif case.erased_at:
        matter.add_error("into_number", str(Refusal(ERASED)))
    return case


def _case(
    sheet: Sheet, contact: Contact, case: Case | None, children: list[Child], parties: list[Concerned], *, by: Post, at: datetime
) -> Case:
    given = sheet.matter.cleaned_data
    if case is None:
        title = given.get("title") or title_of(contact.narrative)
        call_back = given.get("call_back") or CallBack.REPORTER_ONLY
        case = opening.open_case(
            contact=contact, by=by, at=at, title=title, tier=given["tier"], place=contact.place, place_text=contact.place_text,
            call_back=call_back, children=children, parties=parties,
        )  # fmt: skip
    else:
        recording.add_contact(case.pk, contact=contact, by=by, at=at)
        for child in children:
            recording.add_child(case.pk, child=child, by=by, at=at)
        for person, role, relation in parties:
            recording.add_party(case.pk, person=person, role=role, relation=relation, by=by, at=at)
    if office := given.get("recusal_office"):
        recusing.recuse(case.pk, by=by, at=at, seen=None, text=given.get("recusal_reason") or _("被反映人所在单位"), office=office)
    return case


def _try(form: Part, act: Callable[[], T]) -> T | None:
    try:
        return act()
    except Refusal as refusal:
        form.take(refusal)
        return None


def remarks(sheet: Sheet, *, at: datetime) -> Iterator[str]:
    """What the operator should know of what was saved: characters that were lost, identity numbers that are not verified.

    Nobody is named: until a page says it, the browser keeps it as it stands (`desks.told`).
    """
    for field in ("narrative", "answer"):
        if remark := texts.storable(sheet.matter.cleaned_data.get(field) or "").remark:
            yield remark
    for whose, form in _people_on(sheet):
        number = form.cleaned_data.get("id_number") or ""
        if number and (remark := numbers.identity_number(number, on=timezone.localdate(at)).remark):
            yield f"{whose}{_('：')}{remark}"


def _people_on(sheet: Sheet) -> Iterator[tuple[str, Part]]:
    """Each form of somebody, and whose it is, by their place on the sheet."""
    yield _("报告人"), sheet.matter
    for label, kind in ((_("儿童"), ChildForm), (_("相关人员"), PartyForm)):
        for place, form in enumerate((form for form in sheet.rows if isinstance(form, kind)), start=1):
            yield f"{label} {place}", form
