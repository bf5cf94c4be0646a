"""Process `worker`: once a second, fires the clocks that are due. Any number may run at once; a lost database is waited for."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from hutong.hotline.cases import timers  # noqa: E402
from hutong.project.installing import say  # noqa: E402

PAUSE = 1.0  # seconds


def main() -> None:
    """Work until killed; what was begun and not committed then never was."""
    while True:
        try:
            fired = timers.sweep(at=timezone.now())
        except (OperationalError, InterfaceError) as error:
            say(f"worker: no database, trying again ({str(error).partition(chr(10))[0]})")
            connection.close()
            fired = []
        for line in fired:
            say(f"{timezone.localtime():%Y-%m-%d %H:%M:%S} {line}")
        if not fired:
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
