"""A real exchange for the tests of this folder; skipped by name where the machine has none and can get none."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from hutong.hotline.calls.actions import keeping
from hutong.project import database
from tests.cast import office
from tests.telephony import site as sites
from tests.telephony.site import Site


@pytest.fixture
def quiet_site(tmp_path: Path, committed: database.Addresses) -> Iterator[Site]:
    """An exchange, and nobody who listens to it yet."""
    if lacking := sites.missing():
        pytest.skip(f"no exchange here: {lacking}") if "CI" not in os.environ else pytest.fail(lacking)
    site = Site(tmp_path, committed)
    try:
        site.start_exchange()
        yield site
    finally:
        site.stop()


@pytest.fixture
def site(quiet_site: Site) -> Site:
    """An exchange, the process `phone`, and Xi'an's line 12349."""
    keeping.open_line(centre=office("xian"), by=None, at=timezone.now(), name="西安 12349", number="12349", mode="own")
    quiet_site.start_phone()
    return quiet_site
