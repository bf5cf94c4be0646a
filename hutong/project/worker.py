"""Process `worker`: once a second, does what is due. Any number may run at once; a lost database is waited for."""

import os
import time
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

PAUSE = 1.0  # seconds
DEEDS = (*calls.DEEDS, *timers.DEEDS, *supervision.DEEDS, *notices.DEEDS)  # what falls due first, then who is told of it


def main() -> None:
    """Work until killed; what was begun and not committed then never was."""
    put_off: dict[UUID, datetime] = {}
    while True:
        try:
            done = timers.sweep(at=timezone.now(), put_off=put_off, deeds=DEEDS)
            done += audit.sweep(at=timezone.now(), put_off=put_off)
            done += notices.tell_of_backups(at=timezone.now())
            done += counting.sweep(at=timezone.now())
            done += timers.sweep(at=timezone.now(), put_off=put_off, deeds=recordings.DEEDS, most=1)  # a talk may be long
            done += keys.rewrap(at=timezone.now())
            done += filter(None, [trials.advance(at=timezone.now())])  # a portion, and then the deadlines again
        except (OperationalError, InterfaceError) as error:
            say(f"worker: no database, trying again ({str(error).partition(chr(10))[0]})")
            connection.close()
            done = []
        for line in done:
            say(f"{timezone.localtime():%Y-%m-%d %H:%M:%S} {line}")
        if not done:
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
