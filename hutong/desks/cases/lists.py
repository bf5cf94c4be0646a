"""Views of lists of cases: what waits for this person, what is decided here, notices, search."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from hutong.desks import access
from hutong.hotline.assignments import queries as assignments
from hutong.hotline.cases import queries
from hutong.hotline.cases.actions import notices
from hutong.hotline.network.models import OfficeKind, Post

ON_A_PAGE = 50


class Listing(NamedTuple):
    """One list: what it is called, what stands on it, and what is said where nothing does."""

    label: str | Promise
    rows: Callable[[Post], Any]
    empty: str | Promise


def decisions(post: Post) -> Sequence[Any]:
    """What waits for a word of this office: tiers to lower, time to give, transfers to settle or receive."""
    return [*assignments.transfers_for(post), *queries.to_extend(post), *queries.to_lower(post)]


LISTS = {
    "own": Listing(_("待办理"), queries.my_work, _("新交办的个案会自动出现在这里。")),
    "parts": Listing(_("协办与转介"), assignments.parts_of, _("别的机构请本机构协办、转介或会商的事会出现在这里。")),
    "decisions": Listing(_("待裁定"), decisions, _("下级申请延期、移送或降级时会出现在这里。")),
    "watched": Listing(_("跟踪中"), queries.watched, _("交给其他机构、由本机构负责到底的个案会列在这里。")),
    "notices": Listing(_("通知"), queries.notices, _("新交办、预警和逾期都会通知到这里。")),
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
    rows = {name: LISTS[name].rows(request.post) for name in mine}
    page = Paginator(rows[here], ON_A_PAGE).get_page(request.GET.get("page"))
    counts = {name: page.paginator.count if name == here else _size(found) for name, found in rows.items()}
    tabs = [(name, LISTS[name].label, counts[name]) for name in mine]
    context = {"tabs": tabs, "here": here, "page": page, "empty": LISTS[here].empty, "label": LISTS[here].label}
    return render(request, "cases/work.html#list" if request.htmx else "cases/work.html", context)  # type: ignore[attr-defined]


def _size(rows: Any) -> int:
    return len(rows) if isinstance(rows, list) else int(rows.count())


@access.for_posts()
@require_POST
def read(request: access.DeskRequest) -> HttpResponse:
    """All notices are read."""
    notices.read(by=request.post, at=timezone.now())
    return redirect("cases:work")


@access.for_posts()
@require_GET
def search(request: access.DeskRequest) -> HttpResponse:
    """Cases by number or by words, over all texts that this person may see."""
    text = request.GET.get("q", "").strip()
    page = Paginator(queries.search(request.post, text), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/search.html", {"q": text, "page": page})
