"""Laying a checkpoint of the log down where the database's administrator does not reach: in a folder, or with another server."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests
from django.conf import settings

from hutong.hotline.audit import rules
from hutong.hotline.audit.models import SinkKind
from hutong.hotline.audit.rules import Signed

CONNECTING, ANSWERING = 5.0, 20.0  # seconds


def lay_down(name: str, number: int, signed: Signed) -> str:
    """Lay it down; empty where it lies there now, else a word for what went wrong."""
    return PLACES[SinkKind(name)](number, signed.file())


def wanted() -> list[str]:
    """The places that this installation has."""
    return [SinkKind.FOLDER, *([SinkKind.HTTP] if settings.AUDIT_URL else [])]


def _in_folder(number: int, content: str) -> str:
    """A file that is there whole or not at all, and never written over."""
    path = Path(settings.AUDIT_FOLDER) / rules.file_name(number)
    making = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return "" if path.read_text() == content else "another there"
        _write(making, content)
        with suppress(FileExistsError):  # somebody else was faster, and the next try looks at what lies there
            os.link(making, path)
        making.unlink()
    except OSError:
        return "not writable"
    return ""


def _write(path: Path, content: str) -> None:
    with path.open("w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)


def _by_http(number: int, content: str) -> str:
    """POSTed as JSON, under a key by which whoever receives it twice can tell. Where it leads elsewhere, it is not followed."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"checkpoint-{number}"}
    try:
        answer = requests.post(
            settings.AUDIT_URL, content.encode(), headers=headers, timeout=(CONNECTING, ANSWERING), allow_redirects=False
        )
    except requests.RequestException:
        return "unreachable"
    return "" if answer.ok and not answer.is_redirect else f"refused {answer.status_code}"


PLACES: dict[SinkKind, Callable[[int, str], str]] = {SinkKind.FOLDER: _in_folder, SinkKind.HTTP: _by_http}
