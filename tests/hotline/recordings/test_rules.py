"""Until when a recording is kept."""

from datetime import UTC, datetime

import pytest

from hutong.hotline.recordings.rules import until


@pytest.mark.parametrize(
    ("started", "months", "kept"),
    [
        (datetime(2026, 11, 26, 5, tzinfo=UTC), 36, datetime(2029, 11, 26, 5, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), 2, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), 1, datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_so_many_months_on(started: datetime, months: int, kept: datetime) -> None:
    assert until(started, months) == kept
