"""Shares, periods and stretches of days."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.statistics import rules
from hutong.hotline.statistics.facts import SOURCE_OF
from hutong.hotline.statistics.models import Day
from hutong.hotline.statistics.queries import NOW
from hutong.hotline.statistics.shift import LISTS

days = st.sets(st.integers(0, 60).map(lambda count: date(2026, 8, 1) + timedelta(days=count)))


@given(days)
def test_stretches_hold_each_day_once_and_no_other_and_never_touch(chosen: set[date]) -> None:
    runs = rules.runs(sorted(chosen))
    held = [first + timedelta(days=count) for first, last in runs for count in range((last - first).days + 1)]
    assert held == sorted(chosen)
    assert all(later[0] - sooner[1] > timedelta(days=1) for sooner, later in pairwise(runs))


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
    assert {field.name for field in Day._meta.concrete_fields} == {"id", "day", "office", *SOURCE_OF}
