"""The quick reckoning and the slow one agree, whatever the windows, holidays, make-up days, starts and amounts."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.hotline.clocks import rules, sums
from hutong.hotline.clocks.rules import DAY, MINUTE, Calendar, UnpublishedYear
from tests.hotline.clocks.model import Model, moment

SINCE = date(2023, 12, 18)  # over New Year, Spring Festival and the leap day of 2024
KNOWN = frozenset({2023, 2024, 2025})
ROUNDING = timedelta(microseconds=2)

days = st.integers(0, 90).map(lambda count: SINCE + timedelta(count))
exceptions = st.frozensets(days, max_size=40)
starts = st.integers(0, 70 * 24 * 60).map(lambda minutes: moment("2023-12-18 00:00") + timedelta(minutes=minutes))
windows = (
    st.lists(st.integers(0, 24 * 60), min_size=2, max_size=8, unique=True)
    .filter(lambda cuts: len(cuts) % 2 == 0)
    .map(sorted)
    .map(lambda cuts: list(zip(cuts[::2], cuts[1::2], strict=True)))
    .filter(lambda spans: sum(end - start for start, end in spans) >= 60)
)
local_days = st.dictionaries(days, st.booleans(), max_size=20)
pauses = st.lists(
    st.builds(
        lambda since, length: (moment("2023-12-18 00:00") + since * MINUTE, moment("2023-12-18 00:00") + (since + length) * MINUTE),
        st.integers(0, 80 * 24 * 60),
        st.one_of(st.integers(0, 24 * 60), st.integers(0, 12 * 24 * 60)),
    ),
    max_size=5,
)  # overlapping, empty, in any order
zones = st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Pacific/Chatham", "Asia/Urumqi"]).map(ZoneInfo)
limits = st.one_of(
    st.tuples(st.integers(0, 1500), st.just("working_minute")),
    st.tuples(st.integers(0, 20), st.just("working_day")),
    st.tuples(st.integers(0, 10_000), st.just("minute")),
    st.tuples(st.integers(0, 15), st.just("day")),
)
checked = settings(max_examples=100, deadline=None, derandomize=True)


def same(windows: Any, exceptions: Any, local: Any, paused: Any) -> tuple[Model, dict[str, Any]]:
    """One office, slow and quick."""
    time = {"calendar": Calendar(KNOWN, exceptions, local), "windows": windows, "pauses": paused}
    return Model(windows, exceptions, local, paused), time


@settings(max_examples=600, deadline=None, derandomize=True)
@given(windows, exceptions, local_days, pauses, starts, zones, limits, st.booleans())
def test_every_limit_ends_when_the_model_says(
    spans: list[tuple[int, int]], special: frozenset[date], local: dict[date, bool], paused: list[tuple[datetime, datetime]],
    start: datetime, zone: ZoneInfo, limit: tuple[int, str], ends_on_workday: bool,
) -> None:  # fmt: skip
    model, time = same(spans, special, local, paused)
    due = rules.due(start.astimezone(zone), *limit, **time, ends_on_workday=ends_on_workday)
    assert due == model.due(start, *limit, ends_on_workday=ends_on_workday)
    assert due.utcoffset() == timedelta(hours=8)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(windows, exceptions, local_days, pauses, starts, zones, limits, st.booleans())
def test_the_sum_on_paper_ends_at_the_same_moment_and_counts_what_the_limit_says(
    spans: list[tuple[int, int]], special: frozenset[date], local: dict[date, bool], paused: list[tuple[datetime, datetime]],
    start: datetime, zone: ZoneInfo, limit: tuple[int, str], ends_on_workday: bool,
) -> None:  # fmt: skip
    (amount, unit), (model, time) = limit, same(spans, special, local, paused)
    lines = sums.explain(start.astimezone(zone), amount, unit, **time, ends_on_workday=ends_on_workday)
    assert lines[-1].until == rules.due(start, amount, unit, **time, ends_on_workday=ends_on_workday)
    assert lines[-1].total == sum((line.counted for line in lines), timedelta())
    assert lines[-1].total == amount * (DAY if unit.endswith("day") else MINUTE)
    assert [line.until for line in lines] == sorted(line.until for line in lines)
    if unit == "working_minute":
        end = lines[-1].until
        for line in lines:
            dawn = rules.midnight(line.day)
            assert line.counted == model.between(max(start, dawn), min(end, dawn + DAY)) * MINUTE
            assert line.counted == sum((closes - opens for opens, closes in line.spans), timedelta())
    if unit.startswith("working"):
        assert [line.day for line in lines] == [lines[0].day + count * DAY for count in range(len(lines))]
        for line in lines:
            off = line.why in ("weekend", "holiday", "local_off")
            assert off == (not model.works_on(line.day)) or line.why in ("first", "at_once")
            assert not (off and line.counted)


@checked
@given(windows, exceptions, local_days, pauses, starts, limits, st.lists(st.integers(1, 99), unique=True).map(sorted))
def test_warnings_leave_pauses_out(
    spans: list[tuple[int, int]], special: frozenset[date], local: dict[date, bool], paused: list[tuple[datetime, datetime]],
    start: datetime, limit: tuple[int, str], warn_at: list[int],
) -> None:  # fmt: skip
    model, time = same(spans, special, local, paused)
    due = model.due(start, *limit, ends_on_workday=False)
    for share, at in rules.alarms(start, due, limit[1], warn_at=warn_at, **time):
        assert start <= at <= due
        if limit[1] == "working_minute":
            assert abs(at - model.after_minutes(start, Fraction(limit[0] * share, 100))) < ROUNDING
        if limit[1] == "minute":
            assert abs(at - model.after_real_minutes(start, limit[0] * share // 100)) < MINUTE or model.stands_still(at - ROUNDING)


@checked
@given(windows, exceptions, starts, st.integers(0, 1500))
def test_working_minutes(spans: list[tuple[int, int]], special: frozenset[date], start: datetime, amount: int) -> None:
    due = rules.due(start, amount, "working_minute", calendar=Calendar(KNOWN, special), windows=spans)
    assert due == Model(spans, special).after_minutes(start, amount)


@checked
@given(windows, exceptions, starts, st.integers(0, 20))
def test_working_days(spans: list[tuple[int, int]], special: frozenset[date], start: datetime, amount: int) -> None:
    due = rules.due(start, amount, "working_day", calendar=Calendar(KNOWN, special), windows=spans)
    assert due == Model(spans, special).after_days(start, amount)


@checked
@given(windows, exceptions, starts, st.integers(-600, 20_000))
def test_working_minutes_between(spans: list[tuple[int, int]], special: frozenset[date], start: datetime, length: int) -> None:
    end = start + timedelta(minutes=length)
    between = rules.working_minutes_between(start, end, calendar=Calendar(KNOWN, special), windows=spans)
    assert between == Model(spans, special).between(start, end)


@checked
@given(windows, exceptions, starts, st.integers(0, 6), st.lists(st.integers(1, 99), unique=True).map(sorted))
def test_warnings_share_out_working_time(
    spans: list[tuple[int, int]], special: frozenset[date], start: datetime, amount: int, warn_at: list[int]
) -> None:
    model, time = Model(spans, special), rules.Calendar(KNOWN, special)
    due = model.after_days(start, amount)
    alarms = rules.alarms(start, due, "working_day", calendar=time, windows=spans, warn_at=warn_at)
    whole = model.between(start, due)
    assert [share for share, _moment in alarms] == warn_at
    for share, at in alarms:
        assert abs(at - model.after_minutes(start, Fraction(whole * share, 100))) < ROUNDING
        assert start <= at <= due


@checked
@given(windows, exceptions, starts, st.integers(0, 3000))
def test_the_minutes_up_to_the_due_moment_are_the_limit(
    spans: list[tuple[int, int]], special: frozenset[date], start: datetime, amount: int
) -> None:
    time = {"calendar": Calendar(KNOWN, special), "windows": spans}
    due = rules.due(start, amount, "working_minute", **time)
    assert rules.working_minutes_between(start, due, **time) == amount


@checked
@given(windows, exceptions, starts, st.integers(0, 3000), st.integers(0, 3000))
def test_more_time_is_never_due_earlier_and_parts_add_up(
    spans: list[tuple[int, int]], special: frozenset[date], start: datetime, first: int, second: int
) -> None:
    time = {"calendar": Calendar(KNOWN, special), "windows": spans}
    half_way = rules.due(start, first, "working_minute", **time)
    whole = rules.due(start, first + second, "working_minute", **time)
    assert half_way <= whole
    assert rules.due(half_way, second, "working_minute", **time) == whole


@checked
@given(windows, exceptions, starts, st.sampled_from(["working_minute", "working_day"]), st.integers(0, 15))
def test_it_is_refused_by_name_exactly_where_a_day_is_needed_that_nobody_knows(
    spans: list[tuple[int, int]], special: frozenset[date], start: datetime, unit: str, amount: int
) -> None:
    model = Model(spans, special)
    due = model.after_days(start, amount) if unit == "working_day" else model.after_minutes(start, amount * 100)
    amount = amount * (1 if unit == "working_day" else 100)
    needs_the_next_year = amount and max(start, due - timedelta(minutes=1)) >= moment("2023-12-25 00:00")
    assert due_or_missing_year(start, amount, unit, Calendar(frozenset({2023}), special), spans) == (2024 if needs_the_next_year else due)


def due_or_missing_year(start: datetime, amount: int, unit: str, calendar: Calendar, spans: list[tuple[int, int]]) -> datetime | int:
    try:
        return rules.due(start, amount, unit, calendar=calendar, windows=spans)
    except UnpublishedYear as refusal:
        return refusal.year


@checked
@given(windows, exceptions, starts, st.integers(0, 1500))
def test_a_guess_counts_monday_to_friday_where_nothing_is_published(
    spans: list[tuple[int, int]], special: frozenset[date], start: datetime, amount: int
) -> None:
    known = frozenset(day for day in special if day < date(2023, 12, 25))
    guess = rules.due(start, amount, "working_minute", calendar=Calendar(frozenset({2023}), known).guessing(), windows=spans)
    assert guess == Model(spans, known).after_minutes(start, amount)


@checked
@given(starts, st.integers(0, 40_000), st.sampled_from(["minute", "day"]))
def test_real_time_runs_day_and_night_and_asks_no_calendar(start: datetime, amount: int, unit: str) -> None:
    due = rules.due(start, amount, unit, calendar=Calendar(), windows=())
    assert due - start == amount * {"minute": timedelta(minutes=1), "day": timedelta(days=1)}[unit]
    alarms = rules.alarms(start, due, unit, calendar=Calendar(), windows=(), warn_at=(50, 80))
    assert alarms == [(50, start + (due - start) / 2), (80, start + (due - start) * 4 / 5)]
