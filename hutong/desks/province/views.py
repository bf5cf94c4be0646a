"""The province's board: each place below with its numbers, what waits for its word, the trend; every number opens its list."""

from datetime import date
from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.desks.components.boards import Figure, happened, said
from hutong.desks.province.trend import drawn
from hutong.hotline.cases import looks
from hutong.hotline.cases import queries as cases
from hutong.hotline.kernel.rows import counted
from hutong.hotline.network import contracts
from hutong.hotline.network.models import OfficeKind, Role
from hutong.hotline.statistics import queries, rules
from hutong.hotline.statistics.facts import SOURCE_OF
from hutong.hotline.statistics.queries import LEVELS_OF, NOW, Place, Tile
from hutong.hotline.statistics.rules import Measure

ON_A_PAGE = 50
LATE_SHOWN = 20
HELD_SHOWN = 10
LEVEL_LABELS = {"province": _("各省"), "prefecture": _("各市"), "county": _("各县区")}
SORTS = {"late": _("按逾期"), "place": _("按区划")}
OF_A_TILE = ("open", "late", "on_time", "returned", "reopened", "satisfaction")
OF_PLACES = frozenset({"open", "late", *SOURCE_OF})  # the lists that can be of one place
Near = dict[str, tuple[list[Any], int]]  # what is near to be decided: the first rows, and how many there are
supervisors = access.in_offices(LEVELS_OF.keys(), Role.SUPERVISOR)


@supervisors
@access.marked(for_walls=True)
@require_GET
def board(request: access.DeskRequest) -> HttpResponse:
    """The board, or the same for a wall: without controls, without a case by name."""
    is_wall = access.is_wall(request)
    near = {name: counted(queries.NOW[name](request.post), HELD_SHOWN) for name in ("transfers", "held", "extend")}
    context = _numbers(request, near)
    if is_wall:
        access.shown(request, part="province:board/wall")
    else:
        matters = {name: rows for name, (rows, _count) in near.items()}
        matters["late"] = cases.first(cases.missed_below(request.post), LATE_SHOWN)
        access.shown(request, *matters.values())
        context |= {"contracts": contracts.ending(request.post.office, on=timezone.localdate()), **matters}
    page = "province/wall.html" if is_wall else "province/board.html"
    return render(request, f"{page}#board" if request.htmx else page, context)  # type: ignore[attr-defined]


def _numbers(request: access.DeskRequest, near: Near) -> dict[str, Any]:
    """What is shown on a desk and on a wall."""
    post, now = request.post, timezone.now()
    levels = LEVELS_OF[OfficeKind(post.office.kind)]
    level, within = _wanted(request, levels)
    found = queries.Board(post, now)
    tiles = found.tiles(level, within=within.office if within else None, on=timezone.localdate(now))
    days, measures = found.by_day(), said()
    sort = "place" if request.GET.get("sort") == "place" else "late"
    if sort == "late":
        tiles.sort(key=lambda tile: -tile.counts["late"])
    return {
        "figures": [
            *(_figure(measures, name, count) for name, (_rows, count) in near.items()),
            *(_figure(measures, name, found.in_all(name)) for name in ("late", "open")),
        ],
        "tiles": [(tile, _of_tile(measures, tile), _below(tile, level)) for tile in tiles],
        "level": level,
        "levels": [(each, LEVEL_LABELS[each]) for each in levels],
        "within": within,
        "sort": sort,
        "sorts": SORTS.items(),
        "trend": drawn(days),
        "today": days[found.days[-1]],
        "measures": measures,
        "now": now,
    }


def _wanted(request: access.DeskRequest, levels: tuple[str, str]) -> tuple[str, Place | None]:
    """The level that is asked for, and the place within which. Counties of the whole country are too many for one page."""
    level = request.GET.get("by", levels[0])
    above = list(queries.LEVELS)[max(list(queries.LEVELS).index(level) - 1, 0)] if level in queries.LEVELS else ""
    within = queries.place_named(request.post, above, request.GET.get("at", ""))
    if level not in levels and not within:
        raise Http404
    return level, within


def _of_tile(measures: dict[str, Measure], tile: Tile) -> list[Figure]:
    """The numbers of a place."""
    place = urlencode({"by": tile.place.level, "at": tile.place.office.code})
    shares = {name: "—" if (share := tile.good(name)) is None else f"{share}%" for name in rules.RATES}
    return [_figure(measures, name, shares.get(name, tile.counts[name]), f"&{place}") for name in OF_A_TILE]


def _figure(measures: dict[str, Measure], name: str, value: int | str, place: str = "") -> Figure:
    """A number and where its list is; behind a share stands what went wrong."""
    behind = rules.RATES[name][0] if name in rules.RATES else name
    return Figure(measures[name], value, f"{_list()}?what={behind}{place}", is_missed=name == "late" and bool(value))


@cache
def _list() -> str:
    """The address of the lists; looked up once, for there are hundreds of numbers."""
    return reverse("province:cases")


def _below(tile: Tile, level: str) -> str:
    """The address of the places below this one."""
    lower = {"province": "prefecture", "prefecture": "county"}.get(level)
    return reverse("province:board", query={"by": lower, "at": tile.place.office.code}) if lower else ""


# --- the list behind a number


@supervisors
@require_GET
def rows(request: access.DeskRequest) -> HttpResponse:
    """What a number on the board counts: of all, of one place, of one day."""
    post, name = request.post, request.GET.get("what", "")
    place, day = _place(request, name), _day(request)
    if name not in {*NOW, *SOURCE_OF}:
        raise Http404
    now = timezone.now()
    found = queries.listed(post, name, now, place=place, day=day)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    access.shown(request, page, part=f"province:cases/{name}")
    pair = next((each for each in rules.RATES.items() if name in each[1]), None)
    context = {
        "measure": rules.MEASURES[name],
        "name": name,
        "place": place,
        "day": day,
        "page": page,
        "restricted": looks.restricted_below(post),
        "shown": [happened(row) for row in page] if name in SOURCE_OF else None,
        "pair": [(each, rules.MEASURES[each].label) for each in reversed(pair[1])] if pair else (),
    }
    return render(request, "province/cases.html", context)


def _place(request: access.DeskRequest, name: str) -> Place | None:
    """The place of the address; one that is not on this board is not there."""
    code = request.GET.get("at", "")
    place = queries.place_named(request.post, request.GET.get("by", ""), code) if name in OF_PLACES else None
    if code and place is None:
        raise Http404
    return place


def _day(request: access.DeskRequest) -> date | None:
    try:
        return parse_date(request.GET.get("day", ""))
    except ValueError:
        raise Http404 from None
