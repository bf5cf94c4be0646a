"""The countdown as the server draws it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hutong.desks.components.templatetags.hutong import clock


@pytest.mark.parametrize("is_provisional", [False, True])
def test_a_provisional_deadline_says_so_and_why(is_provisional: bool) -> None:
    drawn = clock(timezone.now() + timedelta(days=2), is_provisional=is_provisional)
    assert (' provisional="暂计"' in drawn) == is_provisional
    assert ("先按周一至周五推算" in drawn.split('title="')[1].split('"')[0]) == is_provisional
