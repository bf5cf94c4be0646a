"""The province's board: what waits for its word, what is late below, prefecture by prefecture; every number opens its list."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.hotline.assignments import queries as assignments
from hutong.hotline.cases import queries
from hutong.hotline.network.models import Post, Role

ON_A_PAGE = 50
LATE_SHOWN = 20
supervisors = access.for_posts(Role.SUPERVISOR)

# What a number on the board counts: its name, and the cases.
LISTS: dict[str, tuple[str | Promise, Callable[[Post], Any]]] = {
    "late": (_("下级逾期"), queries.missed_below),
    "open": (_("在办"), queries.open_below),
    "held": (_("退单待裁定"), queries.my_work),
    "extend": (_("延期待批"), queries.to_extend),
}


@supervisors
@require_GET
def board(request: access.DeskRequest) -> HttpResponse:
    """The board."""
    post = request.post
    transfers = list(assignments.transfers_near(post))
    context = {
        "figures": [(name, label, rows(post).count()) for name, (label, rows) in LISTS.items()],
        "transfers": transfers,
        "to_settle": sum(each.state == "proposed" for each in transfers),
        "held": queries.my_work(post)[:LATE_SHOWN],
        "places": queries.by_centre(post),
        "late": queries.missed_below(post)[:LATE_SHOWN],
    }
    return render(request, "province/board.html#board" if request.htmx else "province/board.html", context)  # type: ignore[attr-defined]


@supervisors
@require_GET
def cases(request: access.DeskRequest) -> HttpResponse:
    """The cases that a number on the board counts, of one centre or of all."""
    name = request.GET.get("what", "")
    if name not in LISTS:
        raise Http404
    label, rows = LISTS[name]
    found, centre = rows(request.post), None
    if code := request.GET.get("centre", ""):
        centre = next((place for place in queries.by_centre(request.post) if place["centre__code"] == code), None)
        if centre is None:
            raise Http404
        found = found.filter(centre__code=code)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "province/cases.html", {"label": label, "centre": centre, "page": page})
