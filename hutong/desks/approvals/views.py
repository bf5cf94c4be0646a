"""The list of those who may look at minors' data, and of those who may not; approving, extending, ending."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.approvals import forms
from hutong.hotline.network import approving
from hutong.hotline.network.models import Approval

ON_A_PAGE = 60


@access.in_charge
@require_GET
def index(request: access.DeskRequest) -> HttpResponse:
    """Whom this person answers for: without approval first, then those whose approval ends soonest."""
    today, search = timezone.localdate(), forms.Search(request.GET)
    everybody = approving.listed(request.post, on=today)
    found = approving.named(everybody, search.words)
    rows = list(found[: ON_A_PAGE + 1])
    context = {
        "rows": rows[:ON_A_PAGE], "more": len(rows) > ON_A_PAGE, "search": search, "soon": today + approving.SOON,
        "charges": approving.in_charge_of(request.post), **approving.counts(everybody, on=today),
    }  # fmt: skip
    return render(request, "approvals/index.html", context)


@access.in_charge
@access.stepped_up
@require_http_methods(["GET", "POST"])
def post(request: access.DeskRequest, post_id: UUID) -> HttpResponse:
    """One post: what was approved of it, and approving it for a year more."""
    found = access.reached(request, approving.listed(request.post, on=timezone.localdate()), post_id)
    form = forms.Approve(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(approving.approve, found)):
        messages.success(request, _("已批准 %(post)s。") % {"post": found})
        return redirect("approvals:index")
    context = {"found": found, "form": form, "approvals": approving.approvals_of([found.pk]), "today": timezone.localdate()}
    return render(request, "approvals/post.html", context, status=422 if form.errors else 200)


@access.in_charge
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, approval_id: UUID) -> HttpResponse:
    """Take an approval back before its time."""
    approval: Approval = access.reached(request, approving.approvals_of(approving.reach(request.post).values("pk")), approval_id)
    form = forms.End(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(approving.end, approval)):
        messages.success(request, _("已结束 %(post)s 的批准。") % {"post": approval.post})
        return redirect("approvals:post", approval.post_id)
    return render(request, "approvals/end.html", {"approval": approval, "form": form}, status=422 if form.errors else 200)
