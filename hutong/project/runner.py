"""`hutong up`: the whole product in one terminal, on one data folder."""

import argparse
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from django.db import DatabaseError, connection

from hutong.project import clock, database, embedded, exchange, installing
from hutong.project.installing import say
from hutong.project.keeping import receiving, shelf
from hutong.project.keeping.sealing import key_of
from hutong.project.supervisor import MARK, Child, Service, end_left_over, mark_of, only_run_on, stop
from hutong.project.trouble import Trouble

WEB = (
    *("--worker-class=gthread", "--workers=2", "--threads=4", "--preload"),
    *("--graceful-timeout=5", "--no-control-socket", "--log-level=warning"),
    "--logger-class=hutong.project.web_log.WebLogger",
)
LIVE = ("--timeout-graceful-shutdown=1", "--log-level=warning", "--no-access-log", "--ws=none", "--no-server-header")
HOST = "127.0.0.1"
FIRST_ANSWER = 60.0  # seconds that the pages may take to be there
LOOK = 0.5  # seconds between two looks at the processes
LOOK_AT_CLOCKS = 3600.0  # seconds between two
NOT_FOR_CHILDREN = {"DATABASE_URL", *database.BY_HAND, "HUTONG_OWNER_URL", "HUTONG_AS_OWNER"}  # they work; they do not own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong up` understands."""
    parser.add_argument("--port", type=int, default=8000, help="of the pages; the live stream takes the next one (default: 8000)")
    parser.add_argument("--demo", action="store_true", help="with the demo network and its sign-ins")


def run(options: argparse.Namespace) -> int:
    """Start everything, keep it running until Ctrl-C or SIGTERM, stop everything."""
    data = database.data_folder()
    _end_on_signals()
    _look_at_backups(data)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        stack.enter_context(only_run_on(data))
        end_left_over(mark_of(data))
        stack.callback(embedded.server(data).leave)
        sockets = [stack.enter_context(_listening(port)).fileno() for port in (options.port, options.port + 1)]
        sign_ins = _prepare(demo=options.demo)
        children: list[Child] = []
        stack.callback(_stop, children, data)
        telephone = exchange.Telephone(data, options.port)
        environment = {**telephone.environment(), **_environment(data, options)}
        children.extend(Child(service, environment) for service in (*telephone.services(), *_services(*sockets)))
        _wait_for_answers(children, options.port)
        _greet(data, options.port, sign_ins, telephone.greeting())
        _watch(children, data)
    return 0


def _look_at_backups(data: Path) -> None:
    """Nobody begins anew by mistake where backups of what was there before lie; and what is to be sealed needs a key. Raises Trouble."""
    where = shelf.folder()
    if where is None:
        return
    if not os.environ.get("DATABASE_URL") and not embedded.server(data).exists() and any(where.glob("*/backups/*-*")):
        raise Trouble(f"There is no database in {data}, and {where} has backups of one. `hutong restore`, or name another folder.")
    if not key_of(data).exists():
        raise Trouble(f"{shelf.VARIABLE} is set and there is no key to seal with. `hutong backup --new-keys FOLDER` makes a pair.")


def _end_on_signals() -> None:
    """Whatever asks us to end does it as Ctrl-C does; only under `nohup` a lost terminal is no reason."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """The socket is ours and outlives the processes that serve it: a browser that asks while one is started again just waits."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            remedy = "Choose another with `make run PORT=...` or `hutong up --port ...`; the one after it is needed too."
            raise Trouble(f"Port {port} cannot be used ({error}). {remedy}") from None
        listener.listen(1024)
        yield listener


def _prepare(*, demo: bool) -> list[tuple[str, str, str]]:
    """Bring database and static files up to date; the sign-ins of the demo."""
    os.environ["HUTONG_COLLECTED"] = "1"
    installing.connect(owner=True)
    installing.migrate()
    installing.collect_static()
    sign_ins = installing.load_demo() if demo else []
    installing.keep_paper()
    return sign_ins


