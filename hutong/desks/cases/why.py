"""Why a deadline is when it is, in plain words: the limit, from when it counts, the sum line by line, and what came of it."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.desks.components import wording
from hutong.hotline.clocks import hours
from hutong.hotline.clocks.queries import Explanation, rises
from hutong.hotline.clocks.rules import MINUTE, Span, last_day
from hutong.hotline.clocks.sums import Line
from hutong.hotline.kernel.texts import listed
from hutong.hotline.rulebook.models import Unit

AMOUNTS = {
    Unit.MINUTE: gettext_lazy("{time}，昼夜连续计时"),
    Unit.DAY: gettext_lazy("{count} 个自然日，每日 24 小时，昼夜连续计时"),
    Unit.WORKING_MINUTE: gettext_lazy("{time}，只计工作时间"),
    Unit.WORKING_DAY: gettext_lazy("{count} 个工作日"),
}
ON_A_WORKDAY = gettext_lazy("；最后一天是休息日的，到下一个工作日下班时为止（民法典第二百零三条）")
HIGHER = gettext_lazy("等级调高后期限只会提前：原期限更早，仍以原期限为准。")
LOWER = gettext_lazy("等级降低后期限不会提前：原期限更晚，仍以原期限为准。")
VERDICTS = {
    "sum": gettext_lazy("算到这里时限届满，就是现在的期限。"),
    "at_once": gettext_lazy("按新的等级，时间在改等级之前就已用完，所以改定时立即到期。"),
    "otherwise": gettext_lazy("现有的放假安排和工作时间记录已算不出原来的结果，以上只供参考；期限以当时定下的为准。"),
}


class Row(NamedTuple):
    """A line of the sum as it is printed."""

    day: str
    reason: str
    times: str
    counted: str
    total: str


def told(explanation: Explanation) -> dict[str, Any]:
    """An explanation as the page prints it; that of a deadline which was extended within it."""
    longer_than = explanation.longer_than
    return {
        "each": explanation,
        "amount": amount(explanation),
        "since": wording.moment(explanation.since),
        "due": wording.moment(explanation.clock.due_at, ends=True),
        "ends": wording.moment(explanation.ends_at, ends=True),
        "hours": hours_of(explanation),
        "pauses": [
            _("{start} 至 {end}").format(start=wording.moment(begins), end=wording.moment(ends, ends=True))
            for begins, ends in explanation.pauses
        ],
        "rows": [row(line, explanation) for line in explanation.lines],
        "has_times": any(line.spans for line in explanation.lines),
        "verdict": verdict(explanation),
        "replaced": [(old, wording.moment(old.replaces.due_at, ends=True)) for old in explanation.replaced if old.replaces],
        "longer_than": told(longer_than) if longer_than else None,
    }


def amount(explanation: Explanation) -> str:
    """How much time the limit gives."""
    time = wording.hours(explanation.amount * MINUTE)
    said = AMOUNTS[Unit(explanation.unit)].format(count=explanation.amount, time=time)
    return f"{said}{ON_A_WORKDAY}" if explanation.clock.limit.ends_on_workday and explanation.unit == Unit.DAY else said


def hours_of(explanation: Explanation) -> str:
    """The windows that counted, and whose they are; none in real time."""
    found = explanation.hours
    if found is None:
        return ""
    whose = found.office.name if found.office else _("全国通用")
    return _("{windows}（{whose}）").format(windows=hours.written(found.windows), whose=whose)


def row(line: Line, of: Explanation) -> Row:
    """A day (its year where it is another than at the start): what it is, when it counted, how much, how much in all."""
    day = date_format(line.day, _("n月j日 l")) if line.day.year == of.lines[0].day.year else wording.day(line.day)
    reason = " ".join(str(part) for part in (line.reason, line.name) if part)
    counted, total = (_long(length, of.unit) if length else "" for length in (line.counted, line.total))
    return Row(day, reason, listed(map(times, line.spans)), counted or "—", total)


def _long(length: timedelta, unit: str) -> str:
    return _("{count} 天").format(count=length.days) if unit == Unit.WORKING_DAY else wording.hours(length)


def times(span: Span) -> str:
    """09:00–12:00; where it ends on another day, that day too."""
    opens, closes = map(timezone.localtime, span)
    if last_day(closes) == opens.date():
        return f"{wording.clock_time(opens)}–{wording.clock_time(closes, ends=True)}"
    return _("{start} 至 {end}").format(start=wording.clock_time(opens), end=wording.moment(closes, ends=True))


def verdict(explanation: Explanation) -> str | Promise:
    """What makes the end of the sum the deadline, or something else."""
    clock, way = explanation.clock, explanation.verdict
    if way == "kept" and clock.replaces:
        return HIGHER if rises(clock, clock.replaces) else LOWER
    return VERDICTS[way]
