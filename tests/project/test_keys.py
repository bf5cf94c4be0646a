"""`hutong keys`: what there is, and a new key."""

import argparse
import shutil
from pathlib import Path
from typing import Any

import pytest

from hutong.hotline.keys import actions, queries
from hutong.project import keys
from tests.loop import START

pytestmark = pytest.mark.django_db


def said(capsys: pytest.CaptureFixture[str], deed: str | None = None) -> list[list[str]]:
    assert keys.run(argparse.Namespace(deed=deed)) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines() if not line.startswith("New key")]


def test_a_new_key_is_active_and_the_old_one_stays_until_everything_is_wrapped_anew(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.KEY_FILE = Path(shutil.copy(settings.KEY_FILE, tmp_path / "keys.json"))
    actions.make("test", at=START)
    first = queries.provider().active()
    assert said(capsys) == [[first, "active", "3", "data", "keys"]]
    rows = said(capsys, "rotate")
    second = queries.provider().active()
    assert rows == [[second, "active", "0", "data", "keys"], [first, "old", "3", "data", "keys"]]
    actions.rewrap(at=START)
    assert said(capsys) == [[second, "active", "3", "data", "keys"]]
    said(capsys, "retire")
    assert queries.of_purpose(queries.FIELDS).count() == 2
