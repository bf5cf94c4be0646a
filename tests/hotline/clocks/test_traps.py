"""The sums that other engines get wrong, worked out by hand on China's published calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import is_workday

from hutong.hotline.clocks import rules
from hutong.hotline.clocks.rules import DEFAULT_WINDOWS, SHANGHAI, Calendar, SpecialDay, UnpublishedYear, Windows
from tests.hotline.clocks.model import PACKAGED, moment

DAY_AND_NIGHT = ((0, 24 * 60),)
EVENING = ((18 * 60, 24 * 60),)
NIGHT = ((0, 6 * 60), (22 * 60, 24 * 60))
THREE = ((8 * 60, 12 * 60), (13 * 60, 17 * 60), (19 * 60, 21 * 60))
MINUTES, DAYS = "working_minute", "working_day"

TRAPS = {
    "Friday evening to a make-up Sunday": (DEFAULT_WINDOWS, "2026-09-18 17:00", 120, MINUTES, "2026-09-20 10:30"),
    "over the lunch break": (DEFAULT_WINDOWS, "2026-09-14 11:30", 60, MINUTES, "2026-09-14 14:00"),
    "to the last minute before lunch": (DEFAULT_WINDOWS, "2026-09-14 11:00", 60, MINUTES, "2026-09-14 12:00"),
    "begun in the lunch break": (DEFAULT_WINDOWS, "2026-09-14 12:40", 30, MINUTES, "2026-09-14 14:00"),
    "begun as the lunch break begins": (DEFAULT_WINDOWS, "2026-09-14 12:00", 1, MINUTES, "2026-09-14 13:31"),
    "begun before the office opens": (DEFAULT_WINDOWS, "2026-09-14 06:00", 30, MINUTES, "2026-09-14 09:30"),
    "begun as the office closes": (DEFAULT_WINDOWS, "2026-09-14 17:30", 30, MINUTES, "2026-09-15 09:30"),
    "begun a second before the office closes": (DEFAULT_WINDOWS, "2026-09-14 17:29:59", 1, MINUTES, "2026-09-15 09:00:59"),
    "to the last minute of the day": (DEFAULT_WINDOWS, "2026-09-14 17:00", 30, MINUTES, "2026-09-14 17:30"),
    "begun on a holiday": (DEFAULT_WINDOWS, "2026-10-01 10:00", 30, MINUTES, "2026-10-08 09:30"),
    "over the eight days of National Day": (DEFAULT_WINDOWS, "2026-09-30 17:00", 60, MINUTES, "2026-10-08 09:30"),
    "a whole make-up Saturday": (DEFAULT_WINDOWS, "2026-10-09 17:30", 420, MINUTES, "2026-10-10 17:30"),
    "up to midnight": (EVENING, "2026-09-14 23:30", 30, MINUTES, "2026-09-15 00:00"),
    "over midnight into the next evening": (EVENING, "2026-09-14 23:59", 2, MINUTES, "2026-09-15 18:01"),
    "day and night, but not on Saturday": (DAY_AND_NIGHT, "2026-09-11 23:59", 2, MINUTES, "2026-09-14 00:01"),
    "three windows a day": (THREE, "2026-09-14 16:30", 120, MINUTES, "2026-09-14 20:30"),
    "the end of a month": (DEFAULT_WINDOWS, "2026-08-31 17:00", 60, MINUTES, "2026-09-01 09:30"),
    "the end of a year that is known": (DEFAULT_WINDOWS, "2025-12-31 17:00", 60, MINUTES, "2026-01-04 09:30"),
    "New Year's Eve off by the next year's notice": (DEFAULT_WINDOWS, "2018-12-28 17:00", 480, MINUTES, "2019-01-02 09:30"),
    "the leap day": (DEFAULT_WINDOWS, "2024-02-28 17:00", 480, MINUTES, "2024-03-01 09:30"),
    "no time at all, in the night": (DEFAULT_WINDOWS, "2026-09-14 23:00", 0, MINUTES, "2026-09-14 23:00"),
    "no day at all, on a holiday": (DEFAULT_WINDOWS, "2026-10-01 10:00", 0, DAYS, "2026-10-01 10:00"),
    "one working day: the day itself is not counted": (DEFAULT_WINDOWS, "2026-09-14 09:00", 1, DAYS, "2026-09-15 17:30"),
    "one working day, begun at night": (DEFAULT_WINDOWS, "2026-09-14 23:00", 1, DAYS, "2026-09-15 17:30"),
    "one working day from Friday to a make-up Sunday": (DEFAULT_WINDOWS, "2026-09-18 10:00", 1, DAYS, "2026-09-20 17:30"),
    "one working day, begun on a Sunday": (DEFAULT_WINDOWS, "2026-09-13 10:00", 1, DAYS, "2026-09-14 17:30"),
    "one working day over a long holiday": (DEFAULT_WINDOWS, "2026-09-30 10:00", 1, DAYS, "2026-10-08 17:30"),
    "one working day over Spring Festival": (DEFAULT_WINDOWS, "2026-02-14 10:00", 1, DAYS, "2026-02-24 17:30"),
    "one working day to the leap day": (DEFAULT_WINDOWS, "2024-02-28 10:00", 1, DAYS, "2024-02-29 17:30"),
    "one working day that ends at midnight": (EVENING, "2026-09-14 19:00", 1, DAYS, "2026-09-16 00:00"),
    "fifteen working days over Mid-Autumn and National Day": (DEFAULT_WINDOWS, "2026-09-18 10:00", 15, DAYS, "2026-10-15 17:30"),
    "two more than a year of working days": (DEFAULT_WINDOWS, "2025-01-02 10:00", 250, DAYS, "2026-01-06 17:30"),
    "a natural day over a weekend": (DEFAULT_WINDOWS, "2026-09-18 22:00", 2, "day", "2026-09-20 22:00"),
    "minutes in the night": (DEFAULT_WINDOWS, "2026-10-01 23:55", 10, "minute", "2026-10-02 00:05"),
    "the leap day in real time": (DEFAULT_WINDOWS, "2024-02-28 10:00", 2, "day", "2024-03-01 10:00"),
    "the last minute of a day that has 24 hours": (DAY_AND_NIGHT, "2026-09-14 23:59", 1, MINUTES, "2026-09-15 00:00"),
    "from the last minute to the first": (DAY_AND_NIGHT, "2026-09-14 23:59", 2, MINUTES, "2026-09-15 00:01"),
    "a night shift, in two windows": (NIGHT, "2026-09-14 23:00", 120, MINUTES, "2026-09-15 01:00"),
    "a night shift into Saturday": (NIGHT, "2026-09-11 23:00", 120, MINUTES, "2026-09-14 01:00"),
    "the end of a month in real time": (DEFAULT_WINDOWS, "2026-01-31 10:00", 1, "day", "2026-02-01 10:00"),
    "the end of a year in real time": (DEFAULT_WINDOWS, "2026-12-31 23:59", 1, "minute", "2027-01-01 00:00"),
    "no leap day in 2026": (DEFAULT_WINDOWS, "2026-02-28 10:00", 1, "day", "2026-03-01 10:00"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_a_limit_ends_when_a_careful_person_says_it_does(trap: str) -> None:
    windows, start, amount, unit, due = TRAPS[trap]
    assert rules.due(moment(start), amount, unit, calendar=PACKAGED, windows=windows) == moment(due)


PAUSED = {
    "an hour of work": ("09-14 10:00", 120, MINUTES, [("09-14 10:30", "09-14 11:30")], "09-14 14:30"),
    "over lunch: only what would have been worked": ("09-14 11:00", 60, MINUTES, [("09-14 11:30", "09-14 14:00")], "09-14 14:30"),
    "in the night: nothing": ("09-14 17:00", 60, MINUTES, [("09-14 17:30", "09-15 09:00")], "09-15 09:30"),
    "across a holiday": ("09-29 10:00", 3, DAYS, [("09-30 09:00", "10-09 09:00")], "10-12 17:30"),
    "across a holiday, by the minute": ("09-30 16:30", 120, MINUTES, [("09-30 17:00", "10-08 10:00")], "10-08 11:30"),
    "a working day that ends in it does not count": ("09-14 10:00", 1, DAYS, [("09-15 17:00", "09-15 18:00")], "09-16 17:30"),
    "a working day that it leaves before the end counts": ("09-14 10:00", 1, DAYS, [("09-15 09:00", "09-15 17:29")], "09-15 17:30"),
    "from the close on, half-open": ("09-14 10:00", 1, DAYS, [("09-15 17:30", "09-17 09:00")], "09-15 17:30"),
    "up to the close, half-open": ("09-14 10:00", 1, DAYS, [("09-15 10:00", "09-15 17:30")], "09-16 17:30"),
    "two that overlap": ("09-14 10:00", 60, "minute", [("09-14 10:30", "09-14 11:00"), ("09-14 10:10", "09-14 10:40")], "09-14 11:50"),
    "in the wrong order": ("09-14 10:00", 60, "minute", [("09-14 10:50", "09-14 11:00"), ("09-14 10:10", "09-14 10:20")], "09-14 11:20"),
    "none at all": ("09-14 10:00", 60, "minute", [("09-14 10:30", "09-14 10:30")], "09-14 11:00"),
    "begun before the start": ("09-14 10:00", 60, "minute", [("09-13 10:00", "09-14 10:30")], "09-14 11:30"),
    "after the end": ("09-14 10:00", 60, "minute", [("09-14 11:00", "09-14 12:00")], "09-14 11:00"),
    "days of 24 hours": ("09-14 10:00", 2, "day", [("09-15 00:00", "09-16 12:00")], "09-17 22:00"),
    "a limit of zero": ("09-14 10:00", 0, "day", [("09-14 09:00", "09-16 12:00")], "09-14 10:00"),
}  # fmt: skip


@pytest.mark.parametrize("trap", PAUSED)
def test_in_a_pause_no_time_passes(trap: str) -> None:
    start, amount, unit, pauses, due = PAUSED[trap]
    spans = [(this_year(begins), this_year(ends)) for begins, ends in pauses]
    assert rules.due(this_year(start), amount, unit, calendar=PACKAGED, windows=DEFAULT_WINDOWS, pauses=spans) == this_year(due)


def this_year(text: str) -> datetime:
    return moment(f"2026-{text}")


EXTENDED = {
    "on a working day it stays": ("2026-09-14 10:00", 3, "day", "2026-09-17 10:00"),
    "on a Saturday it goes on to Monday's close": ("2026-09-07 10:00", 5, "day", "2026-09-14 17:30"),
    "over the whole of National Day": ("2026-09-28 10:00", 5, "day", "2026-10-08 17:30"),
    "to a Sunday that is made up for": ("2026-09-14 10:00", 5, "day", "2026-09-20 17:30"),
    "on that Sunday it stays": ("2026-09-14 10:00", 6, "day", "2026-09-20 10:00"),
    "24:00 of Friday is Friday": ("2026-09-10 00:00", 2, "day", "2026-09-12 00:00"),
    "a second later is Saturday": ("2026-09-10 00:00:01", 2, "day", "2026-09-14 17:30"),
    "minutes are never extended": ("2026-09-11 10:00", 24 * 60, "minute", "2026-09-12 10:00"),
    "a limit of zero neither": ("2026-09-12 10:00", 0, "day", "2026-09-12 10:00"),
    "over the leap day, a Thursday": ("2024-02-28 10:00", 1, "day", "2024-02-29 10:00"),
}


@pytest.mark.parametrize("trap", EXTENDED)
def test_natural_days_that_end_on_a_day_off_end_with_the_next_working_day(trap: str) -> None:
    start, amount, unit, due = EXTENDED[trap]
    assert rules.due(moment(start), amount, unit, calendar=PACKAGED, windows=DEFAULT_WINDOWS, ends_on_workday=True) == moment(due)
    plain = rules.due(moment(start), amount, unit, calendar=Calendar(), windows=())
    assert plain == moment(start) + amount * timedelta(days=1 if unit == "day" else 0, minutes=1 if unit == "minute" else 0)


@pytest.mark.parametrize(("unit", "amount"), [("minute", 30), ("day", 1), (MINUTES, 30), (DAYS, 1)])
def test_a_clock_that_is_set_back_an_hour_counts_neither_twice_nor_not_at_all(unit: str, amount: int) -> None:
    new_york = ZoneInfo("America/New_York")  # 2026-11-01: 01:30 comes twice there
    once, again = (datetime(2026, 11, 1, 1, 30, tzinfo=new_york, fold=fold) for fold in (0, 1))
    dues = [rules.due(at, amount, unit, calendar=PACKAGED, windows=DAY_AND_NIGHT) for at in (once, again)]
    assert dues == [rules.due(at.astimezone(UTC), amount, unit, calendar=PACKAGED, windows=DAY_AND_NIGHT) for at in (once, again)]
    shanghai_1991 = datetime(1991, 9, 15, 0, 30, tzinfo=SHANGHAI)  # the last summer time of China ended at 02:00
    real = rules.due(shanghai_1991, 180, "minute", calendar=Calendar(), windows=())
    assert (real.hour, real - shanghai_1991.astimezone(UTC)) == (2, timedelta(hours=3))


LOCAL = {
    "a typhoon takes a working day out": ({date(2026, 9, 15): False}, "2026-09-14 10:00", 1, "2026-09-16 17:30"),
    "a local holiday as well": ({date(2026, 4, 20): False, date(2026, 4, 21): False}, "2026-04-17 10:00", 1, "2026-04-22 17:30"),
    "a Saturday made up for there": ({date(2026, 9, 12): True}, "2026-09-11 10:00", 1, "2026-09-12 17:30"),
    "a place that works on National Day": ({date(2026, 10, 1): True}, "2026-09-30 10:00", 1, "2026-10-01 17:30"),
    "a place that does not make up for it": ({date(2026, 9, 20): False}, "2026-09-18 10:00", 1, "2026-09-21 17:30"),
    "a day in a year that nobody has published": ({date(2026, 12, 28): True}, "2026-12-24 20:00", 1, None),
    "only that day is needed": ({date(2026, 12, 25): True}, "2026-12-24 20:00", 1, "2026-12-25 17:30"),
}


@pytest.mark.parametrize("trap", LOCAL)
def test_what_a_place_decides_outdoes_what_the_nation_says(trap: str) -> None:
    local, start, amount, due = LOCAL[trap]
    calendar = replace(PACKAGED, local=local)
    if due is None:
        with pytest.raises(UnpublishedYear):
            rules.due(moment(start), amount, DAYS, calendar=calendar, windows=DEFAULT_WINDOWS)
    else:
        assert rules.due(moment(start), amount, DAYS, calendar=calendar, windows=DEFAULT_WINDOWS) == moment(due)


def test_a_moment_is_the_same_in_every_zone() -> None:
    utc = datetime.fromisoformat("2026-09-18T09:00:00+00:00")
    due = rules.due(utc, 120, MINUTES, calendar=PACKAGED, windows=DEFAULT_WINDOWS)
    assert due == moment("2026-09-20 10:30")
    assert due.utcoffset() == timedelta(hours=8)


def test_an_unpublished_year_is_refused_by_name() -> None:
    with pytest.raises(UnpublishedYear) as refusal:
        rules.due(moment("2026-12-18 10:00"), 15, DAYS, calendar=PACKAGED, windows=DEFAULT_WINDOWS)
    assert str(refusal.value) == (
        "2027 年的放假调休安排尚未录入，无法计算工作时限。 请管理员先录入国务院办公厅关于 2027 年部分节假日安排的通知。"
    )


@pytest.mark.parametrize(
    ("start", "amount", "unit"), [("2026-12-24 17:00", 30, MINUTES), ("2026-12-23 10:00", 1, DAYS), ("2026-12-31 10:00", 5, "day")]
)
def test_a_year_that_is_not_needed_is_not_asked_for(start: str, amount: int, unit: str) -> None:
    assert rules.due(moment(start), amount, unit, calendar=PACKAGED, windows=DEFAULT_WINDOWS) >= moment(start)


def test_the_last_days_of_december_wait_for_the_next_notice() -> None:
    known = Calendar(frozenset({2018}))
    with pytest.raises(UnpublishedYear) as refusal:
        known.is_workday(date(2018, 12, 31))
    assert refusal.value.year == 2019
    assert known.is_workday(date(2018, 12, 24))


def test_no_notice_has_ever_named_an_earlier_day_of_december() -> None:
    named = [day for day in PACKAGED.exceptions if day.month == 12]
    assert min((day.month, day.day) for day in named) == (12, 29)
    assert {rules.year_of_notice(day) - day.year for day in named} == {1}


@pytest.mark.parametrize(
    ("published", "until"),
    [({2025, 2026}, "2026-12-25"), ({2025, 2026, 2027}, "2027-12-25"), ({2025}, "2025-12-25"), ({2027}, "2025-12-25")],
)
def test_what_is_known_ends_with_the_first_year_that_is_missing(published: set[int], until: str) -> None:
    assert Calendar(frozenset(published)).known_until(date(2026, 3, 1)) == date.fromisoformat(until)


@pytest.mark.parametrize("unit", ["minute", "day", MINUTES, DAYS])
def test_a_moment_without_a_zone_is_no_moment(unit: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        rules.due(datetime(2026, 9, 14, 10), 1, unit, calendar=PACKAGED, windows=DEFAULT_WINDOWS)  # noqa: DTZ001 that is the point


def test_a_warning_never_comes_only_because_a_night_has_passed() -> None:
    start, due = moment("2026-09-14 16:30"), moment("2026-09-15 10:00")
    alarms = rules.alarms(start, due, MINUTES, calendar=PACKAGED, windows=DEFAULT_WINDOWS, warn_at=(50, 80))
    assert alarms == [(50, moment("2026-09-14 17:30")), (80, moment("2026-09-15 09:36"))]


@pytest.mark.parametrize("windows", [((540, 720), (600, 660)), ((540, 720), (540, 720)), ((540, 660), (600, 720))])
def test_windows_that_overlap_are_not_counted_twice(windows: Windows) -> None:
    assert rules.due(moment("2026-09-14 08:00"), 180, MINUTES, calendar=PACKAGED, windows=windows) == moment("2026-09-14 12:00")


def test_it_agrees_with_the_package_on_every_day_that_the_package_knows() -> None:
    first, last = date(2004, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(count) for count in range((last - first).days + 1)]
    assert [day for day in days if PACKAGED.guessing().is_workday(day) != is_workday(day)] == []


@pytest.mark.parametrize(
    ("year", "days", "field"),
    [
        (1999, [SpecialDay(date(1999, 1, 1), False, "元旦")], "year"),
        (2027, [], "days"),
        (2027, [SpecialDay(date(2027, 1, 2), False, "元旦")], "days"),  # a Saturday is off anyway
        (2027, [SpecialDay(date(2027, 1, 1), False, "元旦")] * 2, "days"),
        (2027, [SpecialDay(date(2028, 1, 3), False, "元旦")], "days"),
        (2027, [SpecialDay(date(2026, 12, 24), False, "元旦")], "days"),
        (2027, [SpecialDay(date(2027, 1, 1), False, "")], "days"),
        (2027, [SpecialDay(date(2027, 1, 1), False, "节" * 41)], "days"),
    ],
)
def test_a_notice_names_special_days_of_its_own_year_once_each(year: int, days: list[SpecialDay], field: str) -> None:
    assert list(rules.notice_faults(year, days)) == [field]


def test_a_notice_may_name_the_last_days_of_the_december_before() -> None:
    days = [SpecialDay(date(2026, 12, 31), False, "元旦"), SpecialDay(date(2026, 12, 26), True, "元旦调休")]
    assert rules.notice_faults(2027, days) == {}
