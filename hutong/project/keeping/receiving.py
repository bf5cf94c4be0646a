"""The synchronous receiver: WAL is on the shelf before a commit is answered, as long as the receiver keeps up, and never a moment longer.

When it does not (it died, its disk is full, it hangs), commits wait for two seconds at most; then the server goes on by itself,
and is safe against everything but the loss of its disk. Who looks at it is told so. When the receiver has caught up, commits
wait for it again.
"""

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from hutong.project.installing import say
from hutong.project.keeping.sealing import SealingKey
from hutong.project.keeping.shelf import Shelf
from hutong.project.keeping.source import Source
from hutong.project.trouble import Trouble

NAME = "hutong_receiver"  # of the slot, and of who waits for whom
PATIENCE = 1.5  # seconds without progress after which commits do not wait any more
PAUSE = 0.25  # seconds between two looks
HUNG = 15.0  # seconds without progress after which it is killed, and started again
AGAIN = 0.5  # seconds between two starts of a receiver that ends
GRACE = 5.0  # seconds to end in
LEAST_FREE = 512 << 20  # bytes on the shelf's disk below which the receiver is not started: PostgreSQL's own would fill it
POSITION = """
SELECT pg_current_wal_flush_lsn() - '0/0', current_setting('synchronous_standby_names') <> '',
  (SELECT max(flush_lsn) - '0/0' FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming')"""
OTHERS = "SELECT 1 FROM pg_stat_activity WHERE application_name IN ('hutong web', 'hutong worker', 'hutong sender')"
SLOT = "SELECT wal_status IS DISTINCT FROM 'lost' FROM pg_replication_slots WHERE slot_name = %s"


def let_go(connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """No commit waits for the receiver from now on; those that wait are answered."""
    connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
    connection.execute("SELECT pg_reload_conf()")


def free(folder: Path) -> int:
    """Bytes that are free where a folder lies; none where it is gone."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def let_all_go() -> None:
    """From outside, while the keeper does not run; a database that is gone keeps nobody waiting."""
    with suppress(psycopg.Error, Trouble), Source.here().connect() as connection:
        let_go(connection)


class Receiver:
    """PostgreSQL's own `pg_receivewal`, started again whenever it ends, and the switch that makes commits wait for it."""

    def __init__(self, server: Source, shelf: Shelf) -> None:
        self.server, self.shelf = server, shelf
        self.is_safe = False  # whether what is answered now is on the shelf
        self.has_gap = False  # whether WAL is missing since the last backup, so that another is due
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._started = self._moved = 0.0
        self._written = self._received = 0
        self._fault = ""
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 as long as we live

    def look(self) -> None:
        """One look: start what has ended, and let commits wait or not."""
        try:
            if self._connection is None:
                self._connection = self.server.connect()
                self._take_slot(self._connection)
            self._tend(self._connection)
            self._judge(self._connection)
        except psycopg.Error as error:
            self._forget(str(error).partition("\n")[0])

    def stop(self) -> None:
        """End in order, after those who write: nobody waits for us any more."""
        with suppress(psycopg.Error):
            connection = self._connection or self.server.connect()
            deadline = time.monotonic() + GRACE
            while connection.execute(OTHERS).fetchone() and time.monotonic() < deadline:
                time.sleep(PAUSE)
            let_go(connection)
        if self._process and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        self._forget("")
        self._said.close()

    def _forget(self, fault: str) -> None:
        """The database is gone for now; there is nobody to let go."""
        self._say(fault)
        self.is_safe = False
        if self._connection:
            self._connection.close()
        self._connection = None

    def _take_slot(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        """With a slot the server keeps what we have not received; where it had to give up on us, there is a gap, and a new one."""
        found = connection.execute(SLOT, [NAME]).fetchone()
        if found == (True,):
            return
        if found:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [NAME])
        connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [NAME])
        self.has_gap = True

    def _tend(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        if (self._process and self._process.poll() is None) or time.monotonic() < self._started + AGAIN:
            return
        self._hear()
        self._started = time.monotonic()
        if free(self.shelf.open) > LEAST_FREE:
            self._take_slot(connection)
            self._process = self.server.program(
                "pg_receivewal", f"--directory={self.shelf.open}", f"--slot={NAME}", "--synchronous", "--no-loop", "--status-interval=1",
                application_name=NAME, stderr=self._said,
            )  # fmt: skip

    def _hear(self) -> None:
        """Why it ended, in its last words; once, while they stay the same."""
        self._said.seek(0)
        words = self._said.read().decode(errors="replace").strip().rpartition("\n")[2]
        self._said.seek(0)  # the next one writes from where we stand
        self._said.truncate()
        self._say(words)

    def _say(self, fault: str) -> None:
        if fault and fault != self._fault:
            say(f"keeper: {fault}")
        self._fault = fault

    def _judge(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        """It keeps up if it has what was written at the last look, or has moved since."""
        written, waits, received = connection.execute(POSITION, [NAME]).fetchone() or (0, False, None)
        now = time.monotonic()
        if received is not None and (received >= self._written or received > self._received):
            self._moved = now
        self._written, self._received = int(written), int(received or 0)
        keeps_up = now - self._moved < PATIENCE and received is not None
        if keeps_up and not waits:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
            connection.execute("SELECT pg_reload_conf()")
        elif waits and not keeps_up and now - self._moved >= PATIENCE:
            let_go(connection)
        if self._process and now - max(self._moved, self._started) > HUNG:
            self._process.kill()
        self.is_safe = keeps_up and waits


def seal_finished(shelf: Shelf, key: SealingKey) -> None:
    """Seal the segments and histories that will not grow any more."""
    for name in shelf.open_wal():
        if not name.endswith(".partial"):
            shelf.seal_wal(name, key)


def seal_left_over(shelf: Shelf, key: SealingKey, timeline: int) -> None:
    """Seal the beginning of a segment on a timeline that a restore has left: the receiver would go on from there."""
    for name in shelf.open_wal():
        if name.endswith(".partial") and int(name[:8], 16) < timeline:
            shelf.seal_wal(name, key)
