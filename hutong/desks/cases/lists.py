"""Views of lists of cases: what waits for this person, what is decided here, notices, search."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.components import addresses
from hutong.hotline.assignments import queries as assignments
from hutong.hotline.cases import looks, queries, searching
from hutong.hotline.cases.actions import notices
from hutong.hotline.kernel.ids import keyed
from hutong.hotline.network.models import OfficeKind, Post

ON_A_PAGE = 30


class Listing(NamedTuple):
    """One list: what it is called, what stands on it, what is said where nothing does, and how much stands on it."""

    label: str | Promise
    rows: Callable[[Post], Any]
    empty: str | Promise
    size: Callable[[Post, dict[str, int]], int]


def decisions(post: Post) -> Sequence[Any]:
    """What waits for a word of this office: tiers to lower, time to give, transfers to settle or receive."""
    return [*assignments.transfers_for(post), *queries.to_extend(post), *queries.to_lower(post)]


def _decisions(post: Post, counted: dict[str, int]) -> int:
    return assignments.transfers_for(post).count() + queries.to_extend(post).count() + counted["to_lower"]


LISTS = {
    "own": Listing(_("待办理"), queries.my_work, _("新交办的个案会自动出现在这里。"), lambda _post, counted: counted["own"]),
    "parts": Listing(
        _("协办与转介"),
        assignments.parts_of,
        _("别的机构请本机构协办、转介或会商的事会出现在这里。"),
        lambda post, _counted: assignments.parts_of(post).count(),
    ),
    "decisions": Listing(_("待裁定"), decisions, _("下级申请延期、移送或降级时会出现在这里。"), _decisions),
    "watched": Listing(
        _("跟踪中"), queries.watched, _("交给其他机构、由本机构负责到底的个案会列在这里。"), lambda _post, counted: counted["watched"]
    ),
    "notices": Listing(_("通知"), queries.notices, _("新交办、预警和逾期都会通知到这里。"), lambda post, _counted: queries.unread(post)),
}
OF_KIND = {OfficeKind.DEPARTMENT: ("parts", "decisions", "notices"), OfficeKind.PROVINCE_BUREAU: ("own", "decisions", "parts", "notices")}


def lists_of(post: Post) -> list[str]:
    """The lists that an office of this kind has, its first one first."""
    return list(OF_KIND.get(OfficeKind(post.office.kind), LISTS))


@access.for_posts()
@require_GET
def work(request: access.DeskRequest) -> HttpResponse:
    """My work: one of the lists, and how much stands on each."""
    mine = lists_of(request.post)
    here = request.GET.get("list", "")
    here = here if here in mine else mine[0]
    counted = queries.how_many(request.post)
    tabs = [(name, LISTS[name].label, LISTS[name].size(request.post, counted)) for name in mine]
    page = Paginator(LISTS[here].rows(request.post), ON_A_PAGE).get_page(request.GET.get("page"))
    access.shown(request, page, part=f"cases:work/{here}")
    context = {"tabs": tabs, "here": here, "page": page, "empty": LISTS[here].empty, "label": LISTS[here].label, "many": queries.MANY}
    context["restricted"] = looks.restricted_here(request.post)
    return render(request, "cases/work.html#list" if request.htmx else "cases/work.html", context)  # type: ignore[attr-defined]


@access.for_posts()
@require_POST
def read(request: access.DeskRequest) -> HttpResponse:
    """All notices are read."""
    notices.read(by=request.post, at=timezone.now())
    return redirect("cases:work")


@access.for_posts()
@require_http_methods(["GET", "POST"])
def search(request: access.DeskRequest) -> HttpResponse:
    """Cases by number or by words, over all texts that this person may see. The address of what is found holds the words sealed."""
    if request.method == "POST":
        sought = request.POST.get("q", "").strip()
        return redirect(reverse("cases:search", query={"q": addresses.sealed(request.post, sought)}))
    text = addresses.opened(request.post, request.GET.get("q", ""))
    found = list(searching.search(request.post, text).values_list("pk", flat=True))  # asked once, for the number and for the page
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    cases = queries.rows_of(page.object_list)
    access.shown(request, cases, words=keyed(text))
    return render(request, "cases/search.html", {"q": text, "page": page, "cases": cases})
