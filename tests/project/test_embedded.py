"""The cluster of a data folder: wherever the folder lies and whatever an earlier process left in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hutong.project.embedded import Server
from hutong.project.trouble import Trouble
from tests.browser import wait_until
from tests.project.product import kill

NAMES = {
    "Chinese letters and a space": "护 童",
    "a name longer than a socket's may be": "long-" * 30,
    "what a shell would read": 'it\'s $HOME `x` "y"',
    "what would be a list of hosts": "a,b",
}
# Joins until it is told to go.
JOIN = "import sys, pathlib, hutong.project.embedded as e; e.Server(pathlib.Path(sys.argv[1])).start(); print('in', flush=True); input()"
# Never looks up from its work to see whether the server is still there.
BUSY = b"DO $$ DECLARE done timestamptz := clock_timestamp() + interval '1 s'; BEGIN WHILE clock_timestamp() < done LOOP END LOOP; END $$"


@pytest.fixture(scope="module")
def made(folder: Path) -> Path:
    """A data folder with a cluster that has run and stopped."""
    server = Server(folder / "made")
    server.start()
    server.leave()
    return server.data


@pytest.fixture
def server(made: Path, folder: Path) -> Iterator[Server]:
    """A stopped cluster of this test's own."""
    server = Server(Path(shutil.copytree(made, folder / "data", symlinks=True)))
    if os.geteuid() == 0:
        give(server.folder, made / "postgres")
    yield server
    server.leave()
    shutil.rmtree(server.data)


def give(folder: Path, like: Path) -> None:
    """Let the copy belong to whom the original does."""
    owner = like.stat()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


def answer(server: Server, question: str) -> object:
    with psycopg.connect(server.address) as connection:
        found = connection.execute(question).fetchone()  # type: ignore[call-overload]
    return found and found[0]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_it_runs_wherever_the_folder_lies(name: str, server: Server, folder: Path) -> None:
    moved = Server(server.data.rename(folder / name))
    moved.start()
    assert answer(moved, "SELECT current_setting('data_directory')") == str(folder / name / "postgres")
    moved.leave()
    assert not moved.alive()
    moved.data.rename(server.data)


def test_it_keeps_what_it_answered_and_listens_to_nobody_outside(server: Server) -> None:
    server.start()
    settings = ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "server_encoding")
    assert [answer(server, f"SHOW {name}") for name in settings] == ["on", "on", "on", "", "UTF8"]
    assert server.folder.stat().st_mode & 0o777 == 0o700


def test_it_does_not_run_as_root(server: Server) -> None:
    server.start()
    assert Path(f"/proc/{server.pid()}").stat().st_uid == server.folder.stat().st_uid != 0


def test_folders_above_may_be_walked_through_by_its_account_and_not_read(server: Server, folder: Path) -> None:
    shut = folder / "shut"
    shut.mkdir(mode=0o700)
    moved = Server(server.data.rename(shut / "data"))
    moved.start()
    moved.leave()
    assert shut.stat().st_mode & 0o777 == (0o701 if os.geteuid() == 0 else 0o700)
    moved.data.rename(server.data)


def test_a_number_that_another_process_bears_now_is_no_server(server: Server) -> None:
    for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (server.folder / lock).write_text(f"{os.getpid()}\n{server.folder}\n1\n5432\n{server.folder}\n\n0 0\n")
    assert not server.alive()
    server.start()
    assert server.pid() != os.getpid()


def test_a_killed_server_that_nobody_has_buried_is_none(server: Server) -> None:
    """Where the first process of a container buries nobody, the dead keep their numbers."""
    dead = subprocess.Popen(["true"])
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    (server.folder / "postmaster.pid").write_text(f"{dead.pid}\n{server.folder}\n1\n5432\n{server.folder}\n\n0 0\n")
    server.start()
    assert answer(server, "SELECT 1") == 1
    dead.wait()


def test_after_its_first_process_was_killed_it_is_started_again(server: Server) -> None:
    server.start()
    killed = server.pid()
    assert killed
    kill(killed)
    assert not server.alive()
    server.start()
    assert (server.alive(), server.pid() == killed) == (True, False)


def test_a_shell_that_stands_in_its_folder_keeps_nobody_waiting(server: Server) -> None:
    with subprocess.Popen(["cat"], cwd=server.folder, stdin=subprocess.PIPE):
        server.start()
        assert answer(server, "SELECT 1") == 1


def test_it_is_not_started_beside_what_a_killed_one_left_at_work(server: Server) -> None:
    server.start()
    killed, busy = server.pid(), psycopg.connect(server.address)
    assert killed
    busy.pgconn.send_query(BUSY)
    kill(killed)
    server.start()
    with pytest.raises(OSError, match=str(busy.info.backend_pid)):
        Path(f"/proc/{busy.info.backend_pid}/cwd").readlink()
    busy.close()


def test_a_cluster_that_was_never_finished_is_made_anew(folder: Path) -> None:
    server = Server(folder / "interrupted")
    (server.data / "postgres.new" / "base").mkdir(parents=True)
    server.start()
    server.leave()
    assert sorted(path.name for path in server.data.iterdir()) == ["postgres", "postgres.lock", "postgres.users"]


def test_it_stops_with_the_last_process_that_uses_it(server: Server) -> None:
    server.start()
    with subprocess.Popen([sys.executable, "-c", JOIN, server.data], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in\n"
        server.leave()
        assert server.alive()
        process.communicate(b"\n", timeout=30)
    assert not server.alive()


def test_a_server_that_cannot_start_says_why(server: Server) -> None:
    (server.folder / "postgresql.conf").write_text("shared_buffers = many\n")
    with pytest.raises(Trouble, match='invalid value for parameter "shared_buffers"'):
        server.start()


@pytest.fixture
def container(folder: Path, server: Server) -> Iterator[Path]:
    """A process of PostgreSQL's name in a container, in what looks from outside like our folder."""
    program = shutil.copy("/bin/sleep", folder / "postgres")
    inside = 'mount -t tmpfs none /mnt && mkdir -p "/mnt$1" && cd "/mnt$1" && umount --lazy /mnt && echo in && exec "$0" 60'
    with subprocess.Popen(["unshare", "--mount", "sh", "-c", inside, program, server.folder], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if process.stdout.readline() != b"in\n":
            pytest.skip("only root may make a container")
        seen = Path(f"/proc/{process.pid}")
        wait_until(lambda: (seen / "comm").read_text() == "postgres\n")
        yield seen
        process.kill()


def test_a_server_in_a_container_at_a_folder_of_the_same_name_is_another(server: Server, container: Path) -> None:
    assert (container / "cwd").readlink() == server.folder
    (server.folder / "postmaster.pid").write_text(f"{container.name}\n{server.folder}\n1\n5432\n{server.folder}\n\n0 0\n")
    assert not server.alive()
    server.start()
    assert answer(server, "SELECT 1") == 1
