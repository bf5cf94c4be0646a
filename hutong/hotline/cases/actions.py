"""What people do to a case itself. Each verb is one transaction, one event and one audit row, through the one door."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import queries, rules
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import (
    Case,
    CaseChild,
    CaseContact,
    Category,
    Event,
    NoticeKind,
    Party,
    Phase,
    Recusal,
    Resolution,
    Stage,
)
from hutong.hotline.contacts.models import CallBack, Contact
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Office, Post, Staff
from hutong.hotline.people.models import Child, GuardianshipRisk, Person, SuicideRisk
from hutong.hotline.rulebook.models import Tier

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are taken for one another on the telephone

NEEDS_TEXT = Reason("needs_text", _("请写明情况。"))
NEEDS_SECOND = Reason("second_person", _("降级须由另一人作出。"), _("请同事研判,或先按原等级派单再建议降级。"))
CENTRE_RECUSED = Reason("centre_recused", _("受理中心需要回避时,不能在本中心登记。"), _("请提请移送到另一中心,由省级裁定。"))


def case_number(at: datetime) -> str:
    """A short number that can be read out: the day and five letters, which tell nothing about volume."""
    return f"{at:%y%m%d}-{''.join(secrets.choice(LETTERS) for _letter in range(5))}"


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
    case = Case(
        id=new_id(), number=case_number(at), title=title, tier=tier, place=place, place_text=place_text, call_back=call_back,
        centre=centre, lead=centre, holder=centre, opened_at=at, tier_by=by, stage=rules.NEW,
    )  # fmt: skip
    step = Step(case, action, by, at, detail={"channel": contact.channel, "contact": str(contact.pk)}, event=Event(id=new_id()))
    step.go(Stage.ASSESSMENT if registered else Stage.INTAKE, holder=centre)
    _tell_of_danger(step)
    for child in children:
        _tell_of_register(step, child)
    step.finish()
    CaseContact.objects.create(contact=contact, case=case, at=at)
    CaseChild.objects.bulk_create(CaseChild(case=case, child=child) for child in children)
    Party.objects.bulk_create(Party(case=case, person=person, role=role, relation=relation) for person, role, relation in parties)
    return case


def _tell_of_danger(step: Step) -> None:
    """Tier I is told at once to the county on duty and the province (rulebook, tiers)."""
    case = step.case
    if case.tier != Tier.I:
        return
    county = network.county_bureau_for(case.place_id, on=step.at.date()) if case.place_id else None
    for office in (county, case.centre.parent):
        if office and not queries.is_recused(case, office):
            step.tell(office, NoticeKind.TOLD)


def _tell_of_register(step: Step, child: Child) -> None:
    """Where the child is acts first; where the child is registered is informed."""
    if not child.registered_division_id:
        return
    there = network.county_bureau_for(child.registered_division_id, on=step.at.date())
    here = network.county_bureau_for(step.case.place_id, on=step.at.date()) if step.case.place_id else None
    if there and there != here and not queries.is_recused(step.case, there):
        step.tell(there, NoticeKind.REGISTERED_HERE)


def register(case_id: UUID, *, by: Post, at: datetime, seen: int | None, title: str, tier: str, text: str = "") -> Case:
    """An operator completes what came in by itself: the case is registered."""
    with door(case_id, "register", by=by, at=at, seen=seen, text=text, tier=tier) as step:
        step.case.title, step.case.tier, step.case.tier_by = title, tier, by
        step.go(Stage.ASSESSMENT, holder=step.case.centre)
        _tell_of_danger(step)
    return step.case


def answer_on_the_spot(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """A question is answered and the case closed: the asker had the answer and no child is in danger."""
    with door(case_id, "answer_on_the_spot", by=by, at=at, seen=seen, text=written(text)) as step:
        step.case.replied_at = step.case.safe_at = at
        step.close(Resolution.ANSWERED)
    return step.case


def dismiss(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Not a matter about a child: closed with the reason."""
    with door(case_id, "dismiss", by=by, at=at, seen=seen, text=written(text)) as step:
        step.close(Resolution.NOT_A_CASE)
    return step.case


def assess(
    case_id: UUID,
    *,
    by: Post,
    at: datetime,
    seen: int | None,
    tier: str,
    category: str,
    phase: str,
    text: str,
    place: Division | None = None,
) -> Case:
    """Tier, category and plan. A lower tier than the operator's needs another person than the one who set it."""
    with door(case_id, "assess", by=by, at=at, seen=seen, text=written(text), tier=tier, category=category, phase=phase) as step:
        case = step.case
        step.detail["tier_before"] = case.tier
        if rules.is_lower(tier, than=case.tier) and case.tier_by and case.tier_by.staff_id == by.staff_id:
            raise Refusal(NEEDS_SECOND, fields={"tier": str(NEEDS_SECOND)})
        if tier != case.tier:
            case.tier, case.tier_by = tier, by
            _tell_of_danger(step)
        case.category, case.phase, case.plan = Category(category), Phase(phase), text
        case.place = place or case.place
        _settle_lowering(case)
        step.go(Stage.DISPATCH, holder=case.centre)
    return case


