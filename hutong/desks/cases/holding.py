"""Views of a legal hold, on a case and on a person: the form that begins it, and the one that ends it."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hutong.desks import access
from hutong.desks.cases import seen
from hutong.desks.components.deeds import Form
from hutong.desks.components.fields import DayInput
from hutong.hotline.holds import actions, queries
from hutong.hotline.holds.models import Hold, PersonHold
from hutong.hotline.network.models import OfficeKind, Role

ENDED = gettext_lazy("结束后按保存期限表办理；已过期限的，几分钟内就会删除。")
who_may = access.in_offices({OfficeKind.HOTLINE_CENTRE, OfficeKind.PROVINCE_BUREAU}, Role.COORDINATOR, Role.SHIFT_LEAD, Role.SUPERVISOR)


class Begin(Form):
    """Why, and when it is looked at again."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), required=False, max_length=200, help_text=gettext_lazy("如：法院来函调取；案件在诉讼中")
    )
    review_on = forms.DateField(
        label=gettext_lazy("复核日期"), initial=lambda: timezone.localdate() + timedelta(days=180),
        widget=DayInput(), help_text=gettext_lazy("最晚一年"),
    )  # fmt: skip


class BeginWithPerson(Begin):
    """Who it is: by the identity number, else by name and birth date."""

    id_number = forms.CharField(label=gettext_lazy("身份证号"), required=False, max_length=20)
    name = forms.CharField(label=gettext_lazy("姓名"), required=False, max_length=60)
    born_on = forms.DateField(
        label=gettext_lazy("出生日期"), required=False, widget=DayInput(),
        help_text=gettext_lazy("没有身份证号时，姓名和出生日期都要填"),
    )  # fmt: skip
    field_order = ("id_number", "name", "born_on", "reason", "review_on")


class End(Form):
    """Why it is needed no longer."""

    why = forms.CharField(label=gettext_lazy("为什么结束"), required=False, max_length=200)


@access.for_posts()
@require_http_methods(["GET", "POST"])
def hold(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """Nothing of this case is erased from now on."""
    case = access.case_for(request, case_id)
    form = Begin(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(actions.hold, case)):
        messages.success(request, _("已依法留存 · %(number)s") % {"number": case.number})
        return redirect("cases:case", case.pk)
    note = _("留存期间，本案的资料和录音到期也不删除；数据库拒绝删除。结束须由另一人办理。")
    return _page(request, form, title=_("依法留存"), note=note, case=case, who=case.number, back=reverse("cases:case", args=[case.pk]))


@access.for_posts()
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, case_id: UUID, hold_id: UUID) -> HttpResponse:
    """The schedule counts again."""
    case = access.case_for(request, case_id)
    found: Hold = access.reached(request, queries.of_case(case).filter(ended_at=None), hold_id)
    form = End(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(actions.end, found)):
        messages.success(request, _("已结束留存 · %(number)s") % {"number": case.number})
        return redirect("cases:case", case.pk)
    return _page(request, form, title=_("结束留存"), note=ENDED, case=case, who=case.number, back=reverse("cases:case", args=[case.pk]))


def _page(request: access.DeskRequest, form: Form, **context: Any) -> HttpResponse:
    return render(request, "cases/hold.html", {"form": form, **context}, status=422 if form.errors else 200)


# --- on a person


@who_may
@require_http_methods(["GET", "POST"])
def people(request: access.DeskRequest) -> HttpResponse:
    """On whom a hold of this office, or of one below it, runs; and one more. Nothing on it says whether the person stands in any case."""
    form = BeginWithPerson(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, actions.hold_person):
        messages.success(request, _("已按人员依法留存。此人现在和以后所在的个案，到期都不删除。"))
        return redirect("cases:people_held")
    access.looked(request, subject="holds")
    rows = [(hold, seen.on_hold(hold)) for hold in queries.people_of(request.post)]
    return render(request, "cases/people_held.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@who_may
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end_person(request: access.DeskRequest, hold_id: UUID) -> HttpResponse:
    """The schedule counts again for this person's cases."""
    found: PersonHold = access.reached(request, queries.people_of(request.post), hold_id)
    form = End(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(actions.end_person, found)):
        messages.success(request, _("已结束留存。"))
        return redirect("cases:people_held")
    access.looked(request, subject="holds")
    return _page(request, form, title=_("结束留存"), note=ENDED, who=seen.on_hold(found), back=reverse("cases:people_held"))
