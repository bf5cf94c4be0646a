"""The key and the folder of each test are its own."""

import pytest


@pytest.fixture(autouse=True)
def always_kept_apart(kept_apart: None) -> None: ...
