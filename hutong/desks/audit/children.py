"""Who saw what about a child, over all its cases: on a page, and as a file for who may ask by law."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.desks.audit.forms import Reason
from hutong.desks.components import log
from hutong.hotline.cases import looks, queries
from hutong.hotline.kernel import masks
from hutong.hotline.kernel.texts import listed, storable
from hutong.hotline.network.models import Post, Role
from hutong.hotline.network.rules import neutral

SHOWN = 500  # lines on the page; the file has all
askers = access.for_posts(Role.AUDITOR, Role.SHIFT_LEAD)


@askers
@require_GET
def find(request: access.DeskRequest) -> HttpResponse:
    """The children of a case, by its number; of each no more than the surname."""
    number = storable(request.GET.get("number", "")).text.strip().upper()[:40]
    case = looks.cases_for(request.post).filter(number=number).first() if number else None
    children = [(child.pk, masks.name(child.name), child.age) for child in queries.children_of(case)] if case else []
    if case:
        access.looked(request, subject="audit", case=str(case.pk))
    elif number:
        access.refused(request, subject="audit")
    return render(request, "audit/find.html", {"number": number, "children": children, "case": case})


@askers
@require_GET
def child(request: access.DeskRequest, child_id: UUID) -> HttpResponse:
    """Every line about the child. A shift lead says why first; who asked, and why, is a line of the report from then on."""
    child = access.reached(request, looks.children_for(request.post), child_id)
    form = Reason(request.GET or None)
    is_auditor = request.post.role == Role.AUDITOR
    context: dict[str, Any] = {"child_id": child.pk, "name": masks.name(child.name), "form": form}
    if not is_auditor and not form.is_valid():
        access.looked(request, subject="audit")
        return render(request, "audit/why.html", context, status=422 if form.errors else 200)
    why = "audit" if is_auditor else form.cleaned_data["why"]
    if as_file := request.GET.get("as") == "csv":
        access.exporting(request)
    looks.ask(child, why=why, by=request.post, at=timezone.now(), as_file=as_file)
    cases = looks.cases_of(child, request.post)
    lines = looks.about_child(child, cases)
    rows = _rows(lines, request.post, cases)
    if as_file:
        return _file(rows)
    rows = islice(rows, SHOWN)
    return render(request, "audit/child.html", context | {"rows": list(rows), "more": max(lines.count() - SHOWN, 0), "why": why})


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


def _file(rows: Iterable[dict[str, Any]]) -> HttpResponse:
    """The report for a spreadsheet, in which nothing runs as a formula; with the mark by which it knows UTF-8."""
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerow([_("时间"), _("人员"), _("岗位"), _("机构"), _("动作"), _("看到的部分"), _("个案"), _("事由")])
    for row in rows:
        at = f"{timezone.localtime(row.pop('at')):%Y-%m-%d %H:%M:%S}"
        writer.writerow([at, *(neutral(str(cell)) for cell in row.values())])
    disposition = f'attachment; filename="who-saw-{timezone.localdate():%Y%m%d}.csv"'
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})
