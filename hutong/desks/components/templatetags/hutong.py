"""What templates of every desk build with. `/components` shows each in all its states."""

from datetime import datetime, timedelta
from functools import cache

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from hutong.desks.components.alerts import alerts_of
from hutong.desks.components.boards import Figure
from hutong.desks.components.icons import ICONS
from hutong.hotline.cases.models import Case, Stage
from hutong.hotline.kernel.texts import span
from hutong.hotline.network.models import Office
from hutong.hotline.notices import queries
from hutong.hotline.rulebook.models import Tier
from hutong.hotline.statistics.rules import Measure

register = template.Library()
PROVISIONAL = gettext_noop("暂计：到期日一带的放假安排尚未录入，先按周一至周五推算，录入后自动核定。")


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon, silent to screen readers: words must stand beside it."""
    return format_html('<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{}</svg>', mark_safe(ICONS[name]))  # noqa: S308 our own drawings


@register.simple_tag
def tier(code: str) -> SafeString:
    """The badge of a tier: number, name, shape and colour."""
    return _tier(code, get_language())


@cache
def _tier(code: str, _language: str) -> SafeString:
    return format_html('<span class="tier tier-{}">{}{} {}</span>', code, icon(f"tier-{code}"), code, Tier(code).label)


@register.simple_tag
def stage(code: str) -> SafeString:
    """The chip of a stage."""
    return _stage(code, get_language())


@cache
def _stage(code: str, _language: str) -> SafeString:
    return format_html('<span class="badge{}">{}</span>', "" if code == Stage.CLOSED else " accent", Stage(code).label)


@register.inclusion_tag("components/loop.html")
def loop_strip(code: str) -> dict[str, object]:
    """The nine stages, with the one where the case stands."""
    stages = list(Stage)
    here = stages.index(Stage(code))
    return {
        "steps": [("done" if at < here else "now" if at == here else "ahead", step.label) for at, step in enumerate(stages)],
        "here": here + 1,
        "label": stages[here].label,
    }


@register.simple_tag
def clock(
    due_at: datetime | None, started_at: datetime | None = None, warned: int | None = None, is_provisional: bool = False
) -> SafeString:
    """A countdown to `due_at`, drawn here and kept ticking by the browser. Nothing where nothing is due.

    `warned` (0, 50, 80) is the last alarm of the clock. Give it where the limit runs in working time only; elsewhere the
    browser marks half and four fifths of the time from `started_at` by itself. `is_provisional` is the clock's own.
    """
    if due_at is None:
        return format_html('<span class="soft">{}</span>', "—")
    left = due_at - timezone.now()
    text = _("已超 {span}") if left < timedelta() else _("还剩 {span}")
    title = _("到期 {moment}").format(moment=full(due_at))
    return format_html(
        '<case-clock due="{}"{}{}{} title="{}" class="{}">{}</case-clock>',
        due_at.isoformat(),
        format_html(' started="{}"', started_at.isoformat()) if started_at else "",
        format_html(' warned="{}"', warned) if warned is not None else "",
        format_html(' provisional="{}"', _("暂计")) if is_provisional else "",
        title + _("。") + _(PROVISIONAL) if is_provisional else title,
        "over" if left < timedelta() else "",
        text.format(span=span(abs(left))),
    )


def full(moment: datetime) -> str:
    """Date and time to the second, for a title."""
    return date_format(timezone.localtime(moment), _("Y年n月j日 H:i:s"))


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A moment as people say it: 今天 14:05, 昨天 09:30, 9月18日 14:05; the whole of it on hover."""
    if moment is None:
        return format_html('<span class="soft">{}</span>', "—")
    local, today = timezone.localtime(moment), timezone.localdate()
    formats = {
        today: _("今天 H:i"),
        today - timedelta(days=1): _("昨天 H:i"),
        today + timedelta(days=1): _("明天 H:i"),
    }
    pattern = formats.get(local.date()) or (_("n月j日 H:i") if local.year == today.year else _("Y年n月j日 H:i"))
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), full(moment), date_format(local, pattern))


@register.simple_tag
def duration(seconds: float) -> str:
    """How long a sound is, or where in it: 2:03, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """A form's field with label, hint and errors, tied together for screen readers."""
    return bound.as_field_group()


@register.simple_tag
def avatar(name: str) -> SafeString:
    """A person's mark: the last character of a Chinese name, the initial of another; the whole name on hover."""
    short = name[:1].upper() if name.isascii() else name[-1:]
    return format_html('<span class="avatar" role="img" title="{0}" aria-label="{0}">{1}</span>', name, short)


@register.inclusion_tag("components/empty.html")
def empty(title: str, advice: str, link: str = "", label: str = "", symbol: str = "list") -> dict[str, str]:
    """An empty place that says what to do next, with a link when there is somewhere to go."""
    return {"title": title, "advice": advice, "link": link, "label": label, "symbol": symbol}


@register.simple_tag
def masked(value: str) -> SafeString:
    """A value of which only a part is shown; the caller masks it."""
    return format_html('<span class="masked" title="{}">{}{}</span>', _("部分隐去"), icon("lock"), value)


@register.inclusion_tag("components/case_row.html")
def case_row(case: Case) -> dict[str, Case]:
    """A case in a list: how urgent, what, by when, where it stands, with whom."""
    return {"case": case}


@register.simple_tag
def tile_figures(figures: list[Figure]) -> SafeString:
    """The numbers of a tile. No template of their own, and their words drawn once: a board of counties has hundreds of them."""
    drawn = ((each.address, each.value, *_around(each.measure, each.is_missed)) for each in figures)
    return format_html_join("", '<a class="tile-figure" href="{0}"{2}{1}{3}', drawn)


@cache
def _around(measure: Measure, is_missed: bool) -> tuple[SafeString, SafeString]:
    """What stands around the number of a tile: its meaning as a title, its name. The measure is in the reader's words (`boards.said`)."""
    mark = format_html(' class="missed">{}', icon("alert")) if is_missed else mark_safe(">")
    return format_html(' title="{}"><strong{}', measure.meaning, mark), format_html("</strong><span>{}</span></a>", measure.label)


@register.inclusion_tag("components/refused.html")
def refused(label: str, reason: object) -> dict[str, object]:
    """A button that is not open now, with its reason (a `Reason`) on hover, focus and tap."""
    return {"label": label, "reason": reason}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page: "Page[object]") -> dict[str, object]:
    """The way from page to page of a long list; keeps the rest of the query."""
    return {"page": page, "request": context["request"]}


@register.inclusion_tag("components/alerts.html", takes_context=True)
def alerts(context: template.Context) -> dict[str, object]:
    """What of tier I this person's office has not confirmed."""
    return alerts_of(context["request"]) | {"csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/failing_ways.html")
def failing_ways(office: Office, may_mend: bool = False) -> dict[str, object]:
    """The office's ways whose provider fails again and again; nothing where all is well. `may_mend` leads there."""
    return {"ways": queries.failing(office), "office": office, "may_mend": may_mend}
