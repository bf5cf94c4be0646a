"""The key and the folder of each test are its own."""

from pathlib import Path

import pytest
from pytest_django import Settings

from hutong.project.database import Addresses
from tests.conftest import use
from tests.hotline.audit import logs


@pytest.fixture(autouse=True)
def kept_apart(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_KEY = tmp_path / "audit.key"
    settings.AUDIT_FOLDER = tmp_path / "checkpoints"


@pytest.fixture
def log(committed: Addresses) -> None:
    """The log of `logs.make`, before somebody who owns the tables."""
    use(committed, owner=True)
    logs.make()
    yield
    use(committed)
