"""Views of a legal hold: the form that begins it, and the one that ends it."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hutong.desks import access
from hutong.desks.components.deeds import Form
from hutong.hotline.holds import actions, queries
from hutong.hotline.holds.models import Hold


class Begin(Form):
    """Why, and when it is looked at again."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), required=False, max_length=200, help_text=gettext_lazy("如：法院来函调取；案件在诉讼中")
    )
    review_on = forms.DateField(
        label=gettext_lazy("复核日期"), initial=lambda: timezone.localdate() + timedelta(days=180),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), help_text=gettext_lazy("最晚一年"),
    )  # fmt: skip


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
    context = {"case": case, "form": form, "title": _("依法留存"), "note": _("留存期间，本案的资料和录音到期也不删除；数据库拒绝删除。")}
    return render(request, "cases/hold.html", context, status=422 if form.errors else 200)


@access.for_posts()
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, case_id: UUID, hold_id: UUID) -> HttpResponse:
    """The schedule counts again."""
    case = access.case_for(request, case_id)
    found: Hold = access.reached(request, queries.of_case(case).filter(ended_at=None), hold_id)
    form = End(request.POST or None, by=request.post)
    if request.method == "POST" and form.carry_out(request, partial(actions.end, found)):
        messages.success(request, _("已结束留存 · %(number)s") % {"number": case.number})
        return redirect("cases:case", case.pk)
    context = {"case": case, "form": form, "title": _("结束留存"), "note": _("结束后按保存期限表办理；已过期限的，几分钟内就会删除。")}
    return render(request, "cases/hold.html", context, status=422 if form.errors else 200)
