"""Who saw what about a child, over all its cases: on a page, and as a file for who may ask by law."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hutong.desks import access
from hutong.desks.audit.forms import Reason
from hutong.desks.components import log
from hutong.desks.components.attachments import attachment
from hutong.hotline.archive import actions as taking
from hutong.hotline.archive import papers
from hutong.hotline.archive import queries as exports
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import looks, queries
from hutong.hotline.kernel import masks, wall
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import listed, storable
from hutong.hotline.network.models import Post, Role
from hutong.hotline.people.models import Child

SHOWN = 500  # lines on the page; the file has all
askers = access.for_posts(Role.AUDITOR, Role.SHIFT_LEAD)


@askers
@require_GET
def find(request: access.DeskRequest) -> HttpResponse:
    """The children of a case, by its number; of each no more than the surname."""
    number = storable(request.GET.get("number", "")).text.strip().upper()[:40]
    wall.look_across("number", number)
    case = looks.cases_for(request.post).filter(number=number).first() if number else None
    children = [(child.pk, masks.name(child.name), child.age) for child in queries.children_of(case)] if case else []
    if case:
        access.looked(request, subject="audit", case=str(case.pk))
    elif number:
        access.refused(request, subject="audit")
    return render(request, "audit/find.html", {"number": number, "children": children, "case": case})


@askers
@access.stepped_up
@require_GET
def child(request: access.DeskRequest, child_id: UUID) -> HttpResponse:
    """Every line about the child. A shift lead says why first; who asked, and why, is a line of the report from then on."""
    wall.look_across("child", child_id)
    child = access.reached(request, looks.children_for(request.post), child_id)
    form = Reason(request.GET or None)
    is_auditor = request.post.role == Role.AUDITOR
    context: dict[str, Any] = {"child_id": child.pk, "name": masks.name(child.name), "form": form}
    if not is_auditor and not form.is_valid():
        access.looked(request, subject="audit")
        return render(request, "audit/why.html", context, status=422 if form.errors else 200)
    why = "audit" if is_auditor else form.cleaned_data["why"]
    cases = looks.cases_of(child, request.post)
    lines = looks.about_child(child, cases)
    if request.GET.get("as") == "csv":
        access.exporting(request)
        try:
            return _file(request, child, why, cases, lines)
        except Refusal as refusal:
            access.denied(request, refusal, subject="child", subject_id=child.pk)
            context["reason"] = refusal.reason
    looks.ask(child, why=why, by=request.post, at=timezone.now())
    rows = list(islice(_rows(lines, request.post, cases), SHOWN))
    context |= {"rows": rows, "more": max(lines.count() - SHOWN, 0), "why": why, "waiting": exports.waiting(child.pk)}
    return render(request, "audit/child.html", context, status=422 if "reason" in context else 200)


@askers
@require_POST
def agree(request: access.DeskRequest, child_id: UUID, export_id: UUID) -> HttpResponse:
    """A second person agrees to a long report that somebody else asked for."""
    wall.look_across("child", child_id)
    child = access.reached(request, looks.children_for(request.post), child_id)
    export: Export = access.reached(request, exports.waiting(child.pk), export_id)
    try:
        taking.agree(export, by=request.post, at=timezone.now())
        messages.success(request, _("已同意 %(serial)s。") % {"serial": export.serial})
    except Refusal as refusal:
        access.denied(request, refusal, subject="child", subject_id=child.pk)
        messages.error(request, str(refusal))
    return redirect("audit:child", child.pk)


def _rows(lines: Any, post: Post, cases: list[UUID]) -> Iterator[dict[str, Any]]:
    """The report's rows, some hundreds of lines at a time."""
    source = lines.iterator(chunk_size=SHOWN)
    while portion := list(islice(source, SHOWN)):
        for line in looks.told(portion, post, within=cases):
            detail = line.entry.detail
            yield {
                "at": line.entry.at,
                "who": line.post.staff.name if line.post else _("系统"),
                "role": line.post.get_role_display() if line.post else "",
                "office": line.post.office.name if line.post else "",
                "verb": log.verb(line.entry.verb),
                "part": log.part(detail.get("part", "")),
                "case": listed(line.cases),
                "why": line.words or log.why(detail),
            }


def _file(request: access.DeskRequest, child: Child, why: str, cases: list[UUID], lines: QuerySet[AuditEntry]) -> HttpResponse:
    """The report for a spreadsheet, in which nothing runs as a formula, marked with who took it; a long one waits for a second person."""
    at, post = timezone.now(), request.post
    asked = exports.open_of(child.pk, by=post, at=at) or taking.ask(
        ExportKind.WHO_SAW, subject_id=child.pk, purpose=str(log.REASONS[why]), rows=lines.count(), by=post, at=at
    )
    content = taking.hand_out(
        asked, lambda _held, mark: papers.sheet(map(_cells, _rows(lines, post, cases)), mark=mark), by=post, at=at,
        why=why, part="audit:child",
    )  # fmt: skip
    return attachment(content, f"who-saw-{timezone.localdate():%Y%m%d}.csv")


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the file, by its headings."""
    named = {
        "at": _("时间"), "who": _("人员"), "role": _("岗位"), "office": _("机构"), "verb": _("动作"), "part": _("看到的部分"),
        "case": _("个案"), "why": _("事由"),
    }  # fmt: skip
    return {named[key]: f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if key == "at" else str(value) for key, value in row.items()}
