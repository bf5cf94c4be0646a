"""The drill: the disk goes while reports come in, and every report that was answered is there again; and what the way back refuses."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.rules import token_digest
from hutong.project.embedded import Server
from hutong.project.keeping import restoring
from hutong.project.keeping.shelf import SUFFIX
from hutong.project.trouble import Trouble
from tests.browser import wait_until
from tests.project.keeping.conftest import Kept
from tests.project.product import PATIENCE, Product, kill

pytestmark = pytest.mark.slow
SENDERS = 3


class Senders:
    """Another platform's software that hands over reports, several at once, each under a key of its own."""

    def __init__(self, product: Product) -> None:
        self.product, self.mark = product, str(new_id())
        self.token = f"hutong_{new_id()}"
        self.answered: list[str] = []  # the keys of those that were answered as saved
        self._done = threading.Event()
        with product.sql() as connection:
            connection.execute(
                """INSERT INTO network_api_token (id, post_id, name, digest, created_at) SELECT %s, p.id, %s, %s, now()
                   FROM network_post p JOIN network_staff s ON s.id = p.staff_id WHERE s.username = 'jiexian' LIMIT 1""",
                [new_id(), self.mark, token_digest(self.token)],
            )

    @contextmanager
    def sending(self) -> Iterator["Senders"]:
        """From the first ten that are answered until the block ends."""
        threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            self.wait_for_more()
            yield self
        finally:
            self._done.set()
            for thread in threads:
                thread.join()

    def wait_for_more(self, many: int = 10) -> None:
        """Until so many more were answered."""
        goal = len(self.answered) + many
        wait_until(lambda: len(self.answered) >= goal, PATIENCE)

    def stored(self) -> set[str]:
        """The keys of what the database holds."""
        return stored(Server(self.product.data), self.mark)

    def _send(self, sender: int) -> None:
        number = 0
        with httpx.Client(base_url=self.product.origin, headers={"Authorization": f"Bearer {self.token}"}, timeout=5) as client:
            while not self._done.is_set():
                key = f"{self.mark}-{sender}-{number}"
                with suppress(httpx.TransportError):
                    body = {"channel": "web", "narrative": f"第 {number} 份"}
                    if client.post("/api/contacts", json=body, headers={"Idempotency-Key": key}).status_code in {200, 201}:
                        self.answered.append(key)
                        number += 1


def stored(server: Server, mark: str) -> set[str]:
    """The keys of a sender's reports in a database."""
    import psycopg

    with psycopg.connect(server.address, dbname="hutong") as connection:
        rows = connection.execute("SELECT idempotency_key FROM contacts_contact WHERE idempotency_key LIKE %s", [f"{mark}%"])
        return {key for (key,) in rows}


def test_the_disk_is_destroyed_under_load_and_every_answered_report_is_restored(kept: Kept, folder: Path) -> None:
    product, senders = kept.product, Senders(kept.product)
    with senders.sending():
        senders.wait_for_more(100)
        all_of_it = kept.everything()
        shutil.rmtree(product.data / "postgres", ignore_errors=True)  # while they write
        time.sleep(0.5)
        kill(*all_of_it)
    shutil.rmtree(product.data)
    without_the_last = shutil.copytree(kept.backups, folder / "without the last")
    said = kept.restore()
    assert re.fullmatch(r"Restored from \S+ until 20\S+ \S+, with \d+ files, in \S+ s. `hutong up` starts it.\n", said)
    product.start()
    assert set(senders.answered) - senders.stored() == set()

    # The other way round: without what the receiver wrote last, the same question finds that reports are missing.
    for partial in without_the_last.glob("*/wal/open/*"):
        partial.unlink()
    elsewhere = folder / "until the last but some"
    kept.restore(f"--from={without_the_last}", data=elsewhere)
    server = Server(elsewhere)
    server.start()
    assert set(senders.answered) - stored(server, senders.mark) != set()
    server.leave()


def test_after_a_restore_it_is_kept_as_before(kept: Kept) -> None:
    kept.wait_until_safe()
    wait_until(lambda: kept.shelf.backups()[-1].timeline > 1, PATIENCE)
    with Senders(kept.product).sending() as senders:
        senders.wait_for_more()
    assert set(senders.answered) == senders.stored()
    checked = kept.hutong("backup", "--check", f"--key={kept.key}")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "restored on trial, and nothing in it breaks a rule" in checked.stdout


def test_to_a_moment(kept: Kept, folder: Path) -> None:
    with Senders(kept.product).sending() as before:
        before.wait_for_more()
    time.sleep(1.1)
    moment = time.strftime("%Y-%m-%d %H:%M:%S+0000", time.gmtime())
    time.sleep(1.1)
    with Senders(kept.product).sending() as after:
        after.wait_for_more()
    elsewhere = folder / "a moment"
    kept.restore(f"--from={kept.backups}", f"--to={moment}", data=elsewhere)
    server = Server(elsewhere)
    server.start()
    assert stored(server, before.mark) == set(before.answered)
    assert stored(server, after.mark) == set()
    server.leave()


