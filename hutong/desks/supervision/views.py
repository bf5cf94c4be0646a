"""The lists of orders, the page of one, the deeds on it, and its letter."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.components import sheets
from hutong.desks.components.attachments import TYPES
from hutong.desks.navigation import WITH_ORDERS
from hutong.desks.supervision import letters
from hutong.desks.supervision.forms import VERBS, Deed
from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.rules import ACTIONS, Action
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as kept
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.supervision import queries, rules
from hutong.hotline.supervision.models import Order

ON_A_PAGE = 50
# A tab: its name, the states that stand on it, and what is said where nothing does.
TABS = {
    "issued": (rules.STATE_LABELS["issued"], ("issued",), _("发出后还没有签收的督办单会列在这里。")),
    "received": (rules.STATE_LABELS["received"], ("received",), _("已签收、还没有答复的督办单会列在这里。")),
    "answered": (rules.STATE_LABELS["answered"], ("answered",), _("已答复、等发出机构审核的督办单会列在这里。")),
    "ended": (_("已了结"), ("accepted", "withdrawn"), _("认可了答复或撤回的督办单会列在这里。")),
}
with_orders = access.for_posts(*WITH_ORDERS)


@with_orders
@require_GET
def orders(request: access.DeskRequest) -> HttpResponse:
    """The orders to and from this office, by what they wait for."""
    post = request.post
    here = request.GET.get("list", "")
    here = here if here in TABS else "issued"
    page = Paginator(queries.in_states(post, TABS[here][1]), ON_A_PAGE).get_page(request.GET.get("page"))
    access.shown(request, page, part=f"supervision:orders/{here}")
    counts = queries.counts(post)
    context = {
        "tabs": [(name, label, sum(counts.get(state, 0) for state in states)) for name, (label, states, _empty) in TABS.items()],
        "here": here,
        "page": page,
        "empty": TABS[here][2],
        "may_issue": queries.may_issue(post),
    }
    return render(request, "supervision/orders.html#list" if request.htmx else "supervision/orders.html", context)  # type: ignore[attr-defined]


@with_orders
@require_GET
def waiting(request: access.DeskRequest) -> HttpResponse:
    """How many wait for this office: the mark on the bar."""
    return render(request, "components/waiting.html")


def order_for(request: access.DeskRequest, order_id: UUID) -> Order:
    """The order, if this post may see it; the look is recorded."""
    order = access.reached(request, queries.shown_to(request.post), order_id)
    access.opened(request, subject="order", subject_id=order.pk)
    return order


@with_orders
@require_GET
def order(request: access.DeskRequest, order_id: UUID) -> HttpResponse:
    """The page of an order, or its one region."""
    order = order_for(request, order_id)
    offered = queries.offers(order, request.post)
    drafts = {draft.form for draft in kept.drafts_about(request.post, order.pk)}
    context = {
        "order": order,
        "is_open": order.ended_at is None,
        "may_issue": queries.may_issue(request.post) and order.issuer_id == request.post.office_id,
        "open_now": [(action, action.code in drafts) for action, reason in offered if reason is None],
        "refused": [(action, reason) for action, reason in offered if reason],
        "story": [(event, ACTIONS[event.action].done) for event in queries.story(order)],
    }
    return render(request, "supervision/order.html#region" if request.htmx else "supervision/order.html", context)  # type: ignore[attr-defined]


@with_orders
@access.stepped_up
@require_POST
def letter(request: access.DeskRequest, order_id: UUID) -> HttpResponse:
    """The order as an official letter; the export is recorded. By POST, as every file whose export is: another site's link makes no such
    line in somebody's name."""
    access.exporting(request)
    order = order_for(request, order_id)
    audit.record("exported", by=request.post, at=timezone.now(), subject="order", subject_id=order.pk)
    answer = HttpResponse(letters.letter(order), content_type=TYPES["docx"])
    answer.headers["Content-Disposition"] = letters.disposition(order)
    return answer


# --- one deed -------------------------------------------------------------------------------------------------------


@with_orders
@require_http_methods(["GET", "POST"])
def act(request: access.DeskRequest, order_id: UUID, code: str) -> HttpResponse:
    """The form of a deed, and the deed."""
    order, action = order_for(request, order_id), _action(code)
    if request.method == "POST":
        return _do(request, order, action)
    if reason := queries.why_not(order, request.post, code):
        return _form(request, order, action, reason=reason)
    draft = kept.drafts_about(request.post, order.pk).filter(form=code).first()
    if draft:
        form = Deed(action, MultiValueDict(draft.fields), post=request.post, is_judged=False)
        return _form(request, order, action, form=form, draft=draft, once=draft.pk)
    return _form(request, order, action, form=Deed(action, post=request.post), once=new_id())


@with_orders
@require_POST
def draft(request: access.DeskRequest, order_id: UUID, code: str) -> HttpResponse:
    """What is being typed into the form of a deed; nothing of one that was done meanwhile."""
    order, action, draft_id = order_for(request, order_id), _action(code), sheets.once(request)
    done = order.events.filter(by=request.post, action=action.code, seq__gt=sheets.seen(request)).exists()
    if draft_id and not done:
        sheets.keep(request, draft_id, form=action.code, subject_id=order.pk)
    return HttpResponse(status=204)


def _action(code: str) -> Action:
    if code not in VERBS:
        raise Http404
    return ACTIONS[code]


def _do(request: access.DeskRequest, order: Order, action: Action) -> HttpResponse:
    form, once = Deed(action, request.POST, post=request.post), sheets.once(request) or new_id()
    if form.is_valid():
        try:
            form.carry_out(order.pk, by=request.post, at=timezone.now(), seen=sheets.seen(request))
            if remark := texts.storable(form.cleaned_data["text"]).remark:
                messages.warning(request, remark)
            return _done(request, order, action, once)
        except Refusal as refusal:
            if refusal.reason is rules.ORDER_NOT_THERE:
                raise Http404 from None
            access.denied(request, refusal, subject="order", subject_id=order.pk)
            if refusal.reason is rules.ORDER_STALE:
                changes = [(event, ACTIONS[event.action].done) for event in refusal.changes]  # type: ignore[attr-defined]
                return _form(request, order, action, form=form, once=once, reason=refusal.reason, changes=changes, status=409)
            form.take(refusal)
    return _form(request, order, action, form=form, once=once, status=422)


def _done(request: access.DeskRequest, order: Order, action: Action, once: UUID) -> HttpResponse:
    contacts.discard_draft(once, post=request.post)
    messages.success(request, f"{action.done} · {order.number}")
    there = reverse("supervision:order", args=[order.pk])
    return HttpResponse(status=204, headers={"HX-Redirect": there}) if request.htmx else redirect(there)  # type: ignore[attr-defined]


def _form(request: access.DeskRequest, order: Order, action: Action, *, status: int = 200, **context: Any) -> HttpResponse:
    """The form in the page's dialog, or as a page of its own where no script asks for it."""
    template = "supervision/deed.html#form" if request.htmx else "supervision/deed.html"  # type: ignore[attr-defined]
    return render(request, template, {"order": order, "action": action, **context}, status=status)
