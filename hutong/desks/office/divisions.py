"""Divisions: looking for them, looking at one, adding below it, renaming, ending with a successor."""

from functools import partial

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
from hutong.hotline.network.models import Division


def page_of(code: str) -> str:
    """The address of a division's page."""
    return reverse("office:division", args=[code])


def kept_division(request: access.DeskRequest, code: int) -> Division:
    """The division, if this administrator keeps it."""
    return access.reached(request, queries.divisions_in_reach(request.post), str(code))


@administrators
@require_GET
def search(request: access.DeskRequest) -> HttpResponse:
    """By name or code; before anything is typed, those of one's own place."""
    text, on = request.GET.get("q", "").strip(), timezone.localdate()
    own = request.post.office.division_id
    found = queries.search_divisions(text or own or "", on=on, limit=50)
    return render(request, "office/divisions.html", {"q": text, "found": found})


@administrators
@require_GET
def division(request: access.DeskRequest, code: int) -> HttpResponse:
    """One division: since when, until when, what became of it, who takes its reports, what lies below."""
    division, on = access.reached(request, queries.divisions(), str(code)), timezone.localdate()
    context = {
        "division": division,
        "centre": queries.centre_for(division.code, on=on),
        "bureau": queries.county_bureau_for(division.code, on=on),
        "lower": queries.divisions_below(division),
        "kept": queries.keeps_division(request.post, division.code),
    }
    return render(request, "office/division.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, code: int) -> HttpResponse:
    """A division below this one."""
    parent = kept_division(request, code)
    form = forms.NewDivision(request.POST or None, by=request.post, initial={"code": parent.code})
    title = _("在“%(name)s”下增加区划") % {"name": parent.full_name}
    return form_page(request, form, actions.add_division, title=title, back=page_of(parent.code), done=_("区划已增加。"))


@administrators
@require_http_methods(["GET", "POST"])
def rename(request: access.DeskRequest, code: int) -> HttpResponse:
    """Another name."""
    division = kept_division(request, code)
    form = forms.RenameDivision(request.POST or None, by=request.post, initial={"name": division.name})
    title, note = _("更改“%(name)s”的名称") % {"name": division.full_name}, _("代码不变；下辖区划的全称随之更改。")
    deed = partial(actions.rename_division, division=division)
    return form_page(request, form, deed, title=title, back=page_of(division.code), done=_("已更名。"), note=note)


@administrators
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, code: int) -> HttpResponse:
    """Abolish or merge."""
    division = kept_division(request, code)
    form = forms.EndDivision(request.POST or None, by=request.post)
    title = _("停用“%(name)s”") % {"name": division.full_name}
    note = _("下辖区划同时停用，归入继任区划下的同名区划，没有同名的归入继任区划本身。旧记录仍写原区划。")
    deed = partial(actions.end_division, division=division)
    return form_page(request, form, deed, title=title, back=page_of(division.code), done=_("区划已停用。"), note=note, danger=True)