def test_recordings_come_back_and_secrets_are_in_no_backup(kept: Kept, folder: Path) -> None:
    sound = kept.product.data / "recordings" / "2026" / "a.ogg"
    sound.parent.mkdir(parents=True)
    sound.write_bytes(b"a voice")
    sealed = kept.shelf.objects / "recordings" / "2026" / f"a.ogg{SUFFIX}"
    wait_until(sealed.exists, PATIENCE)
    assert b"a voice" not in sealed.read_bytes()
    elsewhere = folder / "with files"
    kept.restore(f"--from={kept.backups}", data=elsewhere)
    assert (elsewhere / "recordings" / "2026" / "a.ogg").read_bytes() == b"a voice"
    assert [path.name for path in elsewhere.iterdir() if path.name.endswith(".secret")] == []


def test_a_database_that_is_there_is_not_written_over(kept: Kept, folder: Path) -> None:
    running = kept.hutong("restore", f"--key={kept.key}", "--replace")
    assert (running.returncode, "is already running on" in running.stderr) == (1, True)
    full = kept.hutong("restore", f"--key={kept.key}", data=folder / "with files")
    assert (full.returncode, "`--replace` sets it aside" in full.stderr) == (1, True)
    assert "What was there before lies in" in kept.restore("--replace", data=folder / "with files")


def refused(kept: Kept, folder: Path, shelf: Path, *arguments: str) -> str:
    """What a restore says that is refused; nothing was made."""
    data = folder / f"refused-{new_id()}"
    done = kept.hutong("restore", f"--from={shelf}", *(arguments or (f"--key={kept.key}",)), data=data)
    assert (done.returncode, (data / "postgres").exists()) == (1, False)
    return done.stderr


DAMAGE = {
    "a byte changed": lambda path: path.write_bytes((now := path.read_bytes())[:-500] + bytes([now[-500] ^ 1]) + now[-499:]),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-500]),
    "empty": lambda path: path.write_bytes(b""),
    "missing": lambda path: path.unlink(),
}


@pytest.fixture(scope="module")
def much_wal(kept: Kept) -> None:
    """Three whole segments after the last backup, sealed."""
    before = len(kept.shelf.sealed_wal())
    for _time in range(3):
        with kept.product.sql() as connection:
            connection.execute("CREATE TABLE one AS SELECT 1")
            connection.execute("DROP TABLE one")
            connection.execute("SELECT pg_switch_wal()")
    wait_until(lambda: len(kept.shelf.sealed_wal()) >= before + 3, PATIENCE)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["backups/*/base.sealed", "backups/*/backup_manifest", "backups/*/backup.json", "wal/0*.sealed"])
@pytest.mark.usefixtures("much_wal")
def test_what_was_tampered_with_is_refused_by_name(name: str, damage: str, kept: Kept, folder: Path) -> None:
    shelf = shutil.copytree(kept.backups, folder / f"tampered-{new_id()}")
    path = sorted(shelf.glob(f"*/{name}"))[-2 if "wal" in name else -1]  # of the WAL one that later WAL follows on
    DAMAGE[damage](path)
    said = refused(kept, folder, shelf)
    assert path.name.partition(".")[0][8:] in said or path.parent.name in said
    assert "Traceback" not in said
    shutil.rmtree(shelf)


def test_another_key_opens_nothing(kept: Kept, folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    kept.hutong("backup", f"--new-keys={other}", data=folder / "other data")
    said = refused(kept, folder, kept.backups, f"--key={other / kept.key.name}")
    assert "was signed with another key" in said


def test_where_there_is_no_room_it_is_said_before_anything_is_opened(kept: Kept, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = folder / "narrow" / "restoring"
    aside.mkdir(parents=True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Mock(free=1_000_000))
    with pytest.raises(Trouble, match=r"takes 0\.\d GB here, and 0\.0 GB are free in .*narrow\. Make room first"):
        restoring.restore(kept.shelf, kept.opener, aside, restoring.Wanted())
    assert list(aside.iterdir()) == []


def test_nobody_begins_anew_where_backups_lie(kept: Kept, folder: Path) -> None:
    said = Product(folder / "empty", HUTONG_BACKUPS=str(kept.backups)).start()
    assert "`hutong restore`, or name another folder" in said


def test_a_first_start_with_an_empty_shelf_asks_for_the_key_that_seals(folder: Path) -> None:
    said = Product(folder / "new", HUTONG_BACKUPS=str(folder)).start()
    assert "there is no key to seal with" in said
