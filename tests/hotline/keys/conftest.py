"""Keys of each test's own."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_key_file(request: pytest.FixtureRequest, tmp_path: Path, settings: Any, django_db_setup: None) -> None:
    """A copy, to be renewed and lost; not for a test that commits: the keys for rows, which others need, would open with the copy alone."""
    if "committed" not in request.fixturenames:
        settings.KEY_FILE = Path(shutil.copy(settings.KEY_FILE, tmp_path / "keys.json"))
