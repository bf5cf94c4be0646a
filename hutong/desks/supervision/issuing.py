"""Issuing an order about an office: the form, what is kept of it, and the page of the office that it concerns."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.components import sheets
from hutong.desks.navigation import ISSUERS
from hutong.desks.supervision.forms import NewOrder
from hutong.hotline.cases.rules import REPEATED
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as kept
from hutong.hotline.contacts.models import Draft
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Office
from hutong.hotline.supervision import actions, queries

FORM = "order_office"  # what its drafts are kept under
SHOWN = 20
issuers = access.for_posts(*ISSUERS)


@issuers
@require_GET
def office(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """An office below as its superior sees it: what it is, what it has in hand, and the orders it was given."""
    office = _office(request, office_id)
    orders = list(queries.to_office(office, request.post)[:SHOWN])
    access.shown(request, orders)
    context = {"office": office, "work": queries.work_of(office, request.post), "orders": orders}
    return render(request, "supervision/office.html", context)


@issuers
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest) -> HttpResponse:
    """The form of an order about an office, and the order."""
    if not queries.may_issue(request.post):
        raise PermissionDenied
    office = _office(request, request.GET["office"]) if request.GET.get("office") else None
    if request.method == "POST":
        return _issue(request, office)
    draft = _drafts(request, office).first()
    if draft:
        form = NewOrder(MultiValueDict(draft.fields), post=request.post, is_judged=False)
        return _form(request, office, form=form, draft=draft, once=draft.pk)
    return _form(request, office, form=NewOrder(initial={"office": office}, post=request.post), once=new_id())


@issuers
@require_POST
def draft(request: access.DeskRequest) -> HttpResponse:
    """What is being typed; nothing of an order that was issued meanwhile."""
    office = _office(request, request.GET["office"]) if request.GET.get("office") else None
    draft_id = sheets.once(request)
    if draft_id and not queries.visible_to(request.post).filter(pk=draft_id).exists():
        sheets.keep(request, draft_id, form=FORM, subject_id=office.pk if office else None)
    return HttpResponse(status=204)


def _office(request: access.DeskRequest, office_id: object) -> Office:
    try:
        pk = UUID(str(office_id))
    except ValueError:
        pk = None
    return access.reached(request, queries.addressees(request.post).select_related("division", "parent"), pk)


def _drafts(request: access.DeskRequest, office: Office | None) -> Any:
    return kept.drafts_of(request.post).filter(form=FORM, subject_id=office.pk if office else None)


def _issue(request: access.DeskRequest, office: Office | None) -> HttpResponse:
    form, once = NewOrder(request.POST, post=request.post), sheets.once(request) or new_id()
    if form.is_valid():
        try:
            made = actions.order_office(**form.cleaned_data, by=request.post, at=timezone.now(), once=once)
            messages.success(request, _("督办单已发出 · {number}").format(number=made.number))
        except Refusal as refusal:
            if refusal.reason is not REPEATED:
                access.denied(request, refusal)
                form.take(refusal)
                return _form(request, office, form=form, once=once, status=422)
        if remark := texts.storable(form.cleaned_data["text"]).remark:
            messages.warning(request, remark)
        contacts.discard_draft(once, post=request.post)
        return redirect(reverse("supervision:order", args=[once]))
    return _form(request, office, form=form, once=once, status=422)


def _form(
    request: access.DeskRequest, office: Office | None, *, form: NewOrder, once: UUID, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    query = f"?office={office.pk}" if office else ""
    context = {"office": office, "form": form, "once": once, "draft": draft, "query": query}
    return render(request, "supervision/new.html", context, status=status)
