"""Giving parts of a case to offices, taking them back, and moving a case to another county or prefecture."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.assignments import queries
from hutong.hotline.assignments.models import LIVE, Assignment, ChildState, Kind, State, Transfer, TransferState
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases import rules
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, NoticeKind, Pause, PauseState, Stage
from hutong.hotline.cases.rules import EXTENSION_MAXIMUM_DAYS, RETURNS_BEFORE_ABOVE
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import recorded
from hutong.hotline.network.models import Office, OfficeKind, Post

RECUSED = Reason("recused", _("该机构或人员须回避本案，不能接手。"), _("请选择其他机构或人员。"))
OUT_OF_REACH = Reason("out_of_reach", _("不能派给这个机构。"), _("请从列表中选择本地区可以承办的机构。"))
ALREADY_ON_IT = Reason("already_on_it", _("该机构已在办理本案。"))
NOT_OF_OFFICE = Reason("not_of_office", _("经办人须是主办机构的在岗人员。"))
PAUSE_TOO_LONG = _("暂停须在 1 至 {most} 天之间。")
TOO_LONG = Reason("extension_too_long", _("延期须在 1 至 10 个工作日之间。"))


def dispatch(case_id: UUID, *, office: Office, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """Name the lead office. When the level above names it (after the second return), that is final."""
    with door(case_id, "dispatch", by=by, at=at, seen=seen, text=text, office=str(office.pk)) as step:
        case = step.case
        _check(step, office, queries.leads_for(case))
        case.is_settled = case.is_settled or case.holder_id != case.centre_id
        case.lead, case.worker = office, None
        Assignment.objects.create(case=case, office=office, kind=Kind.LEAD, request=step.text, given_by=by, given_at=at)
        step.go(Stage.ACCEPTANCE, holder=office)
    return case


def keep(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The centre handles the matter itself."""
    with door(case_id, "keep", by=by, at=at, seen=seen, text=text) as step:
        case = step.case
        case.lead, case.worker = case.centre, by
        _take_lead(step, by)
        step.go(Stage.HANDLING, holder=case.centre)
    return case


def accept(case_id: UUID, *, by: Post, at: datetime, seen: int | None, worker: Post | None = None, text: str = "") -> Case:
    """The lead office takes the case over, with a named worker."""
    with door(case_id, "accept", by=by, at=at, seen=seen, text=text, worker=str((worker or by).pk)) as step:
        case = step.case
        case.worker = _worker(step, worker or by)
        case.assignments.filter(kind=Kind.LEAD, state=State.OFFERED).update(state=State.ACCEPTED, accepted_at=at, worker=case.worker)
        step.go(Stage.HANDLING, holder=case.lead)
    return case


