"""Trying a draft: asking for it, watching it run, reading what would have been."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.rulebook.pages import book_for, head, now, readers
from hutong.hotline.cases import queries as cases
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.rules import STEP_LABELS
from hutong.hotline.trials import actions, queries, rules
from hutong.hotline.trials.models import RulebookTrial

MOVED = {rules.EARLIER: gettext_lazy("提前"), rules.LATER: gettext_lazy("推后"), rules.SAME: gettext_lazy("不变")}


@readers
@require_http_methods(["GET", "POST"])
def ask(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """The trials of a draft; ask for another."""
    book = book_for(request, book_id)
    if request.method == "POST":
        try:
            days = request.POST.get("days", "")
            trial = actions.ask(book.pk, days=int(days) if days.isdecimal() else 0, by=request.post, at=now())
        except Refusal as refusal:
            access.denied(request, refusal)
            messages.warning(request, str(refusal))
            return redirect("rulebook:ask", book.pk)
        return redirect("rulebook:trial", trial.pk)
    context = head(request, book, "trials") | {"trials": queries.trials_of(book), "days": rules.DAYS}
    return render(request, "rulebook/trials.html", context)


@readers
@require_GET
def trial(request: access.DeskRequest, trial_id: UUID) -> HttpResponse:
    """A trial as it stands."""
    found = _trial(request, trial_id)
    return render(request, "rulebook/trial.html", head(request, found.rulebook, "trials") | _result(request, found))


@readers
@require_GET
def progress(request: access.DeskRequest, trial_id: UUID) -> HttpResponse:
    """The region of a trial that moves; once it is done, so has the head of the page."""
    found = _trial(request, trial_id)
    headers = {"HX-Refresh": "true"} if found.done_at else None
    return HttpResponse(render_to_string("rulebook/result.html", _result(request, found), request), headers=headers)


def _trial(request: access.DeskRequest, trial_id: UUID) -> RulebookTrial:
    """The trial of a version that this post may look at."""
    found = queries.trial(trial_id)
    if found is None or not rulebook.readable(request.post).filter(pk=found.rulebook_id).exists():
        raise Http404
    return found


def _result(request: access.DeskRequest, trial: RulebookTrial) -> dict[str, Any]:
    context: dict[str, Any] = {"trial": trial, "is_stale": trial.of != trial.rulebook.changed_at}
    if trial.state != "done":
        return context
    result = rules.Sums.of(trial.result)
    return context | {
        "figures": [(label, result.deadlines[moved]) for moved, label in MOVED.items()],
        "before_and_after": [(_("预警"), *result.warned), (_("逾期"), *result.missed)],
        "steps": [(*_in_words(step), counts["earlier"], counts["later"]) for step, counts in sorted(result.steps.items())],
        "examples": _examples(request, [*result.examples["earlier"], *result.examples["later"]]),
        "offices": queries.office_names(trial.result),
    }


def _in_words(step: str) -> tuple[str, Any]:
    tier, _space, name = step.partition(" ")
    return tier, STEP_LABELS[name]


def _examples(request: access.DeskRequest, rows: list[list[str]]) -> list[dict[str, Any]]:
    """A few cases whose deadline would have moved; a link to those that this person may see."""
    visible = {pk.hex for pk in cases.visible_to(request.post).filter(pk__in=[row[0] for row in rows]).values_list("pk", flat=True)}
    return [
        {"case": UUID(case) if case in visible else None, "number": number, "tier": tier, "step": STEP_LABELS[step],
         "before": datetime.fromisoformat(before), "after": datetime.fromisoformat(after)}
        for case, number, tier, step, before, after in rows
    ]  # fmt: skip