def _environment(data: Path, options: argparse.Namespace) -> dict[str, str]:
    """What the processes are told; what the environment already says stands. Where it names hosts, both ports are behind one proxy."""
    web, live = ("", "") if "HUTONG_HOSTS" in os.environ else (f"http://{HOST}:{port}" for port in (options.port, options.port + 1))
    told = {"HUTONG_LIVE_URL": live, "HUTONG_WEB_ORIGIN": web, "HUTONG_DEMO": "1" if options.demo else "0"}
    if "HUTONG_SECRET_KEY" not in os.environ:
        told["HUTONG_SECRET_KEY"] = database.kept_secret(data / "key.secret")
    ours = {name: value for name, value in os.environ.items() if name not in NOT_FOR_CHILDREN}
    return {**told, **ours, MARK: mark_of(data)}


def _services(web: int, live: int) -> tuple[Service, ...]:
    python = (sys.executable, "-m")
    given = os.environ.get("DATABASE_URL")
    pages = {"HUTONG_WORK_URL": os.environ["HUTONG_DESK_URL"]}  # a role for which each row has to be theirs
    keeper = Service(
        "keeper",
        (*python, "hutong.project.keeping.keeper"),
        told={"DATABASE_URL": given} if given else {},
        while_ended=receiving.let_all_go,
    )
    return (
        Service("web", (*python, "gunicorn", "hutong.project.wsgi", f"--bind=fd://{web}", *WEB), (web,), told=pages),
        Service("live", (*python, "uvicorn", "hutong.desks.live.asgi:application", f"--fd={live}", *LIVE), (live,), told=pages),
        Service("worker", (*python, "hutong.project.worker")),
        Service("sender", (*python, "hutong.project.sender")),
        *([keeper] if shelf.folder() else []),
    )


def _wait_for_answers(children: list[Child], port: int) -> None:
    deadline = time.monotonic() + FIRST_ANSWER
    for address in (f"{HOST}:{port}", f"{HOST}:{port + 1}"):
        while not _answers(address):
            ended = [child.service.name for child in children if child.process.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise Trouble(f"{', '.join(ended) or address} did not start; what it said stands above.")


def _answers(address: str) -> bool:
    """Whether anything is said there; where it leads (to HTTPS, in service) is the proxy's."""
    try:
        with closing(http.client.HTTPConnection(address, timeout=1)) as asked:
            asked.request("GET", "/")
            asked.getresponse()
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
        return False
    return True


def _greet(data: Path, port: int, sign_ins: list[tuple[str, str, str]], telephone: str) -> None:
    say(f"\nHutong 护童  http://{HOST}:{port}\n{telephone}\nData: {data}. Ctrl-C stops everything.")
    for username, password, who in sign_ins:
        say(f"  {username:<10} {password}   {who}")


def _watch(children: list[Child], data: Path) -> None:
    wrong, due = list[str](), 0.0
    while True:
        time.sleep(LOOK)
        if time.monotonic() > due:
            wrong, due = tell_of_clocks(wrong), time.monotonic() + LOOK_AT_CLOCKS
        for child in children:
            child.tend()
        if database.lost(data):
            if not embedded.server(data).exists():
                raise Trouble(f"{embedded.server(data).folder} is gone. `hutong restore` brings back what the backups hold.")
            say("PostgreSQL ended; starting it again")
            database.start_embedded(data)


def tell_of_clocks(known: list[str]) -> list[str]:
    """Say what is wrong with the clocks and was not said yet; what is wrong with them now."""
    try:
        found = clock.faults()
    except DatabaseError:  # it is started again, or waited for
        return known
    finally:
        connection.close()
    for sentence in found:
        if sentence not in known:
            say(sentence)
    return found


def _stop(children: list[Child], data: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError):  # the terminal may be gone
        say("Stopping ...")
    stop(children, mark_of(data))
