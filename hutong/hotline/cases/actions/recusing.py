"""Keeping a case away from those near the accused: recusal, checked again at every hand-over."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, Recusal, Stage
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Office, Post, Staff

CENTRE_RECUSED = Reason("centre_recused", _("受理中心需要回避时，不能在本中心登记。"), _("请提请移送到另一中心，由省级裁定。"))
NOBODY_NAMED = Reason("nobody_named", _("请指明回避的机构或人员。"))


def recuse(
    case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, office: Office | None = None, staff: Staff | None = None
) -> Case:
    """An office or person that must never receive the case. If it has the case now, the case comes back to dispatch at once."""
    with door(case_id, "recuse", by=by, at=at, seen=seen, text=text) as step:
        if office and office == step.case.centre:
            raise Refusal.at("office", CENTRE_RECUSED)
        if not office and not staff:
            raise Refusal.at("office", NOBODY_NAMED)
        why = {"reason": step.text[:200], "by": by, "at": at}
        if office:
            Recusal.objects.get_or_create(case=step.case, office=office, defaults=why)
            _take_from_office(step, office)
        if staff:
            Recusal.objects.get_or_create(case=step.case, staff=staff, defaults=why)
            _take_from_person(step.case, staff)
    return step.case


def _take_from_office(step: Step, office: Office) -> None:
    case = step.case
    case.assignments.filter(office=office, state__in=("offered", "accepted")).update(state="withdrawn", ended_at=step.at)
    case.part_clocks.filter(office=office, ended_at=None).update(ended_at=step.at)
    for order in case.orders.filter(Q(office=office) | Q(issuer=office), ended_at=None):
        order.change("withdraw_order", "withdrawn", by=step.by, at=step.at, text=step.text)
    open_transfers = case.transfers.filter(Q(receiver=office) | Q(decider=office), state__in=("proposed", "settled"))
    open_transfers.update(state="withdrawn", ended_at=step.at)
    if office in (case.lead, case.holder):
        case.assignments.filter(kind="lead", state__in=("offered", "accepted")).update(state="withdrawn", ended_at=step.at)
        case.lead, case.worker = case.centre, None
        step.go(Stage.DISPATCH, holder=case.centre)


def _take_from_person(case: Case, staff: Staff) -> None:
    if case.worker and case.worker.staff_id == staff.pk:
        case.worker = None
