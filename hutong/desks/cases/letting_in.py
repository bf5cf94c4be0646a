"""Views of what is shown beside the rule: one masked value, a case opened in an emergency, and the word on that afterwards."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from hutong.desks import access
from hutong.desks.components.fields import Line
from hutong.desks.components.parts import Part
from hutong.hotline.cases import looks, rules, sight
from hutong.hotline.cases.actions import emergencies, revealing
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import OfficeKind, Role

ASKERS = access.for_posts(*map(Role, sorted(rules.ANYONE)))
REVIEWERS = access.in_offices({OfficeKind.HOTLINE_CENTRE}, *map(Role, sorted(rules.JUDGES)))


class Why(Part):
    """Why somebody wants one value."""

    why = forms.ChoiceField(label=_("为什么要看"), choices=list(sight.WHY.items()), widget=forms.RadioSelect)
    words = Line(_("具体原因"), max_length=200)


class Emergency(Part):
    """Which case, and why it cannot wait."""

    number = Line(_("个案编号"), max_length=20, required=True)
    why = forms.ChoiceField(label=_("为什么紧急"), choices=list(sight.EMERGENCY_WHY.items()), widget=forms.RadioSelect)
    text = Line(_("具体情况（至少 15 个字）"), max_length=400, widget=forms.Textarea({"rows": 3}))


class Review(Part):
    """A second person's word."""

    verdict = forms.ChoiceField(label=_("复核结论"), choices=list(sight.VERDICTS.items()), widget=forms.RadioSelect)
    text = Line(_("复核意见"), max_length=2000, widget=forms.Textarea({"rows": 3}))


@access.for_posts()
@access.stepped_up
@require_http_methods(["GET", "POST"])
def reveal_reporter(request: access.DeskRequest, case_id: UUID, field: str, of: UUID) -> HttpResponse:
    """The same of whoever reported, after one more proof of who asks: their identity is what costs them most."""
    return _reveal(request, case_id, "reporter", field, of)


@access.for_posts()
@require_http_methods(["GET", "POST"])
def reveal(request: access.DeskRequest, case_id: UUID, section: str, field: str, of: UUID) -> HttpResponse:
    """Why somebody wants one value, and then that value alone, for half a minute."""
    return _reveal(request, case_id, section, field, of)


def _reveal(request: access.DeskRequest, case_id: UUID, section: str, field: str, of: UUID) -> HttpResponse:
    case, form = access.case_for(request, case_id), Why(request.POST or None, post=request.post)
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "what": (sight.SECTION_LABELS.get(section, ""), sight.FIELD_LABELS.get(field, "")),
        "address": request.path,
        "seconds": int(sight.SHOWN_FOR.total_seconds()),
    }
    if form.is_valid():
        try:
            said = form.cleaned_data
            context["value"] = revealing.reveal(case, section=section, field=field, of=of, by=request.post, at=timezone.now(), **said)
        except Refusal as refusal:
            access.denied(request, refusal, subject="case", subject_id=case.pk)
            form.take(refusal)
    page = "cases/reveal.html#form" if request.htmx else "cases/reveal.html"  # type: ignore[attr-defined]
    return render(request, page, context, status=422 if form.errors else 200)


@ASKERS
@require_http_methods(["GET", "POST"])
def emergency(request: access.DeskRequest) -> HttpResponse:
    """Open a case of tier I by its number, for an hour."""
    form = Emergency(request.POST or None, post=request.post, initial={"number": request.GET.get("number", "")[:20]})
    if form.is_valid():
        try:
            opened = emergencies.break_glass(by=request.post, at=timezone.now(), **form.cleaned_data)
            return redirect("cases:case", opened.case_id)
        except Refusal as refusal:
            access.denied(request, refusal)
            form.take(refusal)
    return render(request, "cases/emergency.html", {"form": form}, status=422 if form.errors else 200)


@REVIEWERS
@require_http_methods(["GET", "POST"])
def review(request: access.DeskRequest, emergency_id: UUID) -> HttpResponse:
    """What a second person of the centre says of an emergency."""
    found = access.reached(request, looks.emergencies_to_review(request.post), emergency_id)
    form = Review(request.POST or None, post=request.post)
    if form.is_valid():
        try:
            emergencies.review(found, by=request.post, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("已复核。"))
            return redirect("shift:board")
        except Refusal as refusal:
            access.denied(request, refusal, subject="case", subject_id=found.case_id)
            form.take(refusal)
    access.shown(request, [found])
    return render(request, "cases/review.html", {"found": found, "form": form}, status=422 if form.errors else 200)
