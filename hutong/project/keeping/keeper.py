"""Process `keeper`: WAL onto the shelf before it is answered for, files soon after they are written, and a backup every day.

It runs where HUTONG_BACKUPS names a folder; on one machine, where several work on one database.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
os.environ["PGOPTIONS"] = "-c synchronous_commit=local"  # who looks after the receiver does not wait for it
django.setup()

from django.db import DatabaseError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from hutong.hotline.keeping import actions  # noqa: E402
from hutong.project import database  # noqa: E402
from hutong.project.installing import say  # noqa: E402
from hutong.project.keeping import objects, receiving, rules, sealing  # noqa: E402
from hutong.project.keeping.receiving import Receiver  # noqa: E402
from hutong.project.keeping.sealing import SealingKey, key_of  # noqa: E402
from hutong.project.keeping.shelf import Shelf  # noqa: E402
from hutong.project.keeping.source import TO_RECEIVE, Source  # noqa: E402
from hutong.project.trouble import Trouble  # noqa: E402

PAUSE = 1.0  # seconds between two rounds of the house
TELL = 10.0  # seconds after which the state is written down, though nothing changed
TRY_AGAIN = 900.0  # seconds after a backup that failed

ended = threading.Event()


class House:
    """What is done beside the receiver: sealing, copying files, backups when they are due, and saying how it stands."""

    def __init__(self, data: Path, shelf: Shelf, key: SealingKey, receiver: Receiver) -> None:
        self.data, self.shelf, self.key, self.receiver = data, shelf, key, receiver
        self._backup: subprocess.Popen[str] | None = None
        self._not_before = self._told = 0.0
        self._was_safe: bool | None = None
        self._fault = self._trouble = ""  # of the last backup, and of the last round

    def keep(self) -> None:
        """Round after round; a shelf that cannot be written for a while is no reason to end."""
        while not ended.wait(PAUSE):
            try:
                receiving.seal_finished(self.shelf, self.key)
                objects.copy(self.data, self.shelf, self.key)
                self._back_up()
                self._trouble = ""
            except (OSError, Trouble) as trouble:
                if str(trouble) != self._trouble:
                    say(f"keeper: {trouble}")
                self._trouble = str(trouble)
            self._tell()
        if self._backup:
            self._backup.terminate()

    def _back_up(self) -> None:
        if self._backup and self._backup.poll() is not None:
            said = self._backup.communicate()[0].strip()
            say(f"keeper: {said}")
            if self._backup.returncode:
                self._fault, self._not_before = said.rpartition("\n")[2], time.monotonic() + TRY_AGAIN
            else:
                self._fault, self.receiver.has_gap = "", False
            self._backup = None
        if self._backup is None and time.monotonic() > self._not_before and self._is_due():
            self._backup = subprocess.Popen(  # noqa: S603 our own command
                [Path(sys.executable).with_name("hutong"), "backup"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )

    def _is_due(self) -> bool:
        backups = self.shelf.backups()
        return self.receiver.has_gap or rules.is_due(backups[-1].ended if backups else None, timezone.localtime())

    def _tell(self) -> None:
        """Into the database, from where the administrator's page has it."""
        now, is_safe = time.monotonic(), self.receiver.is_safe
        if is_safe == self._was_safe and now < self._told + TELL:
            return
        try:
            backups, checks = self.shelf.backups(), self.shelf.checks()
            actions.tell(
                at=timezone.now(),
                is_safe=is_safe,
                fault=self._fault or self._trouble,
                backup=(backups[-1].name, backups[-1].ended, backups[-1].size) if backups else None,
                trial=(checks[-1][0].name, checks[-1][1], checks[-1][2]) if checks else None,
            )
            self._was_safe, self._told = is_safe, now
        except (DatabaseError, OSError, Trouble):
            connection.close()  # once more in a second


def main() -> None:
    """Until asked to end. When the house breaks, the process ends, and is started again."""
    signal.signal(signal.SIGTERM, lambda *_signal: ended.set())
    data, server = database.data_folder(), Source.here()
    try:
        key, facts = sealing.sealing_key(key_of(data)), server.facts(TO_RECEIVE)
    except Trouble as trouble:
        raise SystemExit(f"keeper: {trouble}") from None
    server.prepare()
    shelf = Shelf.of(facts.system)
    receiving.seal_left_over(shelf, key, facts.timeline)
    receiver = Receiver(server, shelf)
    house = threading.Thread(target=House(data, shelf, key, receiver).keep, daemon=True)
    house.start()
    while not ended.wait(receiving.PAUSE):
        receiver.look()
        if not house.is_alive():
            raise SystemExit(1)
    receiver.stop()


if __name__ == "__main__":
    main()
