"""A server of one's own: what its role may not do is said with what to type; with these rights it is backed up, received and restored."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from hutong.project.keeping.receiving import Receiver
from hutong.project.keeping.shelf import Shelf
from hutong.project.keeping.source import TO_RECEIVE, Source
from hutong.project.trouble import Trouble
from tests.browser import wait_until
from tests.conftest import ROOT
from tests.project.product import PATIENCE, without_ours
from tests.project.server import Elsewhere, elsewhere

pytestmark = pytest.mark.slow
RIGHTS = (
    "ALTER ROLE boss REPLICATION",
    "GRANT pg_monitor TO boss",
    "GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO boss",
    "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO boss",
)


@dataclass
class Installed:
    """The product's tables on a server, a shelf, and keys."""

    server: Elsewhere
    folder: Path

    def hutong(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        told = {
            "DATABASE_URL": self.server.address(),
            "HUTONG_DATA": str(self.folder / "data"),
            "HUTONG_BACKUPS": str(self.folder / "kept"),
        }
        command = [Path(sys.executable).with_name("hutong"), *arguments]
        return subprocess.run(command, cwd=ROOT, env=without_ours() | told, capture_output=True, text=True, check=False)

    def as_superuser(self, *statements: str) -> None:
        with psycopg.connect(self.server.cluster.address.replace("5432", str(self.server.port)), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="module")
def installed(folder: Path) -> Iterator[Installed]:
    place = folder / "own"
    (place / "safe").mkdir(parents=True)
    with elsewhere(place) as server:
        with (server.cluster.folder / "pg_hba.conf").open("a") as doors:
            doors.write("host replication all 127.0.0.1/32 scram-sha-256\nlocal all postgres trust\n")
        server.stop()
        server.start()
        found = Installed(server, place)
        migrated = found.hutong("migrate")
        assert migrated.returncode == 0, migrated.stderr
        found.hutong("backup", f"--new-keys={place / 'safe'}")
        yield found


def test_what_the_role_may_not_do_is_said_with_what_to_type(installed: Installed) -> None:
    refused = installed.hutong("backup")
    assert (refused.returncode, "to the role boss: ALTER ROLE boss REPLICATION\n" in refused.stderr) == (1, True)
    with pytest.raises(Trouble) as trouble:
        Source(installed.server.address()).facts(TO_RECEIVE)
    assert str(trouble.value).endswith("; ".join(RIGHTS))


def test_with_these_rights_it_is_backed_up_and_restores(installed: Installed) -> None:
    installed.as_superuser(*RIGHTS)
    made = installed.hutong("backup")
    assert made.returncode == 0, made.stderr
    key = f"--key={installed.folder / 'safe' / 'hutong-restore.key'}"
    checked = installed.hutong("backup", "--check", key)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    restored = installed.hutong("restore", key)
    assert "Restored from" in restored.stdout, restored.stderr


def test_with_these_rights_commits_wait_for_the_receiver_and_are_let_go(installed: Installed) -> None:
    source = Source(installed.server.address())
    receiver = Receiver(source, Shelf(next((installed.folder / "kept").iterdir())))

    def is_safe() -> bool:
        receiver.look()
        return receiver.is_safe

    wait_until(is_safe, PATIENCE)
    receiver.stop()
    with source.connect() as connection:
        assert connection.execute("SHOW synchronous_standby_names").fetchone() == ("",)
