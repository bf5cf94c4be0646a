"""The shift's board of a hotline centre; every number opens its list."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.desks.access import at_the_desk
from hutong.desks.components.boards import Figure, missed, said, step
from hutong.desks.shift import phone
from hutong.hotline.cases import looks
from hutong.hotline.cases.rules import JUDGES
from hutong.hotline.contacts.models import Channel
from hutong.hotline.kernel.rows import counted
from hutong.hotline.statistics import shift
from hutong.hotline.statistics.rules import MEASURES

ON_A_PAGE = 50
SHOWN = 8
DEAR = ("low", "missed_today")


@at_the_desk
@access.marked(for_walls=True)
@require_GET
def board(request: access.DeskRequest) -> HttpResponse:
    """The board, or the same for a wall: without controls, without a case or a person by name."""
    post, now, is_wall = request.post, timezone.now(), access.is_wall(request)
    asked = {name: rows(post, now) for name, rows in shift.LISTS.items()}
    found = {name: ([], rows.count()) if is_wall else _found(name, rows) for name, rows in asked.items()}  # a wall shows no row
    measures = said()
    figures = [Figure(measures[name], count, _list(name), name == "missed_today" and count > 0) for name, (_rows, count) in found.items()]
    context: dict[str, Any] = {"figures": figures, "measures": measures, "now": now}
    if is_wall:
        context["parted"] = [shift.parts(name, rows) for name, rows in asked.items()]
        context |= phone.wall(post, at=now)
        access.shown(request, part="shift:board/wall")
    else:
        context["channels"] = [(each, _list("waiting", channel=each.code)) for each in shift.channels(post)]
        lists = {name: rows for name, (rows, _count) in found.items()}
        context["emergencies"] = list(looks.emergencies_to_review(post)[:SHOWN]) if post.role in JUDGES else []
        context |= {name: [_shown(name, row) for row in rows] for name, rows in lists.items()}
        telephone = {} if request.htmx else phone.shown(post, at=now)  # type: ignore[attr-defined]
        context |= telephone
        access.shown(request, *lists.values(), context["emergencies"], telephone.get("calls", ()))
    page = "shift/wall.html" if is_wall else "shift/board.html"
    return render(request, f"{page}#board" if request.htmx else page, context)  # type: ignore[attr-defined]


@at_the_desk
@require_GET
def rows(request: access.DeskRequest) -> HttpResponse:
    """What a number on the board counts."""
    name, channel = request.GET.get("what", ""), request.GET.get("channel", "")
    if name not in shift.LISTS or channel not in {"", *Channel.values}:
        raise Http404
    found = shift.LISTS[name](request.post, timezone.now())
    if channel:
        found = found.filter(channel=channel)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    access.shown(request, page, part=f"shift:list/{name}")
    context = {
        "name": name,
        "measure": MEASURES[name],
        "channel": Channel(channel).label if channel else "",
        "page": page,
        "shown": [_shown(name, row) for row in page],
    }
    return render(request, "shift/list.html", context)


def _found(name: str, rows: QuerySet[Any]) -> tuple[list[Any], int]:
    """The first rows and how many there are. What is dear to find is looked for once; of what there is much an index tells the number."""
    return counted(rows, SHOWN) if name in DEAR else (list(rows[:SHOWN]), rows.count())


def _list(name: str, **query: str) -> str:
    return reverse("shift:list", query={"what": name, **query})


def _shown(name: str, row: Any) -> Any:
    """A row with the words beside it."""
    if name == "low":
        return row, step(row.step)
    if name == "missed_today":
        return row, missed(row)
    return row