def return_(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Not ours, with a reason. The first time the centre names another; the second time the level above decides, finally."""
    with door(case_id, "return", by=by, at=at, seen=seen, text=text) as step:
        case = step.case
        _end_lead(case, State.RETURNED, at)
        case.returns += 1
        step.detail["returns"] = case.returns
        above = case.centre.parent if case.returns >= RETURNS_BEFORE_ABOVE else None
        case.lead, case.worker = case.centre, None
        step.go(Stage.DISPATCH, holder=above or case.centre)
    return case


def name_worker(case_id: UUID, *, worker: Post, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """Another worker of the lead office takes over."""
    with door(case_id, "name_worker", by=by, at=at, seen=seen, text=text, worker=str(worker.pk)) as step:
        step.case.worker = _worker(step, worker)
        step.case.assignments.filter(kind=Kind.LEAD, state=State.ACCEPTED).update(worker=worker)
    return step.case


def report(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, child_state: str) -> Case:
    """What was done and how the child is."""
    with door(case_id, "report", by=by, at=at, seen=seen, text=text, child_state=child_state) as step:
        state = choice(ChildState, child_state, field="child_state")
        step.case.assignments.filter(kind=Kind.LEAD, state=State.ACCEPTED).update(report=step.text, child_state=state)
        step.go(Stage.REVIEW, holder=step.case.centre)
    return step.case


def approve(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The report is good: the lead's part is done, the reporter is answered next."""
    with door(case_id, "approve", by=by, at=at, seen=seen, text=text) as step:
        _end_lead(step.case, State.DONE, at)
        step.go(Stage.REPLY, holder=step.case.centre)
    return step.case


def send_back(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Something is missing: back to the lead office, saying what."""
    with door(case_id, "send_back", by=by, at=at, seen=seen, text=text) as step:
        step.go(Stage.HANDLING, holder=step.case.lead)
    return step.case


def ask_extension(case_id: UUID, *, days: int, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Ask the level above for more working days. Once, at most ten, never for tiers I and II."""
    with door(case_id, "ask_extension", by=by, at=at, seen=seen, text=text, days=days) as step:
        if not 1 <= days <= EXTENSION_MAXIMUM_DAYS:
            raise Refusal.at("days", TOO_LONG)
        step.case.extension_days, step.case.extension_by = days, by
        if step.case.lead.parent:
            step.tell(step.case.lead.parent, NoticeKind.ASKED)
    return step.case


def grant_extension(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The level above agrees: a new deadline takes the old one's place."""
    with door(case_id, "grant_extension", by=by, at=at, seen=seen, text=text) as step:
        case, days = step.case, step.case.extension_days
        if days is None:
            raise Refusal(rules.EXTENSION_ASKED.reason)
        step.replace_deadline(why=recorded(_("延期 {days} 个工作日")).format(days=days), extension_days=days)
        case.is_extended, case.extension_days, case.extension_by = True, None, None
        step.tell(case.lead, NoticeKind.TOLD)
    return case


def refuse_extension(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The level above does not agree: the deadline stays."""
    with door(case_id, "refuse_extension", by=by, at=at, seen=seen, text=text) as step:
        step.case.extension_days = step.case.extension_by = None
        step.tell(step.case.lead, NoticeKind.TOLD)
    return step.case


def ask_pause(case_id: UUID, *, days: int, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Ask the level above to stop the clock for some days, where the rulebook allows it and no longer than it says."""
    with door(case_id, "ask_pause", by=by, at=at, seen=seen, text=text, pause=days) as step:
        case = step.case
        most = case.deadline.limit.pause_days if case.deadline else 0
        if not 1 <= days <= most:
            raise Refusal.at("days", Reason("too_long", format_lazy(PAUSE_TOO_LONG, most=most)))
        Pause.objects.create(case=case, step=case.stage, days=days, reason=step.text, asked_by=by, asked_at=at)
        if case.lead.parent:
            step.tell(case.lead.parent, NoticeKind.ASKED)
    return step.case


def grant_pause(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The level above agrees: the deadline does not run from now on for so many days; a new one takes its place."""
    with door(case_id, "grant_pause", by=by, at=at, seen=seen, text=text) as step:
        pause = step.case.pauses.get(state=PauseState.ASKED)
        pause.state, pause.decided_by, pause.granted_at, pause.ends_at = PauseState.GRANTED, by, at, at + timedelta(days=pause.days)
        pause.save()
        step.replace_deadline(why=recorded(_("暂停 {days} 天")).format(days=pause.days))
        step.tell(step.case.lead, NoticeKind.TOLD)
    return step.case


def refuse_pause(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The level above does not agree: the deadline stays."""
    with door(case_id, "refuse_pause", by=by, at=at, seen=seen, text=text) as step:
        step.case.pauses.filter(state=PauseState.ASKED).update(state=PauseState.REFUSED, decided_by=by)
        step.tell(step.case.lead, NoticeKind.TOLD)
    return step.case


def resume(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """Back to work before the pause was over: the deadline comes earlier again by what was not needed."""
    with door(case_id, "resume", by=by, at=at, seen=seen, text=text) as step:
        step.case.pauses.filter(state=PauseState.GRANTED).update(state=PauseState.ENDED, ends_at=at)
        step.replace_deadline(why=recorded(step.action.done))
        step.tell(step.case.centre, NoticeKind.TOLD)
    return step.case


def assist(case_id: UUID, *, office: Office, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Ask another office to help."""
    return _give_part(case_id, "assist", Kind.ASSIST, office, by=by, at=at, seen=seen, text=text)


def refer(case_id: UUID, *, office: Office, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Refer a part of the matter to the department whose duty it is."""
    return _give_part(case_id, "refer", Kind.REFERRAL, office, by=by, at=at, seen=seen, text=text)


def consult(case_id: UUID, *, office: Office, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Ask an office for its opinion."""
    return _give_part(case_id, "consult", Kind.CONSULTATION, office, by=by, at=at, seen=seen, text=text)


def _give_part(case_id: UUID, code: str, kind: Kind, office: Office, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    with door(case_id, code, by=by, at=at, seen=seen, text=text, office=str(office.pk)) as step:
        _check(step, office, queries.helpers_for(step.case, kind))
        if step.case.assignments.filter(office=office, state__in=LIVE).exists():
            raise Refusal.at("office", ALREADY_ON_IT)
        Assignment.objects.create(case=step.case, office=office, kind=kind, request=step.text, given_by=by, given_at=at)
        step.start_part("part_acceptance", office, kind)
        step.tell(office, NoticeKind.HANDED_OVER)
    return step.case


def accept_part(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The office takes on the part that it was given."""
    with door(case_id, "accept_part", by=by, at=at, seen=seen, text=text) as step:
        _own_part(step, State.OFFERED, state=State.ACCEPTED, accepted_at=at, worker=by)
    return step.case


def return_part(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The part is not for this office, with the reason; whoever gave it is told."""
    with door(case_id, "return_part", by=by, at=at, seen=seen, text=text) as step:
        _own_part(step, State.OFFERED, state=State.RETURNED, report=step.text, ended_at=at)
    return step.case


def finish_part(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The part is done, and this is what was done."""
    with door(case_id, "finish_part", by=by, at=at, seen=seen, text=text) as step:
        _own_part(step, State.ACCEPTED, state=State.DONE, report=step.text, ended_at=at)
    return step.case


def withdraw_part(case_id: UUID, *, office: Office, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Take a part back from an office."""
    with door(case_id, "withdraw_part", by=by, at=at, seen=seen, text=text, office=str(office.pk)) as step:
        part = step.case.assignments.exclude(kind=Kind.LEAD).filter(office=office, state__in=LIVE)
        if not part.update(state=State.WITHDRAWN, ended_at=at):
            raise Refusal.at("office", rules.PARTS_OPEN.reason)
        step.end_part(office)
        step.tell(office, NoticeKind.TOLD)
    return step.case


def propose_transfer(case_id: UUID, *, office: Office, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Ask that another county (the centre decides) or prefecture (the province settles) take the case."""
    with door(case_id, "propose_transfer", by=by, at=at, seen=seen, text=text, office=str(office.pk)) as step:
        case = step.case
        _check(step, office, queries.receivers_for(case))
        decider = queries.decider(case, office)
        Transfer.objects.create(
            case=case, sender=by.office, receiver=office, decider=decider, reason=step.text, proposed_by=by, proposed_at=at
        )
        step.tell(decider, NoticeKind.ASKED)
    return case


def withdraw_transfer(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The sender thinks better of it."""
    with door(case_id, "withdraw_transfer", by=by, at=at, seen=seen, text=text) as step:
        _end_transfer(step, TransferState.WITHDRAWN)
    return step.case


def settle_transfer(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The level above agrees. The sender stays responsible until the receiver accepts."""
    with door(case_id, "settle_transfer", by=by, at=at, seen=seen, text=text) as step:
        transfer = _open_transfer(step.case)
        if cases.is_recused(step.case, transfer.receiver):
            raise Refusal(RECUSED)
        transfer.state = TransferState.SETTLED
        transfer.save(update_fields=["state"])
        step.tell(transfer.receiver, NoticeKind.HANDED_OVER)
        step.tell(transfer.sender, NoticeKind.TOLD)
    return step.case


def refuse_transfer(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The level above does not agree: the case stays where it is."""
    with door(case_id, "refuse_transfer", by=by, at=at, seen=seen, text=text) as step:
        _end_transfer(step, TransferState.REFUSED)
    return step.case


def decline_transfer(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The receiver does not take it: the sender keeps it, and the decider is told."""
    with door(case_id, "decline_transfer", by=by, at=at, seen=seen, text=text) as step:
        _end_transfer(step, TransferState.DECLINED)
    return step.case


def accept_transfer(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The receiver takes the case: a county handles it from here, a centre judges it anew."""
    with door(case_id, "accept_transfer", by=by, at=at, seen=seen, text=text) as step:
        case, transfer = step.case, _end_transfer(step, TransferState.ACCEPTED)
        _end_lead(case, State.WITHDRAWN, at)
        case.lead = transfer.receiver
        if transfer.receiver.kind == OfficeKind.HOTLINE_CENTRE:
            case.centre, case.worker = transfer.receiver, None
            case.is_settled, case.returns = False, 0
            step.go(Stage.ASSESSMENT, holder=case.centre)
        else:
            case.worker = by
            _take_lead(step, by)
            step.go(Stage.HANDLING, holder=case.lead)
    return case


def _check(step: Step, office: Office, candidates: "queries.Offices") -> None:
    if cases.is_recused(step.case, office):
        raise Refusal.at("office", RECUSED)
    if not candidates.filter(pk=office.pk).exists():
        raise Refusal.at("office", OUT_OF_REACH)


def _worker(step: Step, worker: Post) -> Post:
    if not queries.workers_for(step.case, on=timezone.localdate(step.at)).filter(pk=worker.pk).exists():
        raise Refusal.at("worker", NOT_OF_OFFICE)
    if step.case.recusals.filter(staff=worker.staff_id).exists():
        raise Refusal.at("worker", RECUSED)
    return worker


def _take_lead(step: Step, worker: Post) -> None:
    Assignment.objects.create(
        case=step.case, office=step.case.lead, kind=Kind.LEAD, state=State.ACCEPTED, given_by=worker, given_at=step.at,
        accepted_at=step.at, worker=worker,
    )  # fmt: skip


def _end_lead(case: Case, state: State, at: datetime) -> None:
    case.assignments.filter(kind=Kind.LEAD, state__in=LIVE).update(state=state, ended_at=at)


def _own_part(step: Step, before: State, **changes: object) -> None:
    part = step.case.assignments.exclude(kind=Kind.LEAD).get(office=step.actor.office_id, state=before)
    for name, value in changes.items():
        setattr(part, name, value)
    part.save(update_fields=list(changes))
    step.end_part(part.office)
    if part.state == State.ACCEPTED:
        step.start_part("part_report", part.office, part.kind)
    step.tell(step.case.lead, NoticeKind.TOLD)


def _open_transfer(case: Case) -> Transfer:
    return case.transfers.select_related("receiver", "sender").get(state__in=(TransferState.PROPOSED, TransferState.SETTLED))


def _end_transfer(step: Step, state: TransferState) -> Transfer:
    transfer = _open_transfer(step.case)
    transfer.state, transfer.ended_at = state, step.at
    transfer.save(update_fields=["state", "ended_at"])
    for office in (transfer.sender, transfer.receiver):
        step.tell(office, NoticeKind.TOLD)
    return transfer
