"""The work list at phone width: what to do next, by when, one button each."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.hotline.assignments import queries as assignments
from hutong.hotline.assignments.models import State
from hutong.hotline.cases import queries
from hutong.hotline.cases.models import Stage
from hutong.hotline.cases.sight import in_a_list
from hutong.hotline.network import contracts

SHOWN = 100
# The button of a card: the action that is due next, by where the case or the part stands.
NEXT = {Stage.ACCEPTANCE: ("accept", _("签收")), Stage.HANDLING: ("report", _("写处置报告"))}
NEXT_OF_PART = {State.OFFERED: ("accept_part", _("签收办件")), State.ACCEPTED: ("finish_part", _("办结办件"))}


@access.for_posts()
@require_GET
def work(request: access.DeskRequest) -> HttpResponse:
    """What waits for this office and for this person, due first."""
    cases = [(case, *NEXT.get(Stage(case.stage), ("", ""))) for case in queries.my_work(request.post)[:SHOWN]]
    given = contracts.given(request.post.office, on=timezone.localdate())
    for case, *_button in cases:
        case.place_text = in_a_list(is_worker=case.worker_id == request.post.pk, given=given).shown("child", "address", case.place_text)
    parts = [(part, *NEXT_OF_PART[State(part.state)]) for part in assignments.parts_of(request.post)[:SHOWN]]
    access.shown(request, (case for case, *_button in cases), (part for part, *_button in parts))
    context = {
        "cases": cases,
        "parts": parts,
        "notices": queries.unread(request.post),
        "watched": queries.how_many(request.post)["watched"],
        "transfers": assignments.transfers_for(request.post).count(),
    }
    return render(request, "county/work.html#list" if request.htmx else "county/work.html", context)  # type: ignore[attr-defined]
