"""Reading a year's notice as people type or paste it: a day, or a span of days, in each line. Pure.

2027-01-01 休 元旦            2027/1/1,休,元旦            2027年1月1日（周五）放假 元旦
2027-02-06 至 2027-02-12 休 春节                          2月7日 班 春节调休
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from unicodedata import normalize

from django.utils.translation import gettext as _

from hutong.hotline.clocks.rules import NAME_LENGTH, SpecialDay, year_of_notice
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import listed

LONGEST = 31  # days of one span
WORKS = {"休": False, "放假": False, "班": True, "上班": True, "补班": True}
DAY = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*(?:\([^()]*\))?"
LINE = re.compile(rf"{DAY}(?:\s*(?:至|到|~|〜|-+|–|—+)\s*{DAY})?[\s,、;]*(上班|补班|班|放假|休)[\s,、;:]*(.*)")


class Line(NamedTuple):
    """A line as typed, with the days that it names, or what is wrong with it."""

    number: int
    text: str
    days: tuple[SpecialDay, ...] = ()
    fault: str = ""

    @property
    def usual(self) -> int:
        """How many of its days are as their weekday is anyway."""
        return sum(not special.differs for special in self.days)


def read(text: str, *, year: int, years: Sequence[int] = ()) -> list[Line]:
    """The lines that are not empty. A day without a year is of `year`; a day must be of the notices of `years` (of `year` alone)."""
    lines: list[Line] = []
    seen: dict[date, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            days = tuple(_days(line, year, years or [year]))
            _check_once(days, seen)
        except Refusal as fault:
            lines.append(Line(number, line.strip(), fault=str(fault)))
        else:
            lines.append(Line(number, line.strip(), days))
            seen |= dict.fromkeys((special.day for special in days), number)
    return lines


def _days(line: str, year: int, years: Sequence[int]) -> Iterator[SpecialDay]:
    found = LINE.fullmatch(" ".join(normalize("NFKC", line).replace('"', "").split()))
    if found is None:
        raise _unreadable(_("看不懂这一行。请写“日期 休或班 节日名称”，如：{year}-01-01 休 元旦").format(year=year))
    kind, name = found[7], found[8].strip(" ,、;:")
    if not name:
        raise _unreadable(_("请在“{kind}”后面写明节日名称。").format(kind=kind))
    if len(name) > NAME_LENGTH:
        raise _unreadable(_("节日名称有 {count} 字，最多 {most} 字。").format(count=len(name), most=NAME_LENGTH))
    first = _day(found[1], found[2], found[3], year)
    last = _day(found[4], found[5], found[6], first.year) if found[5] else first
    if last < first:
        raise _unreadable(_("结束的日子早于开始的日子。"))
    if (last - first).days >= LONGEST:
        raise _unreadable(_("一行写了 {count} 天，最多 {most} 天，请核对起止日期。").format(count=(last - first).days + 1, most=LONGEST))
    for count in range((last - first).days + 1):
        day = first + timedelta(count)
        if day.year not in years and year_of_notice(day) not in years:
            raise _unreadable(_("{day} 不属于 {year} 年的安排。").format(day=day, year=listed(years)))
        yield SpecialDay(day, WORKS[kind], name)


def _day(written: str | None, month: str, day: str, year: int) -> date:
    if written is None and month.lstrip("0") == "12":
        raise _unreadable(_("12 月的日子请写明年份：可能是上一年年底，也可能是这一年年底。"))
    try:
        return date(int(written or year), int(month), int(day))
    except ValueError:
        raise _unreadable(_("没有 {year} 年 {month} 月 {day} 日这一天。").format(year=written or year, month=month, day=day)) from None


def _check_once(days: tuple[SpecialDay, ...], seen: dict[date, int]) -> None:
    for special in days:
        if special.day in seen:
            raise _unreadable(_("{day} 在第 {number} 行已经写过。").format(day=special.day, number=seen[special.day]))


def _unreadable(sentence: str) -> Refusal:
    return Refusal(Reason("notice_line", sentence))
