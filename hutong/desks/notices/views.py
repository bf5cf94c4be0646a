"""The ways by which notices leave the app, of an office and of a person, and the alert of what must be confirmed."""

from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.components.alerts import alerts_of
from hutong.desks.notices.forms import WayForm
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, Role, Staff
from hutong.hotline.notices import actions, queries
from hutong.hotline.notices.models import ON_THE_WAY, Way

PATIENCE = timedelta(minutes=1)  # a page looks so long for the result of a test
administrators = access.for_posts(Role.ADMINISTRATOR)


# --- what must be confirmed


@access.for_posts()
@require_GET
def alerts(request: access.DeskRequest) -> HttpResponse:
    """What this person's office has not confirmed."""
    return alerts_again(request)


@access.for_posts()
@require_POST
def acknowledge(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """知道了."""
    access.case_for(request, case_id)
    actions.acknowledge(case_id, by=request.post, at=timezone.now())
    return alerts_again(request) if request.htmx else redirect("home")  # type: ignore[attr-defined]


def alerts_again(request: access.DeskRequest) -> HttpResponse:
    """The region, as the page draws it."""
    return render(request, "components/alerts.html", alerts_of(request))


# --- the ways


class Whose(NamedTuple):
    """Whose ways a page shows, and where it and its form are."""

    owner: Office | Staff
    page: str
    new: str

    @property
    def is_own(self) -> bool:
        """Whether they are a person's own."""
        return isinstance(self.owner, Staff)


def _own(request: access.DeskRequest) -> Whose:
    return Whose(request.post.staff, reverse("notices:own"), reverse("notices:new_own"))


def _of_office(request: access.DeskRequest, office_id: UUID) -> Whose:
    office = access.reached(request, network.offices_in_reach(request.post), office_id)
    return Whose(office, reverse("notices:office", args=[office.pk]), reverse("notices:new_of_office", args=[office.pk]))


def _of_way(request: access.DeskRequest, way: Way) -> Whose:
    return _of_office(request, way.office_id) if way.office_id else _own(request)


@access.for_posts()
@require_GET
def own(request: access.DeskRequest) -> HttpResponse:
    """A person's own ways."""
    return _page(request, _own(request))


@administrators
@require_GET
def of_office(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """An office's ways."""
    return _page(request, _of_office(request, office_id))


def _page(request: access.DeskRequest, whose: Whose) -> HttpResponse:
    ways, at = list(queries.ways_of(whose.owner)), timezone.now()
    waiting = any(test.state in ON_THE_WAY and test.made_at > at - PATIENCE for way in ways for test in way.tests)  # type: ignore[attr-defined]
    context = {"whose": whose, "ways": ways, "waiting": waiting, "deliveries": queries.deliveries_of(whose.owner)}
    return render(request, "notices/ways.html#ways" if request.htmx else "notices/ways.html", context)  # type: ignore[attr-defined]


@access.for_posts()
@require_http_methods(["GET", "POST"])
def new_own(request: access.DeskRequest) -> HttpResponse:
    """A person's own new way."""
    return _new(request, _own(request))


@administrators
@require_http_methods(["GET", "POST"])
def new_of_office(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """An office's new way."""
    return _new(request, _of_office(request, office_id))


def _new(request: access.DeskRequest, whose: Whose) -> HttpResponse:
    form = WayForm(request.POST or None, post=request.post, is_own=whose.is_own)
    return _form(request, form, whose, partial(actions.add_way, owner=whose.owner), _("增加通知渠道"))


@access.for_posts()
@require_http_methods(["GET", "POST"])
def change(request: access.DeskRequest, way_id: UUID) -> HttpResponse:
    """What is said of a way."""
    way = access.reached(request, queries.ways_in_reach(request.post), way_id)
    whose = _of_way(request, way)
    form = WayForm(request.POST or None, post=request.post, way=way, is_own=whose.is_own)
    return _form(request, form, whose, partial(actions.change_way, way=way), _("修改“{name}”").format(name=way.name))


def _form(request: access.DeskRequest, form: WayForm, whose: Whose, deed: Any, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            deed(**form.cleaned_data, by=request.post, at=timezone.now())
            messages.success(request, _("已保存。请发送测试，看看能否收到。"))
            return redirect(whose.page)
        except Refusal as refusal:
            access.denied(request, refusal)
            form.take(refusal)
    context = {"form": form, "title": title, "back": whose.page, "way": form.way}
    return render(request, "notices/way.html", context, status=422 if form.errors else 200)


@access.for_posts()
@require_POST
def test(request: access.DeskRequest, way_id: UUID) -> HttpResponse:
    """Send a test; the page shows how it went."""
    way = access.reached(request, queries.ways_in_reach(request.post), way_id)
    try:
        actions.test_way(way=way, by=request.post, at=timezone.now())
    except Refusal as refusal:
        access.denied(request, refusal)
        messages.warning(request, str(refusal))
    return redirect(_of_way(request, way).page)


@access.for_posts()
@require_POST
def remove(request: access.DeskRequest, way_id: UUID) -> HttpResponse:
    """Take a way away."""
    way = access.reached(request, queries.ways_in_reach(request.post), way_id)
    back = _of_way(request, way).page
    actions.remove_way(way=way, by=request.post, at=timezone.now())
    messages.success(request, _("已删除，地址不再保存。"))
    return redirect(back)
