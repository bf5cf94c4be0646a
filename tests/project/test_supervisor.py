"""Processes that are kept running, and none that is left behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hutong.project import supervisor
from hutong.project.supervisor import MARK, Child, Service, end_left_over, stop
from tests.browser import wait_until
from tests.project.product import is_running, kill

RUN = {MARK: "/a folder of this test"}
WAITS = ("sleep", "600")
REFUSES = ("sh", "-c", "trap '' TERM; touch $0; sleep 600")  # and so does what it starts


@pytest.fixture
def waiting() -> Iterator[Child]:
    child = Child(Service("sleeper", WAITS), RUN)
    yield child
    stop([child], RUN[MARK])


def test_a_process_that_ended_is_started_again(waiting: Child) -> None:
    first = waiting.process
    waiting.started -= supervisor.STEADY
    first.kill()
    first.wait()
    waiting.tend()
    assert waiting.process.pid != first.pid
    assert waiting.process.poll() is None


def test_a_process_that_keeps_ending_is_started_ever_more_rarely(waiting: Child) -> None:
    pauses = []
    for _ in range(7):
        waiting.process.kill()
        waiting.process.wait()
        ended = waiting.process
        waiting.tend()
        assert waiting.process is ended  # too soon
        waiting.started -= waiting.pause
        waiting.tend()
        pauses.append(waiting.pause)
    assert pauses == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_a_process_that_has_run_for_a_while_counts_as_well_again(waiting: Child) -> None:
    waiting.pause = 30.0
    waiting.tend()
    assert waiting.pause == 30.0
    waiting.started -= supervisor.STEADY
    waiting.tend()
    assert waiting.pause == 1.0


def test_stopping_ends_even_what_refuses_to_end(waiting: Child, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "GRACE", 0.2)
    refuser = Child(Service("refuser", (*REFUSES, str(tmp_path / "begun"))), RUN)
    wait_until((tmp_path / "begun").exists)
    stop([waiting, refuser], RUN[MARK])
    assert (waiting.process.wait(), refuser.process.wait()) == (-15, -9)


def test_what_an_earlier_run_on_the_folder_left_is_ended_and_another_folders_is_not(waiting: Child) -> None:
    left = subprocess.Popen(WAITS, env={MARK: "/another folder"})
    end_left_over("/another folder")
    assert left.wait() == -9
    assert waiting.process.poll() is None


def test_a_child_ends_with_its_parent_whatever_ends_that() -> None:
    script = f"from hutong.project.supervisor import *; print(Child(Service('x', {WAITS}), {RUN}).process.pid, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        kill(parent.pid)
    wait_until(lambda: not is_running(child))
