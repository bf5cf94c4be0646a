"""Shares, periods and spans of time."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.clocks.rules import SHANGHAI
from hutong.hotline.statistics import rules
from hutong.hotline.statistics.facts import SOURCE_OF
from hutong.hotline.statistics.models import Day
from hutong.hotline.statistics.queries import NOW
from hutong.hotline.statistics.shift import LISTS

HOUR = timedelta(hours=1)
hours = st.sets(st.integers(0, 60).map(lambda count: datetime(2026, 8, 1, tzinfo=SHANGHAI) + count * HOUR))


@given(hours)
def test_joined_spans_hold_each_hour_once_and_no_other_and_never_touch(chosen: set[datetime]) -> None:
    spans = rules.joined((hour, hour + HOUR) for hour in sorted(chosen))
    held = [first + count * HOUR for first, last in spans for count in range((last - first) // HOUR)]
    assert held == sorted(chosen)
    assert all(later[0] > sooner[1] for sooner, later in pairwise(spans))


@given(st.datetimes(timezones=st.just(SHANGHAI)))
def test_a_quarter_of_an_hour_begins_with_the_moments_in_it(at: datetime) -> None:
    began = rules.quarter(at)
    assert began <= at < began + timedelta(minutes=15)
    assert (began.minute % 15, began.second, began.microsecond) == (0, 0, 0)


def test_a_span_without_length_is_none() -> None:
    noon = datetime(2026, 8, 1, 12, tzinfo=SHANGHAI)
    assert rules.joined([(noon - HOUR, noon - HOUR), (noon, noon), (noon, noon + HOUR)]) == [(noon, noon + HOUR)]


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_is_whole_only_where_nothing_went_wrong(wrong: int, right: int) -> None:
    share = rules.good(wrong, wrong + right)
    assert (share is None) == (wrong + right == 0)
    if share is not None:
        assert (share == 100) == (wrong == 0)
        assert share <= 100 * right / (wrong + right) < share + 1


def test_the_period_is_thirty_days_and_ends_today() -> None:
    period = rules.period(date(2026, 3, 1))
    assert (len(period), period[0], period[-1]) == (30, date(2026, 1, 31), date(2026, 3, 1))


@pytest.mark.parametrize("name", sorted({*SOURCE_OF, *NOW, *LISTS, *rules.RATES}))
def test_every_number_says_what_it_counts(name: str) -> None:
    assert str(rules.MEASURES[name].label)
    assert str(rules.MEASURES[name].meaning).endswith("。")


def test_what_is_kept_of_a_day_is_every_measure_that_facts_have() -> None:
    assert {field.name for field in Day._meta.concrete_fields} == {"id", "day", "until", "office", *SOURCE_OF}
