"""Process `worker`: twice a second, does what is due. Any number may run at once; a lost database is waited for."""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from hutong.hotline.audit import timers as audit  # noqa: E402
from hutong.hotline.calls import timers as calls  # noqa: E402
from hutong.hotline.cases import timers  # noqa: E402
from hutong.hotline.keys import actions as keys  # noqa: E402
from hutong.hotline.notices import timers as notices  # noqa: E402
from hutong.hotline.recordings import timers as recordings  # noqa: E402
from hutong.hotline.statistics import timers as counting  # noqa: E402
from hutong.hotline.supervision import timers as supervision  # noqa: E402
from hutong.hotline.trials import timers as trials  # noqa: E402
from hutong.project.installing import say  # noqa: E402

PAUSE = 0.5  # seconds
LONG = 0.2  # seconds
DEEDS = (*calls.DEEDS, *timers.DEEDS, *supervision.DEEDS, *notices.DEEDS)  # what falls due first, then who is told of it
PutOff = dict[UUID, datetime]
CHORES: tuple[Callable[[datetime, PutOff], Iterable[str]], ...] = (
    lambda at, put_off: audit.sweep(at=at, put_off=put_off),
    lambda at, _put_off: notices.tell_of_backups(at=at),
    lambda at, _put_off: counting.sweep(at=at),
    lambda at, put_off: timers.sweep(at=at, put_off=put_off, deeds=recordings.DEEDS, most=1),  # a talk may be long
    lambda at, _put_off: keys.rewrap(at=at),
    lambda at, _put_off: filter(None, [trials.advance(at=at)]),
)


def main() -> None:
    """Work until killed; what was begun and not committed then never was."""
    put_off: PutOff = {}
    while True:
        try:
            done = list(_round(put_off))
        except (OperationalError, InterfaceError) as error:
            say(f"worker: no database, trying again ({str(error).partition(chr(10))[0]})")
            connection.close()
            done = []
        if not done:
            time.sleep(PAUSE)


def _round(put_off: PutOff) -> Iterator[str]:
    """The deadlines, and then the chores: after each that took its time the deadlines again, so that none waits for two."""
    looked = -math.inf
    for chore in CHORES:
        if time.monotonic() - looked > LONG:
            yield from _told(timers.sweep(at=timezone.now(), put_off=put_off, deeds=DEEDS))
            looked = time.monotonic()
        yield from _told(chore(timezone.now(), put_off))


def _told(done: Iterable[str]) -> Iterator[str]:
    for line in done:
        say(f"{timezone.localtime():%Y-%m-%d %H:%M:%S} {line}")
        yield line


if __name__ == "__main__":
    main()
