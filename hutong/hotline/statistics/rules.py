"""What the numbers of a board mean, and over which time: said here once, shown beside each number. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Span = tuple[datetime, datetime]  # from a moment to another, without it
DAYS = 30  # of a board's period, today the last of them
REOPENED_WITHIN = timedelta(days=90)  # after its end; what is taken up later is a new story


@dataclass(frozen=True)
class Measure:
    """A number: what it is called, and what it counts."""

    label: str | Promise
    meaning: str | Promise


MEASURES = {
    # as things stand now
    "open": Measure(_("在办"), _("尚未办结的个案。")),
    "late": Measure(_("逾期"), _("尚未办结、曾有环节超过时限的个案，最早逾期的在前。")),
    "transfers": Measure(_("跨市移送"), _("由本级裁定、尚未了结的移送，待裁定的在前。")),
    "held": Measure(_("退单待裁定"), _("第二次退单后由本级指定主办机构的个案。")),
    "extend": Measure(_("延期待批"), _("下级申请延期、由本级批准的个案。")),
    # of the last thirty days
    "registered": Measure(_("登记"), _("近 30 天内新立的个案。")),
    "closed": Measure(_("办结"), _("近 30 天内办结的个案，重新办理后再次办结的再计一次。")),
    "missed": Measure(_("逾期"), _("近 30 天内超过的时限，每个时限计一次，计入当时的主办机构。")),
    "returned": Measure(_("退单"), _("近 30 天内主办机构退单的次数，计入退单的机构。")),
    "reopened": Measure(_("重办"), _("近 30 天内重新办理的次数，只计办结不满 90 天的，计入原来的主办机构。")),
    "ended": Measure(_("走完的环节"), _("近 30 天内结束的时限，延期或调级替换下来的不计，计入当时应办理的机构。")),
    "overran": Measure(_("逾期的环节"), _("近 30 天内结束的时限中，结束时已经逾期的。")),
    "asked": Measure(_("问到满意度的回访"), _("近 30 天内问到满意度的回访，计入当时的主办机构。")),
    "dissatisfied": Measure(_("不满意"), _("近 30 天内回访时表示不满意的。")),
    "on_time": Measure(_("按时率"), _("近 30 天内结束的时限中按时结束的比例，只舍不入。")),
    "satisfaction": Measure(_("满意率"), _("近 30 天内问到满意度的回访中，满意和基本满意的比例，只舍不入。")),
    # the shift
    "waiting": Measure(_("待处理来访"), _("自行到达、还没有人看过的来访，先到期的在前。")),
    "untouched": Measure(_("无人处理"), _("由本中心负责、交来后本中心还没有人办理过的个案，最久的在前。")),
    "low": Measure(_("快到期"), _("剩余时间不足两成、还没有逾期的时限，先到期的在前。")),
    "missed_today": Measure(_("今日逾期"), _("本中心的个案今天超过的时限，以及报给了谁。")),
    "at_work": Measure(_("在岗"), _("近 5 分钟内在系统里有过操作、或打开着个案的接线员、值班长和协调员。")),
}
# A share of a board: what went wrong, of what there was.
RATES = {"on_time": ("overran", "ended"), "satisfaction": ("dissatisfied", "asked")}


def period(today: date) -> list[date]:
    """The days of a board, today the last."""
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def quarter(at: datetime) -> datetime:
    """When the quarter of an hour began in which this moment is."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def good(wrong: int, of: int) -> int | None:
    """The share that went well, in whole per cent: rounded down, so that 100 means all. None where there was nothing."""
    return 100 * (of - wrong) // of if of else None


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in the fewest spans: of spans in order, those that follow one another become one; those without length go."""
    found: list[Span] = []
    for first, last in spans:
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], last)
        elif first < last:
            found.append((first, last))
    return found
