"""Of the folder of static files only kinds that browsers load are served."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import RequestFactory

from hutong.desks.served import KINDS, ServedMiddleware
from hutong.project.settings import PACKAGE

LYING_THERE = (
    "app.js",
    "style.css",
    "mark.svg",
    "staticfiles.json",
    ".made-from",
    "settings.py",
    "app.js.map",
    "notes.txt",
    "app.js.bak",
    "secret",
)


@pytest.mark.parametrize("name", LYING_THERE)
def test_once_collected_another_kind_is_not_there(name: str, settings: LazySettings, tmp_path: Path) -> None:
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH, settings.WHITENOISE_USE_FINDERS = tmp_path, False, False
    for each in LYING_THERE:
        (tmp_path / each).write_text("x")
    assert status(name) == (200 if name.endswith(KINDS) else 404)


def test_while_they_are_worked_on_neither() -> None:
    assert (PACKAGE.parent / "node_modules" / "sip.js" / "lib" / "index.d.ts").exists()
    assert [status("sip.js/index.js"), status("sip.js/index.d.ts")] == [200, 404]


def status(name: str) -> int:
    """What is answered to whoever asks for this file."""
    answer = ServedMiddleware(lambda _request: HttpResponse(status=404))(RequestFactory().get(f"/static/{name}"))
    answer.close()
    return int(answer.status_code)
