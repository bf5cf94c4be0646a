"""Which part of a recording is answered to what a browser asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.desks.recordings.ranges import MOST, NotSatisfiable, part


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("", None),
        ("bytes=0-", (0, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=990-5000", (990, 1000)),
        ("bytes=-5", (995, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=٠-١", None),
    ],
)
def test_a_part_of_a_thousand_bytes(asked: str, answered: tuple[int, int] | None) -> None:
    assert part(asked, 1000) == answered


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_what_lies_outside_is_refused(asked: str) -> None:
    with pytest.raises(NotSatisfiable):
        part(asked, 1000)


@given(st.text("bytes=0123456789-, ", max_size=30), st.integers(0, 10 * MOST))
def test_whatever_is_asked_for_what_is_answered_is_a_part(asked: str, size: int) -> None:
    try:
        found = part(asked, size)
    except NotSatisfiable:
        return
    assert found is None or (0 <= found[0] < found[1] <= size and found[1] - found[0] <= MOST)


@given(st.integers(1, 10 * MOST))
def test_a_player_that_asks_for_the_rest_again_and_again_hears_all(size: int) -> None:
    at = 0
    while at < size:
        start, end = part(f"bytes={at}-", size) or (0, 0)
        assert start == at
        at = end
    assert at == size
