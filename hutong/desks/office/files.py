"""CSV: a dry run that shows what a file would do, the same for real, and export."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.components.attachments import attachment
from hutong.desks.components.deeds import take
from hutong.desks.office.forms import SHEET_NAMES, Upload
from hutong.desks.office.pages import keepers
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import sheets
from hutong.hotline.network.sheet_kinds import SHEETS
from hutong.hotline.network.sheets import Outcome

SHOWN = 500
FIRST = (Outcome.REFUSED, Outcome.CHANGE, Outcome.ADD)  # what asks for a look comes first


@keepers
@access.stepped_up
@require_http_methods(["GET", "POST"])
def files(request: access.DeskRequest) -> HttpResponse:
    """Hand in a file and see what it would change; agree to just that (`agreed`) and it is changed."""
    mine = {name: label for name, label in SHEET_NAMES.items() if sheets.may_use(SHEETS[name], request.post)}
    form = Upload(request.POST or None, request.FILES or None, sheets=mine)
    context = {"form": form, "exports": [(name, label, SHEETS[name].columns.values()) for name, label in mine.items()]}
    if request.method == "POST" and form.is_valid():
        agreed = request.POST.get("agreed", "")
        try:
            text = sheets.decode(form.content)
            form.hold(text)
            report = sheets.run(SHEETS[form.cleaned_data["sheet"]], text, by=request.post, at=timezone.now(), agreed=agreed)
        except Refusal as refusal:
            access.denied(request, refusal)
            take(form, refusal)
        else:
            if report.applied:
                messages.success(request, _("已导入：%(counts)s。") % {"counts": in_words(report)})
                return redirect("office:files")
            lines = [line for outcome in FIRST for line in report.lines if line.outcome == outcome]
            context |= {"report": report, "counts": in_words(report), "lines": lines[:SHOWN], "more": len(lines[SHOWN:]), "agreed": agreed}
    return render(request, "office/files.html", context, status=422 if form.errors else 200)


def in_words(report: sheets.Report) -> str:
    """新增 3、修改 1、不变 20."""
    return listed(f"{outcome.label} {count}" for outcome, count in report.counts.items() if count)


@keepers
@access.stepped_up
@require_POST
def export(request: access.DeskRequest, sheet: str) -> HttpResponse:
    """One of the files as it stands, for a spreadsheet (with the mark by which it knows UTF-8)."""
    if sheet not in SHEETS or not sheets.may_use(SHEETS[sheet], request.post):
        raise Http404
    text = sheets.export(SHEETS[sheet], by=request.post, at=timezone.now())
    return attachment(f"\ufeff{text}", f"{sheet}-{timezone.localdate():%Y%m%d}.csv")
