"""The product as `hutong up` starts it, on a data folder of the bench's own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

HUTONG = Path(sys.executable).with_name("hutong")
PORT = int(os.environ.get("HUTONG_BENCH_PORT", "18349"))
ORIGIN = f"http://127.0.0.1:{PORT}"
DATA = Path(__file__).resolve().parent.parent / "data" / "bench"
DATABASE = "hutong_bench"  # on the server of DATABASE_URL, where there is one


def point_here() -> None:
    """Let this process and those that it starts work on the bench's own database."""
    os.environ["HUTONG_DATA"] = os.environ.get("HUTONG_BENCH_DATA", str(DATA))
    for name in ("DATABASE_URL", "DATABASE_WORK_URL", "DATABASE_DESK_URL"):
        if os.environ.get(name):
            os.environ[name] = make_conninfo(os.environ[name], dbname=DATABASE)


def hutong(*arguments: str) -> float:
    """Run one command of the product, show what it says, and give the seconds that it took."""
    start = time.perf_counter()
    subprocess.run([HUTONG, *arguments], check=True)  # noqa: S603 our own command
    return time.perf_counter() - start


@contextmanager
def running() -> Iterator[float]:
    """The product up; the seconds from the command to the line that says so, which comes when the pages answer."""
    start = time.perf_counter()
    with subprocess.Popen([HUTONG, "up", "--demo", f"--port={PORT}"], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            for line in process.stdout or ():
                if ORIGIN in line:
                    break
            else:
                raise RuntimeError("hutong up ended; what it said stands above")
            threading.Thread(target=deque, args=(process.stdout, 0)).start()  # what nobody reads would hold it up when the pipe is full
            yield time.perf_counter() - start
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
