"""The calendar of holidays and make-up workdays: the years that are known, and entering a year's notice."""

from calendar import Calendar as Weeks
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial, wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.components.fields import Line
from hutong.desks.office.pages import administrators
from hutong.hotline.clocks import actions, notices, queries, rules
from hutong.hotline.clocks.models import LocalDay
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.kernel import wall
from hutong.hotline.kernel.refusals import Refusal

EXAMPLE = "1月1日 休 元旦\n2月6日 至 2月12日 休 春节\n2月20日 班 春节调休"


def keepers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The gate: administrators of the ministry and of provinces."""

    @administrators
    @wraps(view)
    def gated(request: access.DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not queries.keeps_calendar(request.post):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return gated


class NoticeForm(forms.Form):
    """The notice of a year. `stood` is how the year stood when its preview was shown."""

    source = Line(
        gettext_lazy("通知名称和文号"), help_text=gettext_lazy("如：国务院办公厅关于…年部分节假日安排的通知（国办发明电〔…〕…号）")
    )
    days = Line(
        gettext_lazy("放假和调休"), strip=False, widget=forms.Textarea({"rows": 12, "spellcheck": "false", "placeholder": EXAMPLE}),
        help_text=gettext_lazy("每行一天或一段：日期 休或班 节日名称。可从表格粘贴；年份可省；周末本来不上班的日子写不写都行。"),
    )  # fmt: skip
    stood = Line("", widget=forms.HiddenInput)


@keepers
@require_GET
def calendar(request: access.DeskRequest) -> HttpResponse:
    """The years that are known, and one of them month by month."""
    years, today = list(queries.published_years()), timezone.localdate()
    asked = request.GET.get("year", "")
    wanted = [year for year in years if (str(year.year) == asked if asked else year.year <= today.year)]
    if asked and not wanted:
        raise Http404
    next_year = years[0].year + 1 if years else today.year
    context: dict[str, Any] = {"years": years, "next_year": next_year}
    if wanted:
        context |= {"shown": wanted[0]} | drawn(wanted[0].year) | _counts(wanted[0].year)
    return render(request, "office/calendar.html", context)


@keepers
@require_http_methods(["GET", "POST"])
def year(request: access.DeskRequest, year: int) -> HttpResponse:
    """Enter a year's notice, or amend it: first what it would change, then publish."""
    if year not in rules.YEARS:
        raise Http404
    now = _as_typed(year)
    page = partial(_page, request, year=year, is_known=bool(now["source"]))
    if request.method == "GET":
        return page(NoticeForm(initial=now))
    form = NoticeForm(request.POST)
    form.is_valid()
    lines = notices.read(form.cleaned_data["days"], year=year)
    notice = {"year": year, "source": form.cleaned_data["source"], "days": [special for line in lines for special in line.days]}
    preview, publishes = _preview(request, form, lines, notice), "publish" in request.POST
    if preview and publishes and form.cleaned_data["stood"] == now["stood"]:
        actions.publish_year(**notice, by=request.post, at=timezone.now())
        messages.success(request, _("%(year)d 年放假安排已公布。") % {"year": year})
        return redirect(reverse("office:calendar", query={"year": year}))
    counts = {"provisional": wall.provisional(), "is_new": preview and (preview.changes or notice["source"] != now["source"])}
    return page(form, lines=lines, preview=preview, stood=now["stood"], is_stale=preview and publishes, **counts)


def _page(request: access.DeskRequest, form: NoticeForm, **more: Any) -> HttpResponse:
    return render(request, "office/calendar_year.html", {"form": form} | more, status=422 if form.errors else 200)


def _preview(request: access.DeskRequest, form: NoticeForm, lines: list[notices.Line], notice: dict[str, Any]) -> actions.Preview | None:
    """What would change; nothing, with errors on the form, where a line cannot be read or the notice is refused."""
    if wrong := sum(bool(line.fault) for line in lines):
        form.add_error("days", _("有 %(count)d 行需要改正，见下表。您填写的内容都还在。") % {"count": wrong})
        return None
    try:
        return actions.preview_year(**notice, by=request.post, at=timezone.now())
    except Refusal as refusal:
        for name, sentence in refusal.fields.items():
            form.add_error(name if name in form.fields else None, sentence)
        return None


def _as_typed(year: int) -> dict[str, str]:
    """The year as it stands, as one would type it."""
    source = next((found.source for found in queries.published_years() if found.year == year), "")
    lines = [f"{special.day} {'班' if special.is_workday else '休'} {special.name}" for special in queries.special_days(year)]
    return {"source": source, "days": "\n".join(lines), "stood": " ".join([source, *lines])}


def drawn(year: int, local: Iterable[LocalDay] = ()) -> dict[str, Any]:
    """A year month by month, week by week; what a place decided in the place of what the nation says."""
    special = {each.day: each for notice in (year, year + 1) for each in queries.special_days(notice)}
    special |= {each.day: SpecialDay(each.day, each.is_workday, each.name) for each in local}
    weeks = [(month, Weeks().monthdatescalendar(year, month)) for month in range(1, 13)]
    months = [(month, [[_cell(day, month, special) for day in week] for week in rows]) for month, rows in weeks]
    return {"months": months, "weekdays": _("一 二 三 四 五 六 日").split()}


def _counts(year: int) -> dict[str, Any]:
    first = date(year, 1, 1)
    known = queries.calendar(since=first)
    return {"workdays": known.guessing().workdays(year), "until": known.known_until(first)}


def _cell(day: date, month: int, special: dict[date, SpecialDay]) -> tuple[int, str, str] | None:
    """A day on a month's sheet: its number, what it is, and its name; nothing for a day of the month before or after."""
    if day.month != month:
        return None
    if found := special.get(day):
        return day.day, "work" if found.is_workday else "off", found.name
    return day.day, "" if rules.is_weekday(day) else "weekend", ""
