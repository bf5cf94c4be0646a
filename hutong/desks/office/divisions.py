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
from hutong.desks.office.pages import Page, administrators, form_page, keepers
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.network import actions, queries
from hutong.hotline.network.models import Division


def page_of(code: str) -> str:
    """The address of a division's page."""
    return reverse("office:division", args=[code])


def kept_division(request: access.DeskRequest, code: int) -> Division:
    """The division, if this administrator keeps it."""
    return access.reached(request, queries.divisions_in_reach(request.post), str(code))


@keepers
@require_GET
def search(request: access.DeskRequest) -> HttpResponse:
    """By name or code, ended ones too; before anything is typed, what lies directly below one's own place."""
    text, own = request.GET.get("q", "").strip(), request.post.office.division
    found = queries.search_divisions(text, on=None, limit=50) if text else queries.directly_below(own.code if own else None)
    return render(request, "office/divisions.html", {"q": text, "found": found, "own": own})


@keepers
@require_GET
def division(request: access.DeskRequest, code: int) -> HttpResponse:
    """One division: since when, until when, what became of it, who takes its reports, what lies below."""
    division, on = access.reached(request, queries.divisions(), str(code)), timezone.localdate()
    context = {
        "division": division,
        "centre": queries.centre_for(division.code, on=on),
        "bureau": queries.county_bureau_for(division.code, on=on),
        "lower": queries.directly_below(division.code),
        "keeps_days": clocks.divisions_to_keep(request.post).filter(pk=division.pk).exists(),
        "kept": queries.keeps_division(request.post, division.code),
    }
    return render(request, "office/division.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, code: int) -> HttpResponse:
    """A division below this one."""
    parent = kept_division(request, code)
    form = forms.NewDivision(request.POST or None, by=request.post, initial={"code": parent.code})
    page = Page(
        title=_("在“%(name)s”下增加区划") % {"name": parent.full_name}, button=_("增加"), done=_("区划已增加。"), back=page_of(parent.code),
        here="divisions",
    )  # fmt: skip
    return form_page(request, form, actions.add_division, page)


@administrators
@require_http_methods(["GET", "POST"])
def rename(request: access.DeskRequest, code: int) -> HttpResponse:
    """Another name."""
    division = kept_division(request, code)
    form = forms.RenameDivision(request.POST or None, by=request.post, now={"name": division.name})
    page = Page(
        title=_("更改“%(name)s”的名称") % {"name": division.full_name}, button=_("保存"), done=_("已更名。"), back=page_of(division.code),
        note=_("代码不变；下辖区划的全称随之更改。"), here="divisions",
    )  # fmt: skip
    return form_page(request, form, partial(actions.rename_division, division=division), page)


@administrators
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, code: int) -> HttpResponse:
    """Abolish or merge."""
    division = kept_division(request, code)
    form = forms.EndDivision(request.POST or None, by=request.post)
    page = Page(
        title=_("停用“%(name)s”") % {"name": division.full_name}, button=_("停用"), done=_("区划已停用。"), back=page_of(division.code),
        note=_("下辖区划同时停用，归入继任区划下的同名区划，没有同名的归入继任区划本身。旧记录仍写原区划。"), here="divisions", danger=True,
    )  # fmt: skip
    return form_page(request, form, partial(actions.end_division, division=division), page)


@administrators
@require_http_methods(["GET", "POST"])
def restore(request: access.DeskRequest, code: int) -> HttpResponse:
    """Take back an end that was a mistake."""
    division = kept_division(request, code)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("恢复“%(name)s”") % {"name": division.full_name}, button=_("恢复"), done=_("区划已恢复。"), back=page_of(division.code),
        note=_("误停用时用：撤回停用和继任，同日一起停用的下辖区划也恢复。"), here="divisions",
    )  # fmt: skip
    return form_page(request, form, partial(actions.restore_division, division=division), page)
