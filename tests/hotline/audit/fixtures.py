"""Fixtures of the log, for whoever tests it: loaded as a plugin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from hutong.project.database import Addresses


@pytest.fixture
def kept_apart(settings: Settings, tmp_path: Path) -> None:
    """A key and a folder of the test's own."""
    settings.AUDIT_KEY = tmp_path / "audit.key"
    settings.AUDIT_FOLDER = tmp_path / "checkpoints"


@pytest.fixture
def log(committed: Addresses) -> Iterator[None]:
    """The log of `logs.make`, before somebody who owns the tables."""
    from tests.conftest import use
    from tests.hotline.audit import logs

    use(committed, owner=True)
    logs.make()
    yield
    use(committed)