def reopen(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """A closed case is taken up again, from assessment on."""
    with door(case_id, "reopen", by=by, at=at, seen=seen, text=written(text)) as step:
        start_again(step)
    return step.case


def start_again(step: Step) -> None:
    """Back to the centre's assessment, with nothing of the last round counting as done."""
    case = step.case
    case.lead, case.worker = case.centre, None
    case.resolution, case.closed_at, case.merged_into = "", None, None
    case.replied_at = case.safe_at = None
    case.returns = case.reply_tries = 0
    case.is_settled = case.is_extended = False
    step.go(Stage.ASSESSMENT, holder=case.centre)


def note(case_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None) -> Event:
    """Write something down."""
    with door(case_id, "note", by=by, at=at, seen=seen, text=written(text)) as step:
        pass
    return step.event


def add_contact(case_id: UUID, *, contact: Contact, by: Post, at: datetime) -> Case:
    """Another report about the same matter. On a closed case it is linked, and the centre is told."""
    with door(case_id, "add_contact", by=by, at=at, channel=contact.channel, contact=str(contact.pk)) as step:
        CaseContact.objects.create(contact=contact, case=step.case, at=at)
        step.tell(step.case.holder, NoticeKind.TOLD)
    return step.case


def add_child(case_id: UUID, *, child: Child, by: Post, at: datetime, seen: int | None = None) -> Case:
    """One more child of the same matter."""
    with door(case_id, "add_child", by=by, at=at, seen=seen, child=str(child.pk)) as step:
        CaseChild.objects.create(case=step.case, child=child)
        _tell_of_register(step, child)
    return step.case


def add_party(case_id: UUID, *, person: Person, role: str, relation: str, by: Post, at: datetime, seen: int | None = None) -> Case:
    """One more person concerned."""
    with door(case_id, "add_party", by=by, at=at, seen=seen, person=str(person.pk), role=role) as step:
        Party.objects.create(case=step.case, person=person, role=role, relation=relation)
    return step.case


def set_risk(
    case_id: UUID, *, child: Child, guardianship_risk: str, suicide_risk: str, by: Post, at: datetime, seen: int | None, text: str
) -> Case:
    """The two scales of a child, by a named person with a reason."""
    with door(case_id, "set_risk", by=by, at=at, seen=seen, text=written(text), child=str(child.pk)) as step:
        if not step.case.child_links.filter(child=child).exists():
            raise Refusal(rules.NOT_THERE)
        step.detail["guardianship_risk"] = [child.guardianship_risk, guardianship_risk]
        step.detail["suicide_risk"] = [child.suicide_risk, suicide_risk]
        child.guardianship_risk, child.suicide_risk = GuardianshipRisk(guardianship_risk), SuicideRisk(suicide_risk)
        child.save(update_fields=["guardianship_risk", "suicide_risk"])
    return step.case


def set_phase(case_id: UUID, *, phase: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Where protection stands, beside the stages of the loop."""
    with door(case_id, "set_phase", by=by, at=at, seen=seen, text=text) as step:
        step.detail["phase"] = [step.case.phase, phase]
        step.case.phase = Phase(phase)
    return step.case


def set_call_back(case_id: UUID, *, call_back: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """How one may call back without exposing the child."""
    with door(case_id, "set_call_back", by=by, at=at, seen=seen, text=text) as step:
        step.detail["call_back"] = [step.case.call_back, call_back]
        step.case.call_back = CallBack(call_back)
    return step.case


def reveal_reporter(case_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None) -> Case:
    """Somebody outside the centre asks who reported, for a reason that stays in the story of the case."""
    with door(case_id, "reveal_reporter", by=by, at=at, seen=seen, text=written(text)) as step:
        step.tell(step.case.centre, NoticeKind.TOLD)
    return step.case


def raise_tier(case_id: UUID, *, tier: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """More urgent than thought: the deadline of the present stage is set anew, never later than it was."""
    with door(case_id, "raise_tier", by=by, at=at, seen=seen, text=written(text)) as step:
        case = step.case
        if not rules.is_lower(case.tier, than=tier):
            raise Refusal(Reason("not_higher", _("请选择更高的等级。")), fields={"tier": str(_("请选择更高的等级。"))})
        _change_tier(step, tier, text)
        _settle_lowering(case)
        _tell_of_danger(step)
    return case


def propose_lower(case_id: UUID, *, tier: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Less urgent, says one person; another must agree."""
    with door(case_id, "propose_lower", by=by, at=at, seen=seen, text=written(text), tier=tier) as step:
        if not rules.is_lower(tier, than=step.case.tier):
            raise Refusal(Reason("not_lower", _("请选择更低的等级。")), fields={"tier": str(_("请选择更低的等级。"))})
        step.case.lower_to, step.case.lower_by = tier, by
        step.tell(step.case.centre, NoticeKind.ASKED)
    return step.case


def confirm_lower(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The second person agrees: the tier falls, and the deadline is set anew, never earlier than it was."""
    with door(case_id, "confirm_lower", by=by, at=at, seen=seen, text=text) as step:
        _change_tier(step, step.case.lower_to, text or str(_("第二人确认降级")))
        _settle_lowering(step.case)
    return step.case


def refuse_lower(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The second person does not agree: the tier stays."""
    with door(case_id, "refuse_lower", by=by, at=at, seen=seen, text=text) as step:
        _settle_lowering(step.case)
    return step.case


def _change_tier(step: Step, tier: str, why: str) -> None:
    case, before = step.case, step.case.tier
    falls = rules.is_lower(tier, than=before)
    step.detail["tier"] = [before, tier]
    case.tier, case.tier_by = tier, step.by
    if tier in {Tier.I, Tier.II}:
        case.extension_days, case.extension_by, case.is_extended = None, None, False
    clock = step.limited(case.stage_since if falls else step.at)
    if case.due_at:
        bound = max(clock.due_at, case.due_at) if falls else min(clock.due_at, case.due_at)
        clock.due_at = max(bound, clock.started_at)
    step.run_deadline(clock, why=why[:200])


def _settle_lowering(case: Case) -> None:
    case.lower_to, case.lower_by = "", None


def recuse(
    case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, office: Office | None = None, staff: Staff | None = None
) -> Case:
    """An office or person that must never receive the case. If it leads now, the case comes back to dispatch at once."""
    with door(case_id, "recuse", by=by, at=at, seen=seen, text=written(text)) as step:
        case = step.case
        if office and office == case.centre:
            raise Refusal(CENTRE_RECUSED, fields={"office": str(CENTRE_RECUSED)})
        if not office and not staff:
            raise Refusal(Reason("nobody_named", _("请指明回避的机构或人员。")))
        Recusal.objects.get_or_create(case=case, office=office, staff=staff, defaults={"reason": text[:200], "by": by, "at": at})
        _take_from_recused(step, office, staff)
    return case


def _take_from_recused(step: Step, office: Office | None, staff: Staff | None) -> None:
    case = step.case
    if office:
        withdrawn = {"state": "withdrawn", "ended_at": step.at}
        case.assignments.filter(office=office, state__in=("offered", "accepted")).update(**withdrawn)
        case.transfers.filter(receiver=office, state__in=("proposed", "settled")).update(state="refused", ended_at=step.at)
    if staff and case.worker and case.worker.staff_id == staff.pk:
        case.worker = None
    if office and office == case.lead:
        case.lead, case.worker = case.centre, None
        step.go(Stage.DISPATCH, holder=case.centre)


@transaction.atomic
def merge(case_id: UUID, *, into: Case, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The same matter twice: this case closes and points to the other, which says so too."""
    if into.pk == case_id:
        raise Refusal(Reason("into_itself", _("不能并入自身。")), fields={"into": str(_("不能并入自身。"))})
    with door(into.pk, "absorb", by=by, at=at, text=text, case=str(case_id)):
        pass
    with door(case_id, "merge", by=by, at=at, seen=seen, text=written(text), into=into.number) as step:
        step.case.merged_into = into
        step.case.assignments.filter(kind="lead", state__in=("offered", "accepted")).update(state="withdrawn", ended_at=at)
        step.close(Resolution.MERGED)
    return step.case


@transaction.atomic
def unmerge(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Two matters after all: the merged case is taken up again."""
    with door(case_id, "unmerge", by=by, at=at, seen=seen, text=written(text)) as step:
        into = step.case.merged_into
        start_again(step)
    if into:
        with door(into.pk, "release", by=by, at=at, text=text, case=str(case_id)):
            pass
    return step.case


def written(text: str) -> str:
    if not text.strip():
        raise Refusal(NEEDS_TEXT, fields={"text": str(NEEDS_TEXT.sentence)})
    return text
