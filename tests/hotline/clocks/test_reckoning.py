"""Reckoning with what is in the database: an office's windows, and what is due in a year that nobody has published."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hutong.hotline.cases.models import Clock
from hutong.hotline.clocks import actions, queries
from hutong.hotline.clocks.queries import Reckoning
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network.models import Office
from hutong.hotline.rulebook.models import Limit, Rulebook
from tests import cast
from tests.hotline.clocks.model import moment
from tests.loop import case_at

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NOTICE = [
    SpecialDay(date(2026, 12, 31), False, "元旦"),
    SpecialDay(date(2027, 1, 1), False, "元旦"),
    SpecialDay(date(2027, 1, 3), True, "元旦调休"),
]


def limit(amount: int, unit: str, tier: str = "III") -> Limit:
    return Limit(tier=tier, step="handling", amount=amount, unit=unit, warn_at=[50, 80])


def due(start: str, amount: int, unit: str, *, office: str = "lianhu") -> Reckoning:
    return queries.reckon(limit=limit(amount, unit), started_at=moment(start), office=cast.office(office))


def publish_2027(days: list[SpecialDay]) -> None:
    actions.publish_year(year=2027, source="通知", days=days, by=None, at=AT)


def test_an_office_works_in_its_own_windows_else_in_those_of_the_office_above_else_in_the_nations() -> None:
    evening, shifts = [(480, 720), (1080, 1440)], [(0, 1440)]
    actions.set_hours(office=cast.office("shaanxi"), windows=shifts, by=None, at=AT)
    actions.set_hours(office=cast.office("xian"), windows=evening, by=None, at=AT)
    assert [list(queries.windows(cast.office(code))) for code in ("xian", "lianhu", "baoji")] == [evening, evening, shifts]
    assert list(queries.windows(cast.office("mca"))) == [(540, 720), (810, 1050)]
    assert due("2026-09-14 11:30", 60, "working_minute", office="xian") == (moment("2026-09-14 18:30"), False)
    assert due("2026-09-14 11:30", 60, "working_minute", office="mca") == (moment("2026-09-14 14:00"), False)
    assert due("2026-09-14 11:30", 1, "working_day", office="lianhu") == (moment("2026-09-16 00:00"), False)


@pytest.mark.parametrize(("unit", "asked"), [("minute", 0), ("day", 0), ("working_minute", 3), ("working_day", 3)])
def test_real_time_asks_the_database_nothing(unit: str, asked: int, django_assert_num_queries: object) -> None:
    office = cast.office("lianhu")
    with django_assert_num_queries(asked):  # type: ignore[operator]
        queries.reckon(limit=limit(5, unit), started_at=AT, office=office)


def test_natural_days_end_on_a_working_day_where_the_rulebook_says_so(django_assert_num_queries: object) -> None:
    office, started_at = cast.office("lianhu"), moment("2026-09-28 10:00")
    plain, extends = limit(5, "day"), limit(5, "day")
    extends.ends_on_workday = True
    assert queries.reckon(limit=plain, started_at=started_at, office=office).due_at == moment("2026-10-03 10:00")
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert queries.reckon(limit=extends, started_at=started_at, office=office).due_at == moment("2026-10-08 17:30")
    year_end = queries.reckon(limit=extends, started_at=moment("2026-12-24 10:00"), office=office)
    assert year_end == (moment("2026-12-29 10:00"), True)


@pytest.mark.parametrize(("tier", "unit"), [("I", "day"), ("II", "day"), ("III", "working_day"), ("IV", "minute")])
def test_nothing_else_is_extended_to_a_working_day(tier: str, unit: str) -> None:
    row = limit(5, unit, tier)
    row.ends_on_workday, row.basis, row.rulebook = True, "试", Rulebook.objects.create(number=99, changed_at=AT)
    with pytest.raises(IntegrityError, match="limit_extends_natural_days_only"), transaction.atomic():
        row.save()


def test_a_pause_is_left_out_and_explained() -> None:
    case = case_at("handling", tier="II", at=AT)
    office, limit, pauses = case.holder, case.deadline.limit, [(AT + timedelta(days=1), AT + timedelta(days=3))]
    at = case.deadline.started_at
    assert queries.reckon(limit=limit, started_at=at, office=office, pauses=pauses).due_at == at + timedelta(days=7 + 2)
    said = queries.why(case.deadline, office=office, pauses=pauses)
    assert [(line.why, line.counted.days) for line in said.lines] == [("running", 0), ("paused", 0), ("running", 6)]
    assert (said.ends_at, said.verdict) == (at + timedelta(days=9), "otherwise")


def test_a_sum_that_reaches_into_an_unpublished_year_is_provisional_and_counts_monday_to_friday() -> None:
    assert due("2026-12-23 10:00", 1, "working_day") == (moment("2026-12-24 17:30"), False)
    assert due("2026-12-24 10:00", 1, "working_day") == (moment("2026-12-25 17:30"), True)
    assert due("2026-12-30 17:00", 120, "working_minute") == (moment("2026-12-31 10:30"), True)
    publish_2027(NOTICE)
    assert due("2026-12-30 17:00", 120, "working_minute") == (moment("2027-01-03 10:30"), False)


def test_known_until_is_midnight_before_the_days_that_wait_for_the_next_notice() -> None:
    assert queries.known_until(AT) == moment("2026-12-25 00:00")
    assert queries.known_until(moment("2027-03-01 10:00")) == moment("2026-12-25 00:00")
    publish_2027(NOTICE)
    assert queries.known_until(AT) == moment("2027-12-25 00:00")


def test_the_warnings_of_a_provisional_deadline_share_out_the_guess() -> None:
    clock = Clock(
        limit=limit(4, "working_day"), unit="working_day", started_at=moment("2026-12-28 17:30"), due_at=moment("2027-01-01 17:30")
    )
    queries.wind(clock, office=cast.office("lianhu"))
    assert clock.next_alarm_at == moment("2026-12-30 17:30")
    assert clock.alarms == [
        (50, moment("2026-12-30 17:30")),
        (80, moment("2027-01-01 10:24")),
        (100, moment("2027-01-01 17:30")),
    ]


# --- a clock, and what takes its place within the stage

Change = tuple[str, int, str, int]  # extension or tier; days of extension or amount; unit; hours since the last change
amounts = st.one_of(st.tuples(st.integers(0, 3000), st.just("working_minute")), st.tuples(st.integers(0, 40), st.just("working_day")))
changes = st.lists(
    st.one_of(
        st.tuples(st.just("extension"), st.integers(1, 10), st.just(""), st.integers(1, 400)),
        st.builds(lambda tier, a, hours: (tier, a[0], a[1], hours), st.sampled_from(["III", "IV"]), amounts, st.integers(1, 400)),
    ),
    max_size=4,
)
special_days = st.lists(
    st.integers(0, 100).map(lambda count: date(2026, 12, 25) + timedelta(count)), min_size=1, max_size=40, unique=True
).map(lambda days: [SpecialDay(day, day.weekday() > 4, "节") for day in days])
starts = st.integers(0, 45 * 24 * 60).map(lambda minutes: moment("2026-11-20 00:00") + timedelta(minutes=minutes))


def run(start: datetime, first: tuple[int, str], later: list[Change], office: Office) -> Clock:
    """The running clock after all the changes, made as the door makes them."""
    clock = Clock(limit=limit(*first), tier="III", unit=first[1], started_at=start)
    clock.due_at, clock.is_provisional = queries.reckon(limit=clock.limit, started_at=start, office=office)
    at = start
    for kind, amount, unit, hours in later:
        old, at = clock, at + timedelta(hours=hours)
        if kind == "extension":
            clock = Clock(limit=old.limit, tier=old.tier, unit=old.unit, started_at=old.started_at, extension_days=amount)
        elif kind != old.tier:
            clock = Clock(limit=limit(amount, unit, kind), tier=kind, unit=unit, started_at=at if kind == "III" else start)
        else:
            continue
        clock.replaces = old
        clock.due_at, clock.is_provisional = queries.replacing(clock, old, office=office)
    return clock


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts, amounts, changes, special_days)
def test_a_settled_deadline_is_what_it_would_have_been_had_the_year_been_known_from_the_start(
    start: datetime, first: tuple[int, str], later: list[Change], days: list[SpecialDay]
) -> None:
    office = cast.office("lianhu")
    with transaction.atomic():
        unknown = run(start, first, later, office)
        publish_2027(days)
        known = run(start, first, later, office)
        settled = queries.settled(unknown, office=office)
        transaction.set_rollback(True)
    assume(not known.is_provisional)
    assert settled == (known.due_at, False)
    assert unknown.due_at > moment("2026-12-25 00:00") or not unknown.is_provisional


def test_a_deadline_that_was_certain_is_not_touched_by_the_next_year() -> None:
    office = cast.office("lianhu")
    clock = run(moment("2026-12-21 10:00"), (2, "working_day"), [("extension", 1, "", 4)], office)
    publish_2027(NOTICE)
    assert queries.settled(clock, office=office) == (moment("2026-12-24 17:30"), False)


def test_a_deadline_that_has_passed_is_due_at_once_when_the_tier_rises() -> None:
    at = moment("2026-09-16 10:00")
    old = Clock(limit=limit(60, "working_minute"), tier="III", unit="working_minute", started_at=AT, due_at=moment("2026-09-15 10:00"))
    clock = Clock(limit=limit(5, "day", "I"), tier="I", unit="day", started_at=at)
    assert queries.replacing(clock, old, office=cast.office("lianhu")) == (at, False)
