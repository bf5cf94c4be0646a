"""When work is done in a place: the hours of an office, and the days that a division makes holidays or workdays of."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hutong.desks import access
from hutong.desks.components.fields import Line
from hutong.desks.office import forms
from hutong.desks.office.calendar import drawn
from hutong.desks.office.offices import office_for, page_of
from hutong.desks.office.pages import Page, administrators, form_page
from hutong.hotline.clocks import actions, notices, queries, sums
from hutong.hotline.clocks.hours import written
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division, Office

EXAMPLE = "4月20日 至 4月21日 休 壮族三月三\n9月12日 班 壮族三月三调休\n9月15日 休 台风“桦加沙”"


@administrators
@require_http_methods(["GET", "POST"])
def hours(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """The windows of a working day in an office."""
    office = office_for(request, office_id)
    now, above = queries.hours(office), queries.hours(office.parent or Office())
    own = now.windows if now.office_id == office.pk else ()
    form = forms.Hours(request.POST or None, by=request.post, now={"windows": own})
    where = above.office.name if above.office else _("全国通用")
    note = _("不填则沿用上级（%(where)s）：%(windows)s。没有自己工作时间的下级机构也按这里计算。已经在走的时限不变，只用于今后起算的。")
    page = Page(
        title=_("“%(office)s”的工作时间") % {"office": office.name}, button=_("保存"), done=_("工作时间已保存。"), back=page_of(office),
        note=note % {"where": where, "windows": written(above.windows)},
    )  # fmt: skip
    return form_page(request, form, partial(actions.set_hours, office=office), page)


class LocalDaysForm(django_forms.Form):
    """Days that a place decides about, and on what basis. `stood` is what was said of them when the preview was shown."""

    days = Line(
        gettext_lazy("哪些日子放假或上班"), strip=False,
        widget=django_forms.Textarea({"rows": 5, "spellcheck": "false", "placeholder": EXAMPLE}),
        help_text=gettext_lazy("每行一天或一段：日期 休或班 名称。可从表格或 CSV 粘贴；不写年份即今年。"),
    )  # fmt: skip
    basis = Line(gettext_lazy("依据"), help_text=gettext_lazy("如：自治区人民政府关于…放假的通知（…政发〔…〕…号）；防汛指挥部停工通知"))
    stood = Line("", widget=django_forms.HiddenInput)


@administrators
@require_http_methods(["GET", "POST"])
def days(request: access.DeskRequest, code: int) -> HttpResponse:
    """What a division decided about days, and deciding about more: first what would change, then so be it."""
    division = access.reached(request, queries.divisions_to_keep(request.post), str(code))
    if request.method == "GET":
        return _page(request, division, LocalDaysForm())
    form, today = LocalDaysForm(request.POST), timezone.localdate()
    form.is_valid()
    lines = notices.read(form.cleaned_data["days"], year=today.year, years=range(today.year - 1, today.year + 2))
    decided = [special for line in lines for special in line.days]
    changes = _changes(division, decided)
    stood = " ".join(str(before) for _special, before in changes)
    deed = partial(
        actions.set_local_days, division=division, days=decided, basis=form.cleaned_data["basis"], by=request.post, at=timezone.now()
    )  # fmt: skip
    publishes = "publish" in request.POST and form.cleaned_data["stood"] == stood
    if _done(form, lines, deed, really=publishes) and publishes:
        messages.success(request, _("已决定 %(count)d 天。") % {"count": len(decided)})
        return redirect("office:days", code)
    return _page(
        request, division, form, lines=lines, changes=() if form.errors else changes, stood=stood, is_stale="publish" in request.POST
    )


def _changes(division: Division, decided: list[SpecialDay]) -> list[tuple[SpecialDay, str]]:
    """Each day with what it is now, in words."""
    since = min((special.day for special in decided), default=timezone.localdate())
    calendar, names = queries.named_calendar(since=since, division=division.pk)
    return [
        (special, f"{sums.REASONS[sums.what(special.day, calendar)]} {names.get(special.day, '')}".strip())
        for special in sorted(decided)
    ]  # fmt: skip


def _done(form: LocalDaysForm, lines: list[notices.Line], deed: "partial[Any]", *, really: bool) -> bool:
    """Whether all can be read and the verb agrees; tried and taken back, unless it is meant."""
    if wrong := sum(bool(line.fault) for line in lines):
        form.add_error("days", _("有 %(count)d 行需要改正，见下表。您填写的内容都还在。") % {"count": wrong})
        return False
    try:
        deed() if really else actions.tried(deed)
    except Refusal as refusal:
        for name, sentence in refusal.fields.items():
            form.add_error(name, sentence)
        return False
    return True


def _page(request: access.DeskRequest, division: Division, form: LocalDaysForm, **more: Any) -> HttpResponse:
    today = timezone.localdate()
    decided = queries.local_days(division.pk, since=today.replace(month=1, day=1))
    nearest = {each.day: each for each in decided}
    rows = [(each, each is nearest[each.day], each.division_id == division.pk) for each in sorted(decided, key=lambda each: each.day)]
    context = {"division": division, "form": form, "rows": rows, "today": today} | more | drawn(today.year, list(nearest.values()))
    return render(request, "office/days.html", context, status=422 if form.errors else 200)


@administrators
@require_http_methods(["GET", "POST"])
def end_day(request: access.DeskRequest, local_day_id: UUID) -> HttpResponse:
    """Take back what was decided about a day."""
    local_day = access.reached(request, queries.local_days_to_keep(request.post), local_day_id)
    form = forms.Sure(request.POST or None, by=request.post)
    title = _("撤销 %(day)s“%(name)s”") % {"day": local_day.day, "name": local_day.name}
    page = Page(
        title=title, button=_("撤销"), done=_("已撤销。"), back=reverse("office:days", args=[local_day.division_id]), here="days",
        note=_("这一天恢复为上级或全国的安排。已经在走的时限不变，只用于今后起算的。"),
    )  # fmt: skip
    return form_page(request, form, partial(actions.end_local_day, local_day=local_day), page)
