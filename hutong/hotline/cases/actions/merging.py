"""The same matter twice: one case closes into the other, and comes apart again where that was wrong."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import queries
from hutong.hotline.cases.actions.judging import start_again
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import Case, Resolution
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post

INTO_ITSELF = Reason("into_itself", _("不能并入自身。"))


@transaction.atomic
def merge(case_id: UUID, *, into: Case, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """The same matter twice: this case closes and points to the other, which says so too."""
    if into.pk == case_id:
        raise Refusal.at("into", INTO_ITSELF)
    _lock(case_id, into.pk)
    with door(into.pk, "absorb", by=by, at=at, text=text, case=str(case_id)):
        pass
    with door(case_id, "merge", by=by, at=at, seen=seen, text=text, into=into.number) as step:
        step.case.merged_into = into
        step.case.assignments.filter(kind="lead", state__in=("offered", "accepted")).update(state="withdrawn", ended_at=at)
        step.close(Resolution.MERGED)
    return step.case


@transaction.atomic
def unmerge(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Two matters after all: the merged case is taken up again, and the other says so.

    The other may have gone to another centre, or be kept from this person, since: then it is told by the system.
    """
    into = Case.objects.filter(merged=case_id).first()
    if into:
        _lock(case_id, into.pk)
    with door(case_id, "unmerge", by=by, at=at, seen=seen, text=text) as step:
        start_again(step)
    if into:
        has_place = "centre" in queries.situation(into, by).relations
        with door(into.pk, "release", by=by if has_place else None, at=at, text=text if has_place else "", case=str(case_id)):
            pass
    return step.case


def _lock(*cases: UUID) -> None:
    """Both at once and always in the same order, so that two merges that cross never wait for each other."""
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values_list("pk"))
