"""The process that sends: nothing is lost when it is killed, nobody waits for a provider that hangs, nothing secret is said."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from hutong.hotline.cases.models import Case, Notice
from hutong.hotline.network.models import Office
from hutong.hotline.notices import timers
from hutong.hotline.notices.models import Delivery, Way
from hutong.project.database import Addresses
from tests.browser import wait_until
from tests.cast import office
from tests.hotline.notices.provider import Provider, provider
from tests.loop import case_at

pytestmark = pytest.mark.slow
PATIENCE = 30.0  # seconds
MARK = re.compile("通知号 ([0-9a-f]{8})$")


@pytest.fixture
def two() -> Iterator[list[Provider]]:
    """Two providers."""
    with ExitStack() as stack:
        yield [stack.enter_context(provider()) for _each in range(2)]


def now() -> datetime:
    return datetime.now(UTC)


def way(there: Provider, owner: Office) -> Way:
    return Way.objects.create(office=owner, name="值班群", address=there.address, busy_until=now())


def told(times: int, tier: str = "II") -> list[Case]:
    """Cases that an office was handed a moment ago; nobody else is told, and nothing else."""
    cases = [case_at("acceptance", tier=tier, at=now() - timedelta(minutes=20)) for _each in range(times)]
    Notice.objects.exclude(office=office("lianhu"), kind="handed_over").update(is_handed_on=True)
    timers.sweep(at=now())
    return cases


@contextmanager
def sender(addresses: Addresses, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, killed at the end."""
    environment = os.environ | addresses.environment() | {
        "HUTONG_PUBLIC_ORIGIN": "https://hotline.example.cn", "HUTONG_KEY_FILE": str(settings.KEY_FILE),
    }  # fmt: skip
    with log.open("ab") as said, subprocess.Popen(
        [sys.executable, "-m", "hutong.project.sender"], env=environment, stdout=said, stderr=subprocess.STDOUT
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def marks(there: Provider) -> Counter[str]:
    """Which notices came, and how often."""
    return Counter(found[1] for text in there.texts if (found := MARK.search(text)))


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


def test_killed_in_the_middle_of_sending_nothing_is_lost_and_at_most_one_comes_twice(
    committed: Addresses, two: list[Provider], tmp_path: Path
) -> None:
    there = two[0]
    way(there, office("lianhu"))
    told(4)
    there.open.clear()
    with sender(committed, tmp_path / "log"):
        wait_until(lambda: there.heard, PATIENCE)
    there.open.set()
    assert states() == {"waiting"}
    Way.objects.update(busy_until=now())  # the lease runs out
    Delivery.objects.update(next_try_at=now())
    with sender(committed, tmp_path / "log"):
        wait_until(lambda: states() == {"sent"}, PATIENCE)
    came = marks(there)
    assert set(came) == {delivery.mark for delivery in Delivery.objects.all()}
    assert sorted(came.values()) == [1, 1, 1, 2]


def test_a_provider_that_hangs_keeps_no_other_waiting_and_says_what_is_wrong(
    committed: Addresses, two: list[Provider], tmp_path: Path
) -> None:
    hangs, well = two
    way(hangs, office("lianhu")), way(well, office("lianhu"))
    told(6)
    hangs.open.clear()
    with sender(committed, tmp_path / "log"):
        wait_until(lambda: len(well.heard) == 6, PATIENCE)
        assert len(hangs.heard) <= 2
        wait_until(lambda: "failed" in states(), PATIENCE)
    assert {each.last_error for each in Delivery.objects.filter(state="failed")} == {"unreachable"}


def test_what_is_sent_says_where_to_sign_in_and_nothing_of_the_child_and_the_log_nothing_secret(
    committed: Addresses, two: list[Provider], tmp_path: Path
) -> None:
    well, refuses = two
    refuses.status, refuses.body = 403, b"token 3f9a77e1c0de unknown"
    way(well, office("lianhu")), way(refuses, office("lianhu"))
    (case,) = told(1, tier="I")
    with sender(committed, tmp_path / "log"):
        wait_until(lambda: states() == {"sent", "failed"}, PATIENCE)
        wait_until(lambda: "refused 403" in (tmp_path / "log").read_text(), PATIENCE)  # written once the row is
    for said in well.texts:
        assert said.startswith(f"个案 {case.number}，")
        assert f"请登录查看，并按“知道了”：https://hotline.example.cn/cases/{case.pk}\n" in said
        assert not any(word in said for word in (case.title, "小雨", "郑重", "莲湖", "孩子"))
    log = (tmp_path / "log").read_text()
    assert not any(secret in log for secret in ("wordofmouth", "3f9a77e1c0de", case.number))


def test_asked_to_end_it_finishes_what_it_is_sending(committed: Addresses, two: list[Provider], tmp_path: Path) -> None:
    there = two[0]
    way(there, office("lianhu"))
    told(1)
    there.open.clear()
    with sender(committed, tmp_path / "log") as process:
        wait_until(lambda: there.heard, PATIENCE)
        process.send_signal(signal.SIGTERM)
        there.open.set()
        assert process.wait(PATIENCE) == 0
    assert states() == {"sent"}
