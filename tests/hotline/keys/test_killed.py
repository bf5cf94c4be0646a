"""kill -9 while the keys of rows are sealed anew: every row opens at every moment, and the next worker does the rest."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from hutong.hotline.kernel.secrets.sealing import key_name
from hutong.hotline.keys import actions, fields, queries
from hutong.hotline.people.models import Child
from hutong.project.database import Addresses
from tests.browser import wait_until
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
MANY = 400
WORKER = """
import django
django.setup()
from django.utils import timezone
from hutong.hotline.keys import actions, queries
queries.BATCH = 3
while True:
    actions.rewrap(at=timezone.now())
"""


@pytest.fixture
def retired(committed: Addresses) -> Iterator[dict[str, str]]:
    """Many rows under a key for fields that is retired; with what a worker is told."""
    actions.begin()
    Child.objects.bulk_create([Child(name=f"孩子{number}") for number in range(MANY)])
    actions.retire(at=timezone.now())
    yield {
        **os.environ,
        **committed.environment(),
        "DJANGO_SETTINGS_MODULE": "hutong.project.settings",
        "HUTONG_DATA": str(settings.OBJECTS.parent),
        "HUTONG_KEY_FILE": str(settings.KEY_FILE),
        "PYTHONPATH": str(ROOT),
    }
    while actions.rewrap(at=timezone.now()):
        pass
    actions.rewrap(at=timezone.now() + timedelta(days=2))  # one key for the tests that follow
    queries.ring()  # looked up before anybody counts questions


def left() -> int:
    """How many rows the retired key still opens."""
    newest = queries.of_purpose(queries.FIELDS)[0].pk
    return sum(key_name(bytes(row.row_key)) != newest for row in Child.objects.all())


def test_a_worker_killed_on_the_way_loses_nothing(retired: dict[str, str]) -> None:
    for share in (4, 2):
        worker = subprocess.Popen([sys.executable, "-c", WORKER], env=retired, cwd=ROOT)
        wait_until(lambda share=share: left() < MANY - MANY // share, 60)  # type: ignore[misc]
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert list(fields.unsound()) == []
    assert left() > 0
    while actions.rewrap(at=timezone.now()):
        pass
    connection.close()
    assert (left(), list(fields.unsound())) == (0, [])
    assert {child.name for child in Child.objects.all()} == {f"孩子{number}" for number in range(MANY)}
