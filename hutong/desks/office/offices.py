"""Offices: looking for them, looking at one, adding, changing, ending, and the keys of its software."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.office import forms
from hutong.desks.office.pages import Page, administrators, form_page, keepers, security
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.network import actions, contracts, queries, rules, searching
from hutong.hotline.network.models import Office, Post
from hutong.hotline.notices import alarms


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


@keepers
@require_GET
def index(request: access.DeskRequest) -> HttpResponse:
    """Search, and the tree of what lies below."""
    text, on = request.GET.get("q", "").strip(), timezone.localdate()
    if text:
        offices, people = searching.search_offices(request.post, text, ended=True), searching.search_staff(request.post, text, on=on)
        return render(request, "office/found.html", {"q": text, "offices": offices, "people": people})
    root, branches = queries.office_tree(request.post.office, on=on)
    return render(request, "office/index.html", {"root": root, "branches": branches})


@keepers
@require_GET
def office(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """One office: what it is, who works in it, what answers to it, which software has a key."""
    office = office_for(request, office_id)
    context = {
        "office": office,
        "way": way_to(request, office),
        "posts": queries.posts_of(office),
        "lower": queries.lower_offices(office, on=timezone.localdate()),
        "kinds_below": rules.kinds_below(office.kind),
        "tokens": queries.tokens_of(office),
        "is_own": office.pk == request.post.office_id,
        "hours": clocks.hours(office),
        "contracts": contracts.of_office(office),
        "may_contract": office.kind in contracts.MAY_BE_OUTSOURCED and office.pk != request.post.office_id,
        "today": timezone.localdate(),
    }
    return render(request, "office/office.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """An office below this one."""
    parent = office_for(request, office_id)
    form = forms.NewOffice(request.POST or None, by=request.post, parent=parent)
    title = _("在“%(office)s”下增加机构") % {"office": parent.name}
    page = Page(title=title, button=_("增加"), done=_("机构已增加。"), back=page_of(parent))
    return form_page(request, form, partial(actions.add_office, parent=parent), page)


@administrators
@require_http_methods(["GET", "POST"])
def change(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """Another name, place, level above or telephone."""
    office = office_for(request, office_id)
    form = forms.ChangeOffice(request.POST or None, by=request.post, office=office)
    page = Page(title=_("修改“%(office)s”") % {"office": office.name}, button=_("保存"), done=_("已保存。"), back=page_of(office))
    return form_page(request, form, partial(actions.change_office, office=office), page)


@administrators
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """Close an office."""
    office = office_for(request, office_id)
    form = forms.End(request.POST or None, by=request.post)
    page = Page(
        title=_("停用“%(office)s”") % {"office": office.name}, button=_("停用"), done=_("机构已停用。"), back=page_of(office), danger=True,
        note=_("机构停用后不再接收个案，其全部岗位同时结束；记录都保留。还有在办事项或下级机构时不能停用。"),
    )  # fmt: skip
    return form_page(request, form, partial(actions.end_office, office=office), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def new_token(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """A key with which an office's own software acts as one of its posts; told once."""
    office = office_for(request, office_id)
    form = forms.NewToken(request.POST or None, by=request.post, office=office)
    page = Page(
        title=_("为“%(office)s”的软件建立接口密钥") % {"office": office.name}, button=_("建立密钥"), back=page_of(office), secret=True,
        note=_("持有密钥的软件以所选岗位的身份办理，权限与本人相同。密钥只在建立后显示一次，请先准备好存放它的地方。"),
        done=_("请现在复制到使用它的软件中。系统只保存其摘要，离开本页后谁也不能再看到；没有记下，只能停用后另建。"),
    )  # fmt: skip
    return form_page(request, form, _make_token, page)


@transaction.atomic
def _make_token(*, post: Post, name: str, by: Post, at: datetime) -> str:
    token = actions.make_token(post=post, name=name, by=by, at=at)
    alarms.key_made(post, at=at)
    return token


@security
@require_http_methods(["GET", "POST"])
def end_token(request: access.DeskRequest, token_id: UUID) -> HttpResponse:
    """Make a key useless."""
    token = access.reached(request, queries.tokens_in_reach(request.post), token_id)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("停用密钥“%(name)s”") % {"name": token.name}, button=_("停用"), done=_("密钥已停用。"), back=page_of(token.post.office),
        note=_("立即生效，使用它的软件不能再接入。"), danger=True,
    )  # fmt: skip
    return form_page(request, form, partial(actions.end_token, token=token), page)
