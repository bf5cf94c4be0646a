"""The drawing of the trend."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hutong.desks.province.trend import HEIGHT, LINES, WIDTH, ceiling, drawn

numbers = st.fixed_dictionaries({name: st.integers(0, 3000) for name in LINES})


@given(st.integers(0, 10**7))
def test_the_top_is_round_even_and_not_far_above_the_highest(most: int) -> None:
    top = ceiling(most)
    assert top >= most
    assert top % 2 == 0
    assert str(top).rstrip("0") in {"1", "2", "4", "6"}
    assert top <= max(2, 2 * most)


@given(st.lists(numbers, max_size=40))
def test_each_day_has_a_point_on_each_line_higher_where_more_happened(days: list[dict[str, int]]) -> None:
    trend = drawn({date(2026, 9, 1) + timedelta(days=place): Counter(counts) for place, counts in enumerate(days)})
    for name, points in trend.lines.items():
        places = [tuple(map(float, point.split(","))) for point in points.split()]
        assert len(places) == len(days)
        assert all(0 <= left <= WIDTH and 0 <= height <= HEIGHT for left, height in places)
        assert [left for left, _height in places] == sorted(left for left, _height in places)
        for counts, (_left, height) in zip(days, places, strict=True):
            assert (height == HEIGHT) or counts[name] > 0
    assert [dot.counts for dot in trend.newest_first] == [Counter(counts) for counts in reversed(days)]
