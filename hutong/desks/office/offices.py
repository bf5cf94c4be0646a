"""Offices: looking for them, looking at one, adding, changing, ending."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.office import forms
from hutong.desks.office.pages import administrators, form_page
from hutong.hotline.network import actions, queries
from hutong.hotline.network.models import Office


def office_for(request: access.DeskRequest, office_id: UUID) -> Office:
    """The office, if it is in reach."""
    return access.reached(request, queries.offices_in_reach(request.post), office_id)


def way_to(request: access.DeskRequest, office: Office) -> list[Office]:
    """The offices from one's own down to this one's parent."""
    line = queries.above(office) if office.pk != request.post.office_id else []
    own = next((place for place, each in enumerate(line, start=1) if each.pk == request.post.office_id), 0)
    return line[:own][::-1]


def page_of(office: Office) -> str:
    """The address of an office's page."""
    return reverse("office:office", args=[office.pk])


@administrators
@require_GET
def index(request: access.DeskRequest) -> HttpResponse:
    """Search, and the tree of what lies below."""
    text = request.GET.get("q", "").strip()
    root, *lower = queries.office_tree(request.post.office, on=timezone.localdate())
    branches = [(office, [leaf for leaf in lower if leaf.parent_id == office.pk]) for office in lower if office.parent_id == root.pk]
    found = {"offices": queries.search_offices(request.post, text), "people": queries.search_staff(request.post, text)} if text else {}
    return render(request, "office/index.html", {"q": text, "root": root, "branches": branches, **found})


@administrators
@require_GET
def office(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """One office: what it is, who works in it, what answers to it, which software has a key."""
    office = office_for(request, office_id)
    context = {
        "office": office,
        "way": way_to(request, office),
        "posts": queries.posts_of(office),
        "lower": queries.lower_offices(office),
        "tokens": queries.tokens_of(office),
    }
    return render(request, "office/office.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """An office below this one."""
    parent = office_for(request, office_id)
    form = forms.NewOffice(request.POST or None, by=request.post, parent=parent)
    title = _("在“%(office)s”下增加机构") % {"office": parent.name}
    return form_page(request, form, partial(actions.add_office, parent=parent), title=title, back=page_of(parent), done=_("机构已增加。"))


@administrators
@require_http_methods(["GET", "POST"])
def change(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """Another name, place, level above or telephone."""
    office = office_for(request, office_id)
    form = forms.ChangeOffice(request.POST or None, by=request.post, office=office)
    title = _("修改“%(office)s”") % {"office": office.name}
    return form_page(request, form, partial(actions.change_office, office=office), title=title, back=page_of(office), done=_("已保存。"))


@administrators
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """Close an office."""
    office = office_for(request, office_id)
    form = forms.End(request.POST or None, by=request.post)
    note = _("机构停用后不再接收个案，其全部岗位同时结束；记录都保留。还有在办事项或下级机构时不能停用。")
    title = _("停用“%(office)s”") % {"office": office.name}
    deed = partial(actions.end_office, office=office)
    return form_page(request, form, deed, title=title, back=page_of(office), done=_("机构已停用。"), note=note, danger=True)
