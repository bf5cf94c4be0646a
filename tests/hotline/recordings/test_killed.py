"""kill -9 at every step of keeping a talk: both plain files are there, or the sealed object and its key; the worker does the rest."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from hutong.hotline.cases.timers import sweep
from hutong.hotline.kernel import objects
from hutong.hotline.recordings import queries, timers
from hutong.hotline.recordings.models import Recording
from hutong.project.database import Addresses
from tests.conftest import ROOT
from tests.loop import START, opened
from tests.talks import a_call, begun

pytestmark = pytest.mark.slow

# The steps that the disk or the database sees, in turn; the process kills itself before the one of that number.
KILLED = """
import os, signal, sys
from pathlib import Path
from uuid import UUID
import django
django.setup()
from django.db import connection
from django.utils import timezone
from hutong.hotline.recordings import actions
left = int(sys.argv[2])
def dying(step):
    def do(*args, **more):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return step(*args, **more)
    return do
os.fsync, Path.replace, Path.unlink = dying(os.fsync), dying(Path.replace), dying(Path.unlink)
connection.ensure_connection()
connection._commit = dying(connection._commit)
actions.keep(UUID(sys.argv[1]), at=timezone.now())
"""
STEPS = ("sync", "rename", "sync folder", "sync folder above", "commit", "remove", "remove the other", "the end")


@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_killed_there_it_is_in_one_place_or_the_other(committed: Addresses, tmp_path: Path, step: int) -> None:
    recording_id = begun(a_call(case=opened()), tmp_path, seconds=10)
    environment = {
        **os.environ,
        **committed.environment(),
        "DJANGO_SETTINGS_MODULE": "hutong.project.settings",
        "HUTONG_DATA": str(settings.OBJECTS.parent),
        "HUTONG_KEY_FILE": str(settings.KEY_FILE),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run([sys.executable, "-c", KILLED, str(recording_id), str(step)], env=environment, cwd=ROOT, check=False)
    assert done.returncode == (0 if STEPS[step] == "the end" else -9)
    plain, sealed = len(list(tmp_path.iterdir())), is_whole(recording_id)
    assert sealed or plain == 2
    assert sealed == (step > STEPS.index("commit"))
    sweep(at=START + timedelta(minutes=5), deeds=timers.DEEDS)
    assert is_whole(recording_id)
    assert (list(tmp_path.iterdir()), list(queries.unsound(START))) == ([], [])
    path = objects.path_of(Recording.objects.get().name)
    assert list(path.parent.glob(f"{path.name}*")) == [path]


def is_whole(recording_id: object) -> bool:
    """Kept, and it opens to its end."""
    connection.close()
    recording = Recording.objects.select_related("key").get(pk=recording_id)
    if recording.kept_at is None:
        return False
    with queries.audio(recording) as sealed:
        return sum(map(len, sealed.read())) == 44 + 10 * 8000 * 2 * 2
