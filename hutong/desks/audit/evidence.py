"""The yearly report, what an account touched, and who took a file: what an auditor must be able to show."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.components import log
from hutong.desks.components.attachments import attachment
from hutong.desks.components.fields import MomentInput
from hutong.hotline.archive import actions, compliance, incidents, papers, queries
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.kernel.texts import listed, storable
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Role

FIRST_YEAR = 2020
auditors = access.for_posts(Role.AUDITOR)
reporters = access.for_posts(Role.AUDITOR, Role.SECURITY_OFFICER)


class Year(forms.Form):
    """Which year."""

    year = forms.TypedChoiceField(label=gettext_lazy("年度"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localdate().year
        field: Any = self.fields["year"]
        field.choices = [(year, str(year)) for year in range(now, FIRST_YEAR - 1, -1)]
        field.initial = now - 1


class Touching(forms.Form):
    """Which account, from when to when."""

    who = forms.CharField(label=gettext_lazy("登录名"), max_length=40)
    start = forms.DateTimeField(label=gettext_lazy("自"), widget=MomentInput())
    end = forms.DateTimeField(label=gettext_lazy("至"), widget=MomentInput())


@reporters
@access.stepped_up
@require_http_methods(["GET", "POST"])
def yearly(request: access.DeskRequest) -> HttpResponse:
    """One click: the year's figures as a document, marked with who took it."""
    form, at = Year(request.POST or None), timezone.now()
    if request.method == "GET" or not form.is_valid():
        access.looked(request, subject="audit")
        return render(request, "audit/yearly.html", {"form": form}, status=422 if form.errors else 200)
    year = form.cleaned_data["year"]
    export = actions.ask(ExportKind.COMPLIANCE, subject_id=None, purpose=f"年度合规审计 {year}", rows=0, by=request.post, at=at)
    content = actions.hand_out(export, lambda _held, mark: _document(request, year, mark, at), by=request.post, at=at)
    return attachment(content, f"compliance-{year}-{export.serial}.docx")


def _document(request: access.DeskRequest, year: int, mark: str, at: datetime) -> bytes:
    with translation.override(settings.LANGUAGE_CODE):
        sections = compliance.report(compliance.Period(year, request.post))
        title = f"{request.post.office.name} {year} 年度未成年人个人信息保护合规审计材料"
        return papers.paper(title, sections, mark=mark, at=timezone.localtime(at).replace(tzinfo=None), tables=True)


@auditors
@require_GET
def touched(request: access.DeskRequest) -> HttpResponse:
    """Whose data an account touched between two moments."""
    now = timezone.localtime()
    form = Touching(request.GET or None, initial={"start": now - timedelta(days=1), "end": now})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= _touched(request, form)
    else:
        access.looked(request, subject="audit")
    return render(request, "audit/touched.html", context, status=422 if form.errors else 200)


def _touched(request: access.DeskRequest, form: Touching) -> dict[str, Any]:
    asked = form.cleaned_data
    staff = network.staff_in_reach(request.post).filter(username=asked["who"].strip().lower()).first()
    if staff is None:
        form.add_error("who", _("没有这个登录名，或不在您的审计范围内。"))
        access.looked(request, subject="audit")
        return {}
    rows, others = incidents.known_to(list(incidents.touched(staff, asked["start"], asked["end"])), request.post)
    access.looked(request, subject="staff", subject_id=staff.pk, why="audit")
    told = [(row, listed(log.verb(verb) for verb in row.verbs), listed(row.children)) for row in rows]
    return {"staff": staff, "rows": told, "others": others, "children": sum(len(row.children) for row in rows)}


@auditors
@require_GET
def exports(request: access.DeskRequest) -> HttpResponse:
    """Who took the file that carries this serial."""
    serial = storable(request.GET.get("serial", "")).text[:20]
    export: Export | None = queries.by_serial(serial) if serial else None
    access.looked(request, subject="audit", serial=export.serial if export else "")
    return render(request, "audit/exports.html", {"serial": serial, "export": export})
