"""A version as a spreadsheet: out, and into a draft by way of a dry run."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.components.attachments import attachment
from hutong.desks.rulebook.forms import Upload
from hutong.desks.rulebook.pages import book_for, head, keepers, now, readers
from hutong.hotline.kernel.texts import listed
from hutong.hotline.rulebook import sheets
from hutong.hotline.rulebook.sheets import Outcome


@readers
@access.stepped_up
@require_POST
def export(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """Every row that holds with this version."""
    book = book_for(request, book_id)
    name = f"rulebook-{book.division_id or 'cn'}-{book.number}-{timezone.localdate():%Y%m%d}.xlsx"
    content = sheets.export(book, by=request.post, at=now())
    return attachment(content, name)


@keepers
@access.stepped_up
@require_http_methods(["GET", "POST"])
def file(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """Hand in a file and see what it would change; agree to just that (`agreed`) and the draft is changed."""
    draft = book_for(request, book_id)
    form = Upload(request.POST or None, request.FILES or None)
    context = head(request, draft, "file") | {"form": form}
    lines = form.read() if request.method == "POST" and form.is_valid() else None
    if lines is not None:
        agreed = request.POST.get("agreed", "")
        report = sheets.run(draft, lines, by=request.post, at=now(), agreed=agreed)
        counts = listed(f"{outcome.label} {count}" for outcome, count in report.counts.items() if count)
        if report.applied:
            messages.success(request, _("已写入草稿：%(counts)s。") % {"counts": counts})
            return redirect("rulebook:changes", draft.pk)
        shown = sorted((line for line in report.lines if line.outcome != Outcome.SAME), key=lambda line: line.outcome != Outcome.REFUSED)
        context |= {"report": report, "counts": counts, "lines": shown, "agreed": agreed, "kept": json.dumps(lines, ensure_ascii=False)}
    return render(request, "rulebook/file.html", context, status=422 if form.errors else 200)
