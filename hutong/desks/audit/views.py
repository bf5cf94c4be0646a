"""The auditor's desk: the log to search, and what proves that it is whole. Whatever an auditor looks at is a line of it too."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.desks.audit.forms import Search
from hutong.desks.components import log
from hutong.hotline.audit import actions, queries
from hutong.hotline.cases import looks
from hutong.hotline.cases.sight import MANY_AN_HOUR
from hutong.hotline.clocks.rules import midnight
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import searching
from hutong.hotline.network.models import Role

ON_A_PAGE = 100
CHECKPOINTS = 24
auditors = access.for_posts(Role.AUDITOR)
watchers = access.for_posts(Role.AUDITOR, Role.SECURITY_OFFICER)
PERIOD = timedelta(days=30)


@auditors
@require_GET
def index(request: access.DeskRequest) -> HttpResponse:
    """The log, by what is asked; the latest lines where nothing is."""
    form = Search(request.GET)
    before = _moment(request.GET.get("before", ""))
    rows = list(_found(request, form, before)[: ON_A_PAGE + 1]) if form.is_valid() else []
    asked = sorted(name for name, value in form.cleaned_data.items() if value) if form.is_valid() else []
    actions.record("searched_log", by=request.post, at=timezone.now(), subject="audit", part="audit:index", fields=asked)
    context = {
        "form": form,
        "lines": [_said(line) for line in looks.told(rows[:ON_A_PAGE], request.post)],
        "older": rows[ON_A_PAGE - 1].at.isoformat() if len(rows) > ON_A_PAGE else "",
        "seals": queries.state(),
        "unjudged": looks.unjudged(request.post),
    }
    return render(request, "audit/index.html", context, status=422 if form.errors else 200)


def _found(request: access.DeskRequest, form: Search, before: datetime | None) -> Any:
    asked = form.cleaned_data
    lines = looks.in_reach(request.post)
    if asked["case"]:
        case = looks.cases_for(request.post).filter(number=asked["case"].strip().upper()).first()
        lines = looks.about_case(case) if case else lines.none()
    if asked["who"]:
        lines = looks.of_people(lines, searching.search_staff(request.post, asked["who"], on=timezone.localdate()))
    if form.verbs:
        lines = lines.filter(verb__in=form.verbs)
    if asked["first"]:
        lines = lines.filter(at__gte=midnight(asked["first"]))
    if form.end:
        lines = lines.filter(at__lt=midnight(form.end))
    return lines.filter(at__lt=before) if before else lines


def _said(line: looks.Line) -> dict[str, Any]:
    """A line as a row of the table."""
    detail = line.entry.detail
    return {
        "line": line,
        "cases": listed(line.cases),
        "verb": log.verb(line.entry.verb),
        "part": log.what(detail),
        "why": line.words or log.why(detail),
    }


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


@auditors
@require_GET
def seals(request: access.DeskRequest) -> HttpResponse:
    """How far lines are sealed, which checkpoints there are, and whether they were laid down elsewhere."""
    access.looked(request, subject="audit")
    return render(request, "audit/seals.html", {"seals": queries.state(), "checkpoints": queries.checkpoints()[:CHECKPOINTS]})


@watchers
@require_GET
def shown(request: access.DeskRequest) -> HttpResponse:
    """Who was shown what is masked, how often, and what was opened in an emergency: of the last 30 days, without a word of any case."""
    since = timezone.now() - PERIOD
    access.looked(request, subject="audit")
    context = {
        "people": looks.by_person(request.post, since=since),
        "emergencies": looks.emergencies_in_reach(request.post, since=since)[:ON_A_PAGE],
        "now": timezone.now(),
        "most": MANY_AN_HOUR,
    }
    return render(request, "audit/shown.html", context)
