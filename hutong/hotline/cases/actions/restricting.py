"""Keeping a case to few (the child of somebody known, of a colleague): marking it, and naming who may see it all the same."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import rules
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.letting_in import Admission
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post

NOT_ON_IT = Reason("admitted_not_on_it", _("此人所在机构不在本案中。"), _("请先请求协办或转介。"))
ADMITTED = Reason("admitted_already", _("此人已可查看。"))
NOT_ADMITTED = Reason("not_admitted", _("没有指定过此人。"))
KEPT_AWAY = Reason("admitted_recused", _("此人须回避本案。"))


def restrict(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """From now on only the heads of the offices on the case, its worker and who is named see it. Who says so is named."""
    with door(case_id, "restrict", by=by, at=at, seen=seen, text=text) as step:
        step.case.is_restricted = True
        if by.role not in rules.HEADS and not _named(step, by):
            Admission.objects.create(case=step.case, post=by, by=by, at=at)
    return step.case


def unrestrict(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Whoever's office is on the case sees it again."""
    with door(case_id, "unrestrict", by=by, at=at, seen=seen, text=text) as step:
        step.case.is_restricted = False
    return step.case


def admit(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, admitted: Post) -> Case:
    """Name somebody of an office on the case, who may see it from now on."""
    with door(case_id, "admit", by=by, at=at, seen=seen, text=text, admitted=str(admitted.pk)) as step:
        if admitted.office_id not in step.case.seen_by:
            raise Refusal.at("admitted", NOT_ON_IT)
        if any(admitted.staff_id == recusal.staff_id or admitted.office_id == recusal.office_id for recusal in step.case.recusals.all()):
            raise Refusal.at("admitted", KEPT_AWAY)
        if _named(step, admitted):
            raise Refusal.at("admitted", ADMITTED)
        Admission.objects.create(case=step.case, post=admitted, by=by, at=at)
    return step.case


def shut_out(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, admitted: Post) -> Case:
    """Somebody is named no more, and sees the case no more from the same moment."""
    with door(case_id, "shut_out", by=by, at=at, seen=seen, text=text, admitted=str(admitted.pk)) as step:
        if not step.case.admissions.filter(post=admitted, ended_at=None).update(ended_at=at):
            raise Refusal.at("admitted", NOT_ADMITTED)
    return step.case


def _named(step: Step, post: Post) -> bool:
    return step.case.admissions.filter(post=post, ended_at=None).exists()
