"""A draft compared with what is in force, approved by a second person, or withdrawn."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.rulebook.forms import Approve, Sure
from hutong.desks.rulebook.pages import book_for, head, keepers, now, readers
from hutong.hotline.rulebook import actions, comparing


@readers
@require_GET
def changes(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """Row by row what a version adds, changes and takes away, against what is in force now."""
    book, at = book_for(request, book_id), now()
    found = comparing.changes(book, at)
    counts = [(outcome.label, sum(change.outcome == outcome for change in found)) for outcome in comparing.Outcome]
    context = head(request, book, "changes") | {"changes": found, "counts": counts, "faults": actions.draft_faults(book, at)}
    return render(request, "rulebook/changes.html", context)


@keepers
@access.stepped_up
@require_http_methods(["GET", "POST"])
def approve(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """From when on a draft holds."""
    draft = book_for(request, book_id)
    form = Approve(request.POST or None, by=request.post)
    back = reverse("rulebook:book", args=[draft.pk])
    if request.method == "POST" and form.carry_out(request, partial(actions.approve, draft.pk)):
        messages.success(request, _("已批准第 %(number)d 版。") % {"number": draft.number})
        return redirect(back)
    context = head(request, draft, "approve") | {
        "form": form, "back": back, "title": _("批准这一版"), "button": _("批准"),
        "note": _("生效后新开始的时限按这一版；已在运行的时限仍按原来的版本。批准后不能再改，只能另起一版。"),
    }  # fmt: skip
    return render(request, "rulebook/form.html", context, status=422 if form.errors else 200)


@keepers
@access.stepped_up
@require_http_methods(["GET", "POST"])
def withdraw(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """A draft that will not be."""
    draft = book_for(request, book_id)
    form = Sure(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(actions.withdraw, draft.pk)):
        messages.success(request, _("草稿已作废。"))
        return redirect("rulebook:index")
    context = head(request, draft, "withdraw") | {
        "form": form, "back": reverse("rulebook:book", args=[draft.pk]), "title": _("作废这份草稿"), "button": _("作废"), "danger": True,
        "note": _("草稿不再能改，也不能批准；它的内容仍可查看。"),
    }  # fmt: skip
    return render(request, "rulebook/form.html", context, status=422 if form.errors else 200)
