"""The receiver dies, hangs, or cannot write: the hotline goes on within seconds, says so, and is doubly kept again afterwards."""

import os
import signal
import time

import pytest

from tests.browser import wait_until
from tests.project.keeping.conftest import Kept
from tests.project.keeping.test_drill import Senders
from tests.project.product import PATIENCE, kill

pytestmark = pytest.mark.slow


def receiver(kept: Kept) -> int:
    """The process that writes WAL onto the shelf, as soon as there is one that the database knows."""
    found: list[int] = []

    def look() -> bool:
        found[:] = [pid for pid in kept.product.processes() if kept.product.name_of(pid) == "pg_receivewal"]
        return len(found) == 1

    wait_until(look, PATIENCE)
    return found[0]


def test_killed_it_is_started_again_and_nothing_is_lost(kept: Kept) -> None:
    with Senders(kept.product).sending() as senders:
        for _time in range(3):
            kill(receiver(kept))
            senders.wait_for_more()
    assert set(senders.answered) == senders.stored()
    kept.wait_until_safe()


def test_when_the_keeper_is_killed_the_runner_lets_commits_go_and_starts_it_again(kept: Kept) -> None:
    with Senders(kept.product).sending() as senders:
        kill(kept.product.leader("keeper"))
        senders.wait_for_more()
    kept.wait_until_safe()


def test_one_that_hangs_keeps_nobody_waiting(kept: Kept) -> None:
    with Senders(kept.product).sending() as senders:
        hung = receiver(kept)
        os.kill(hung, signal.SIGSTOP)
        senders.wait_for_more(30)
        kept.wait_until_safe(False)
        wait_until(lambda: receiver(kept) != hung, PATIENCE)
    kept.wait_until_safe()


def test_without_its_disk_the_hotline_goes_on_and_says_so(kept: Kept) -> None:
    """What takes the place of a disk that is gone: a file where the folder was."""
    place = kept.shelf.open
    aside = place.with_name("away")
    place.rename(aside)
    place.write_text("")
    with Senders(kept.product).sending() as senders:
        kill(*[pid for pid in kept.product.processes() if kept.product.name_of(pid) == "pg_receivewal"])
        senders.wait_for_more(30)
        kept.wait_until_safe(False)
        with kept.product.client("xietiao") as client:
            time.sleep(31)  # a receiver that is started again is no news
            assert "没有同时写入备份" in client.get("/shift/").text
    place.unlink()
    aside.rename(place)
    kept.wait_until_safe()
