"""Views of the work list, the search and the case."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.hotline.cases import queries


@access.for_posts()
@require_GET
def work(request: access.DeskRequest) -> HttpResponse:
    """What waits for this person's office, due first."""
    return render(request, "cases/work.html", {"cases": queries.my_work(request.post).select_related("deadline", "lead")[:100]})


@access.for_posts()
@require_GET
def search(request: access.DeskRequest) -> HttpResponse:
    """The cases that this person may see."""
    return render(request, "cases/work.html", {"cases": queries.visible_to(request.post).select_related("deadline", "lead")[:100]})


@access.for_posts()
@require_GET
def case(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """One case."""
    case = access.case_for(request, case_id)
    return render(request, "cases/case.html", {"case": case, "story": queries.story(case)})
