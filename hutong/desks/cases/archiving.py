"""Views of a closed case's package: saying what it is for, a second person's agreement, fetching it once."""

from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hutong.desks import access
from hutong.desks.components.attachments import attachment
from hutong.desks.components.deeds import Form
from hutong.hotline.archive import actions, making, queries, rules
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.refusals import Refusal


class Ask(Form):
    """What the package is for."""

    purpose = forms.CharField(
        label=gettext_lazy("用途"), required=False, max_length=200, help_text=gettext_lazy("如：移交档案馆；法院依法调取")
    )


def _case(request: access.DeskRequest, case_id: UUID) -> Case:
    """The case, for who may take its package."""
    access.exporting(request)
    case = access.case_for(request, case_id)
    if not rules.may_take(cases.situation(case, request.post)):
        access.refused(request, subject="case", subject_id=case.pk, reason=rules.NOT_YOURS.code)
        raise Http404
    return case


@access.for_posts()
@access.stepped_up
@require_http_methods(["GET", "POST"])
def ask(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """What it is for; and every package that was ever asked for."""
    case = _case(request, case_id)
    form = Ask(request.POST or None, by=request.post)
    if request.method == "POST":
        deed = partial(actions.ask, ExportKind.CASE, subject_id=case.pk, rows=making.rows_in(case, request.post))
        if form.carry_out(request, deed):
            return redirect("cases:export", case.pk, form.made.pk)  # type: ignore[attr-defined]
    context = {"case": case, "form": form, "exports": queries.of_case(case)}
    return render(request, "cases/archive.html", context, status=422 if form.errors else 200)


@access.for_posts()
@access.stepped_up
@require_http_methods(["GET", "POST"])
def export(request: access.DeskRequest, case_id: UUID, export_id: UUID) -> HttpResponse:
    """One export: agreeing to it, or fetching it."""
    case, at = _case(request, case_id), timezone.now()
    found: Export = access.reached(request, queries.of_case(case), export_id)
    context = {"case": case, "export": found, "is_mine": found.by_id == request.post.pk, "until": found.at + rules.LASTS}
    if request.method == "GET":
        return render(request, "cases/export.html", context)
    try:
        if "agree" in request.POST:
            actions.agree(found, by=request.post, at=at)
            messages.success(request, _("已同意 %(serial)s。") % {"serial": found.serial})
            return redirect("cases:archive", case.pk)
        content = actions.hand_out(found, lambda held, mark: making.of_case(case, held, mark, at=at), by=request.post, at=at)
    except Refusal as refusal:
        access.denied(request, refusal, subject="case", subject_id=case.pk)
        return render(request, "cases/export.html", {**context, "reason": refusal.reason}, status=422)
    return attachment(content, f"{case.number}-{found.serial}.zip")
