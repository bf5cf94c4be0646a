"""The product as a person starts it: `hutong up` on a data folder of its own, asked over HTTP, its processes found and killed."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network import demo, factors
from hutong.project import embedded
from hutong.project.supervisor import MARK, mark_of
from tests.browser import wait_until
from tests.clients import fresh_code
from tests.conftest import ROOT
from tests.desks.operator.sheets import typed

log = logging.getLogger(__name__)
PATIENCE = 180.0  # seconds; the first start plays the demo
SERVING = 6  # processes: the pages' leader and its two, the live stream, the worker, the sender
LAST_SIGN_IN = demo.SIGN_INS[-1][2]


class Product:
    """`hutong up --demo` on a folder. It can be started again after whatever ended it."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data, self.port = data, free_ports()
        self.process: subprocess.Popen[bytes] | None = None
        self.cookies: dict[str, httpx.Cookies] = {}
        self.environment = {**without_ours(), "HUTONG_DATA": str(data), **environment}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> str:
        """Start it, and return what it said once it greets or has ended."""
        self.launch()
        wait_until(lambda: LAST_SIGN_IN in self.said() or self.process.poll() is not None, PATIENCE)
        return self.said()

    def launch(self) -> None:
        """Start it, and do not wait."""
        if self.process:
            self.process.wait(PATIENCE)
        with self.data.with_suffix(".log").open("w") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("hutong"), "up", "--demo", f"--port={self.port}"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """What it has said so far."""
        return self.data.with_suffix(".log").read_text()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C does; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def processes(self) -> list[int]:
        """All that the runner started."""
        sought = f"{MARK}={mark_of(self.data)}".encode()
        return [pid for pid in _running() if sought in _read(pid, "environ").split(b"\0")]

    def leader(self, name: str) -> int:
        """The process of a service that the runner started itself, as soon as it has."""
        word = {
            "web": b"gunicorn",
            "live": b"uvicorn",
            "worker": b"hutong.project.worker",
            "sender": b"hutong.project.sender",
            "keeper": b"hutong.project.keeping.keeper",
        }[name]
        (found,) = first(lambda: [pid for pid in _children(self.process.pid) if word in _read(pid, "cmdline").split(b"\0")])
        return found

    @staticmethod
    def name_of(pid: int) -> str:
        """What the system calls a process."""
        return _read(pid, "comm").decode().strip()

    def environment_of(self, name: str) -> dict[str, str]:
        """What a service was told when it was started."""
        told = _read(self.leader(name), "environ").decode().split("\0")
        return dict(each.split("=", 1) for each in told if each)

    def web_workers(self) -> list[int]:
        """The processes that answer for the pages, as soon as there are any."""
        return first(lambda: _children(self.leader("web")))

    def postmaster(self) -> int:
        found = embedded.Server(self.data).pid()
        assert found is not None
        return found

    def database_processes(self) -> list[int]:
        """All of PostgreSQL's: the postmaster and what it started."""
        return [pid for pid in _running() if _link(pid, "cwd") == str(self.data / "postgres")]

    def backends(self, name: str) -> list[int]:
        """The database's processes that serve the connections of a service."""
        with self.sql() as connection:
            rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [f"hutong {name}"])
            return [int(str(pid)) for (pid,) in rows]

    def sql(self) -> "psycopg.Connection[tuple[object, ...]]":
        """As superuser, past every right."""
        return psycopg.connect(embedded.Server(self.data).address, dbname="hutong", autocommit=True)

    @contextmanager
    def client(self, username: str = "jiexian") -> Iterator[httpx.Client]:
        """A browser in which somebody of the demo has signed in; the next one of the same person shares the session, while it is open."""
        with httpx.Client(base_url=self.origin, timeout=10, cookies=self.cookies.get(username)) as client:
            if client.get("/account/security").status_code != 200:
                sign_in(client, username)
                self.cookies[username] = httpx.Cookies(client.cookies)
            yield client


class Writer:
    """An operator who hands in one report after the other, and presses the button again where no answer came."""

    def __init__(self, product: Product) -> None:
        self.product, self.name = product, new_id()
        self.saved: list[str] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._write)

    @contextmanager
    def writing(self) -> Iterator["Writer"]:
        """From the first ten reports until the block ends and the last one is answered."""
        self._thread.start()
        try:
            self.save_more()
            yield self
        finally:
            self._done.set()
            self._thread.join()

    def save_more(self) -> None:
        """Wait until ten more reports were answered as saved."""
        goal = len(self.saved) + 10
        wait_until(lambda: len(self.saved) >= goal, PATIENCE)

    def stored(self) -> list[str]:
        """What the database holds of what was typed, in the order of writing."""
        words = "SELECT narrative FROM contacts_contact WHERE narrative LIKE %s ORDER BY received_at"
        with self.product.sql() as connection:
            return [str(narrative) for (narrative,) in connection.execute(words, [f"%{self.name}%"])]

    def _write(self) -> None:
        with self.product.client() as client:
            while not self._done.is_set():
                sheet_id, words = new_id(), f"{self.name} 的第 {len(self.saved) + 1} 份"
                end = time.monotonic() + PATIENCE
                while not is_saved(client, sheet_id, words):
                    assert time.monotonic() < end, "no answer"
                    time.sleep(0.02)
                self.saved.append(words)


def is_saved(client: httpx.Client, sheet_id: UUID, words: str) -> bool:
    """Hand in a sheet: whether the answer says that it is saved; the only other answer is the page that says what to do next."""
    try:
        answer = client.post(f"/operator/?sheet={sheet_id}", data=form(client, **typed(narrative=words, end="case_opened")))
    except httpx.TransportError as error:
        log.warning("%s: %r", words, error)  # shown where the test fails
        return False
    assert answer.status_code == 302 or "系统出错了" in answer.text, answer.text
    if answer.status_code != 302:
        log.warning("%s: %s", words, answer.status_code)
    return answer.status_code == 302


def without_ours() -> dict[str, str]:
    """The environment, less what it says about the tests' own database."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HUTONG_", "DATABASE_"))}


def sign_in(client: httpx.Client, username: str) -> None:
    """Both steps; a code that somebody used already is waited out."""
    for _try in range(3):
        client.cookies.clear()
        client.get("/account/sign-in")
        answer = client.post("/account/sign-in", data=form(client, username=username, password=demo.PASSWORD))
        assert answer.headers.get("Location", "").startswith("/account/second-step"), answer.text
        answer = client.post("/account/second-step", data=form(client, code=fresh_code(username)))
        if answer.status_code == 302:
            return
        time.sleep(factors.PERIOD - time.time() % factors.PERIOD)
    raise AssertionError(answer.text)


def form(client: httpx.Client, **fields: str) -> dict[str, str]:
    """The fields with the token that Django asks for."""
    return fields | {"csrfmiddlewaretoken": client.cookies["csrftoken"]}


def first(find: Callable[[], list[int]]) -> list[int]:
    """What is found as soon as anything is."""
    found: list[int] = []
    wait_until(lambda: found.extend(find()) or found, PATIENCE)
    return found


def kill(*pids: int) -> None:
    """kill -9, and wait until they are gone."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    """Whether it runs; one that is dead and not yet buried does not."""
    return _link(pid, "cwd") != ""  # the last thing that the dead let go of


def free_ports() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def _running() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]


def _children(parent: int) -> list[int]:
    return [pid for pid in _running() if f"\nPPid:\t{parent}\n".encode() in _read(pid, "status")]


def _read(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""


def _link(pid: int, name: str) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/{name}")
    return ""
