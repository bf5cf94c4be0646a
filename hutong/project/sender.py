"""Process `sender`: sends notices out of the app, several at once, and checkpoints of the log. Any number may run.

It is a process of its own, so that no provider, however slow, keeps a deadline waiting. A lost database is waited for.
"""

import os
import signal
import threading
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from hutong.channels import deposits, outward  # noqa: E402
from hutong.hotline.audit import timers as audit  # noqa: E402
from hutong.hotline.notices import queries, timers  # noqa: E402
from hutong.hotline.notices.models import Delivery  # noqa: E402
from hutong.project.installing import say  # noqa: E402

LANES = 4
PAUSE = 1.0  # seconds
LAST_WORDS = 8.0  # seconds for what is being sent when the process is asked to end

ended = threading.Event()


def main() -> None:
    """Send until asked to end. When a lane breaks, the process ends, and is started again."""
    signal.signal(signal.SIGTERM, lambda *_signal: ended.set())
    lanes = [threading.Thread(target=_lane, args=[deed], daemon=True) for deed in (*(send_next,) * LANES, lay_down_next)]
    for lane in lanes:
        lane.start()
    while not ended.wait(PAUSE):
        if not all(lane.is_alive() for lane in lanes):
            raise SystemExit(1)
    for lane in lanes:
        lane.join(LAST_WORDS / len(lanes))


def _lane(deed: Callable[[], str]) -> None:
    while not ended.is_set():
        try:
            line = deed()
        except (OperationalError, InterfaceError) as error:
            say(f"sender: no database, trying again ({str(error).partition(chr(10))[0]})")
            connection.close()
            line = ""
        if line:
            say(f"{timezone.localtime():%Y-%m-%d %H:%M:%S} {line}")
        else:
            ended.wait(PAUSE)


def send_next() -> str:
    """Send what is due first; a line of how it went, empty where nothing is due."""
    delivery = timers.claim(at=timezone.now())
    if delivery is None:
        return ""
    fault = outward.send(delivery.way.address, queries.told(delivery, address=_address(delivery), at=timezone.now()))
    timers.settle(delivery, fault, at=timezone.now())
    return f"notice {delivery.mark} {fault or 'sent'}"


def lay_down_next() -> str:
    """Lay the next checkpoint of the log down in each place that is due; a line of how it went, empty where none is."""
    said = []
    for name in deposits.wanted():
        if found := audit.to_lay_down(name, at=timezone.now()):
            fault = deposits.lay_down(name, *found)
            audit.laid_down(name, found[0], fault, at=timezone.now())
            said.append(f"checkpoint {found[0]} {name}: {fault or 'laid down'}")
    return "; ".join(said)


def _address(delivery: Delivery) -> str:
    """Where to sign in; a notice leads on to its case from there."""
    path = reverse("cases:case", args=[delivery.notice.case_id]) if delivery.notice else reverse("home")
    return settings.PUBLIC_ORIGIN + path


if __name__ == "__main__":
    main()
