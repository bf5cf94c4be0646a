"""What people type or paste of a notice, read line by line."""

from datetime import date

import pytest

from hutong.hotline.clocks import notices
from hutong.hotline.clocks.rules import SpecialDay

NEW_YEAR = SpecialDay(date(2027, 1, 1), False, "元旦")
MADE_UP = SpecialDay(date(2027, 2, 7), True, "春节调休")


@pytest.mark.parametrize(
    "line",
    [
        "2027-01-01 休 元旦",
        "2027/1/1,休,元旦",
        "2027/1/1\t休\t元旦",
        "２０２７－０１－０１　休　元旦",
        "2027.1.1，休，元旦",
        "2027年1月1日（周五）放假 元旦",
        "2027年1月1日休元旦",
        "1月1日 休 元旦",
        "1-1 休 元旦",
        '"2027-01-01","休","元旦"',
        "   2027-01-01   休   元旦   ",
    ],
)
def test_a_day_may_be_written_in_many_ways(line: str) -> None:
    assert notices.read(line, year=2027) == [(1, line.strip(), (NEW_YEAR,), "")]


@pytest.mark.parametrize("kind", ["班", "上班", "补班"])
def test_a_day_at_work_too(kind: str) -> None:
    (line,) = notices.read(f"2027-02-07 {kind} 春节调休", year=2027)
    assert line.days == (MADE_UP,)


@pytest.mark.parametrize("between", [" 至 ", "至", "到", "~", "～", " - ", "–", "——"])
def test_a_span_of_days(between: str) -> None:
    (line,) = notices.read(f"2027-02-06{between}2027-02-12 休 春节", year=2027)
    assert line.days == tuple(SpecialDay(date(2027, 2, day), False, "春节") for day in range(6, 13))
    assert line.usual == 2


def test_a_span_may_leave_out_the_second_year_and_begin_in_the_year_before() -> None:
    (line,) = notices.read("2026-12-30 至 2027-1-1 休 元旦", year=2027)
    assert [special.day for special in line.days] == [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)]
    (line,) = notices.read("2027年2月6日至2月8日 休 春节", year=2027)
    assert [special.day.day for special in line.days] == [6, 7, 8]


def test_empty_lines_are_passed_over_and_the_numbers_stay() -> None:
    lines = notices.read("\n2027-01-01 休 元旦\r\n\r\n  \n2027-02-07 班 春节调休\n", year=2027)
    assert [(line.number, line.days) for line in lines] == [(2, (NEW_YEAR,)), (5, (MADE_UP,))]


FAULTS = {
    "元旦": "看不懂这一行。请写“日期 休或班 节日名称”，如：2027-01-01 休 元旦",
    "日期,类型,名称": "看不懂这一行。请写“日期 休或班 节日名称”，如：2027-01-01 休 元旦",
    "2027-01-01 元旦": "看不懂这一行。请写“日期 休或班 节日名称”，如：2027-01-01 休 元旦",
    "2027-02-30 休 春节": "没有 2027 年 02 月 30 日这一天。",
    "2027-13-01 休 春节": "没有 2027 年 13 月 01 日这一天。",
    "0000-01-01 休 春节": "没有 0000 年 01 月 01 日这一天。",
    "2027-02-12 至 2027-02-06 休 春节": "结束的日子早于开始的日子。",
    "2027-02-01 至 2027-03-06 休 春节": "一行写了 34 天，最多 31 天，请核对起止日期。",
    "2028-01-01 休 元旦": "2028-01-01 不属于 2027 年的安排。",
    "2026-12-24 休 元旦": "2026-12-24 不属于 2027 年的安排。",
    "12月31日 休 元旦": "12 月的日子请写明年份：可能是上一年年底，也可能是这一年年底。",
    "2027-01-01 休": "请在“休”后面写明节日名称。",
    f"2027-01-01 休 {'节' * 41}": "节日名称有 41 字，最多 40 字。",
}


@pytest.mark.parametrize("line", FAULTS)
def test_what_is_wrong_with_a_line_is_said_in_plain_words(line: str) -> None:
    assert notices.read(line, year=2027) == [(1, line, (), FAULTS[line])]


def test_a_day_that_is_written_twice_is_named_with_its_first_line() -> None:
    lines = notices.read("2027-02-06 至 2027-02-12 休 春节\n\n2027-02-07 班 春节调休", year=2027)
    assert [line.fault for line in lines] == ["", "2027-02-07 在第 1 行已经写过。"]


def test_a_very_long_line_is_answered_at_once() -> None:
    (line,) = notices.read("2027-01-01" + " " * 1_000_000 + "?", year=2027)
    assert line.fault.startswith("看不懂")
