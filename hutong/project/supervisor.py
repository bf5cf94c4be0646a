"""Processes kept running: started, started again when they end, stopped together, and never left behind."""

import ctypes
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from hutong.project.installing import say
from hutong.project.trouble import Trouble

MARK = "HUTONG_RUN"  # in the environment of every process of a run: the folder that it works on
PAUSES = (1.0, 30.0)  # seconds between two starts of a process that keeps ending
STEADY = 60.0  # seconds after which a process counts as well
GRACE = 10.0  # seconds to end in when asked to
PR_SET_PDEATHSIG = 1


class Service(NamedTuple):
    """A process to keep running, the open sockets that it is handed, what it alone is told, and what is done while it does not run."""

    name: str
    command: tuple[str, ...]
    sockets: tuple[int, ...] = ()
    told: Mapping[str, str] = {}
    while_ended: Callable[[], None] | None = None


class Child:
    """A service and the process that runs it now."""

    def __init__(self, service: Service, environment: Mapping[str, str]) -> None:
        self.service = service
        self.environment = {**environment, **service.told, "HUTONG_PROCESS": f"hutong {service.name}"}
        self.pause = PAUSES[0]
        self.start()

    def start(self) -> None:
        """Start the process; it ends with us, whatever ends us."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 our own commands
            self.service.command,
            env=self.environment,
            pass_fds=self.service.sockets,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
            preexec_fn=die_with_parent,  # noqa: PLW1509 we have no threads
        )

    def tend(self) -> None:
        """Start it again if it has ended; ever later while it keeps ending."""
        ended, lived = self.process.poll(), time.monotonic() - self.started
        if ended is not None and self.service.while_ended:
            self.service.while_ended()
        if ended is None:
            if lived > STEADY:
                self.pause = PAUSES[0]
        elif lived > self.pause:
            say(f"{self.service.name} ended ({_how(ended)}); starting it again")
            self.pause = min(self.pause * 2, PAUSES[1])
            self.start()


def mark_of(folder: Path) -> str:
    """The folder itself and not its name, which a container's may share."""
    found = folder.stat()
    return f"{found.st_dev}:{found.st_ino}"


def stop(children: Iterable[Child], mark: str) -> None:
    """Ask each to end, wait for all, and end what remains of the run."""
    running = list(children)
    for child in running:
        child.process.terminate()
    deadline = time.monotonic() + GRACE
    for child in running:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
    end_left_over(mark)


@contextmanager
def only_run_on(data: Path) -> Iterator[None]:
    """While the block lasts nobody else runs the product on this folder, or restores into it. Raises Trouble."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"Hutong is already running on {data}. Stop it first, or set HUTONG_DATA to another folder.") from None
        yield


def end_left_over(mark: str) -> None:
    """Kill every process of this or an earlier run on the folder, and return when they are gone."""
    deadline = time.monotonic() + GRACE
    while (left := _marked(mark)) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _marked(mark: str) -> list[int]:
    sought = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(entry.name) != os.getpid() and sought in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def die_with_parent() -> None:
    """For `preexec_fn`: whatever ends the thread that starts a process ends the process too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _how(ended: int) -> str:
    return f"exit code {ended}" if ended >= 0 else signal.Signals(-ended).name
