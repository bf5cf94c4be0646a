"""What is written down of a mishap says where and of which kind, and holds no value; nor does the database's own log."""

import io
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from hutong.hotline.kernel.mishaps import told
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.project.database import Addresses
from hutong.project.logs import Formatter
from tests.conftest import CLUSTER, ROOT

MARKED = "标记文字9913812340077"
REFUSED = """
    INSERT INTO network_session (id, staff_id, begun_by, begun_at, seen_at, proved_at, address, browser, is_limited, is_wall, ended_why)
    SELECT gen_random_uuid(), id, 'password', now(), now(), now(), '', %s, false, false, 'left' FROM network_staff LIMIT 1"""


def caught(do: Callable[[], object]) -> Exception:
    try:
        do()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def refused_row() -> Exception:
    """What Django raises where a row is refused: its words quote the row, but for tables behind the wall."""

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(REFUSED, [MARKED])

    return caught(insert)


@pytest.mark.django_db
def test_a_refused_row_is_named_by_its_table_and_rule() -> None:
    error = refused_row()
    assert MARKED in str(error)
    assert "session_ended_why" in told(error)
    assert "sqlstate=23514" in told(error)
    assert MARKED not in told(error)


@pytest.mark.parametrize(
    "fails",
    [
        lambda: int(MARKED), lambda: {}[MARKED], lambda: datetime.fromisoformat(MARKED), lambda: getattr(UTC, MARKED),
        lambda: MARKED.encode("ascii"),
    ],
)  # fmt: skip
def test_no_exception_is_quoted(fails: Callable[[], object]) -> None:
    error = caught(fails)
    assert MARKED not in told(error)
    assert told(error).endswith(type(error).__name__)
    assert "test_logs.py" in told(error)


def test_what_lies_behind_is_told_and_what_the_system_says_of_itself() -> None:
    def behind() -> None:
        try:
            int(MARKED)
        except ValueError as error:
            raise Refusal(Reason("no_number", MARKED)) from error

    assert told(caught(behind)).splitlines()[-1] == "Refusal: no_number"
    assert "ValueError" in told(caught(behind))
    assert told(FileNotFoundError(2, "No such file or directory", MARKED)) == "FileNotFoundError: No such file or directory"
    nobody = caught(lambda: psycopg.connect("host=/nowhere user=hutong"))
    assert "No such file" in told(nobody)


def test_a_line_of_the_log_holds_no_question() -> None:
    into = io.StringIO()
    handler = logging.StreamHandler(into)
    handler.setFormatter(Formatter())
    logger = logging.Logger("web")
    logger.addHandler(handler)
    try:
        int(MARKED)
    except ValueError:
        logger.exception("Error handling request %s", f"/cases/search?q={MARKED}")
    assert "/cases/search?…" in into.getvalue()
    assert "ValueError" in into.getvalue()
    assert MARKED not in into.getvalue()


ENDS = "import django; django.setup(); {}int('{}'){}"


@pytest.mark.parametrize("around", [("", ""), ("import threading; t = threading.Thread(target=lambda: ", "); t.start(); t.join()")])
def test_a_process_or_a_thread_that_ends_by_an_exception_says_so_without_it(around: tuple[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDS.format(around[0], MARKED, around[1])],
        env={"DJANGO_SETTINGS_MODULE": "hutong.project.settings", "PYTHONPATH": str(ROOT), "HUTONG_DATA": str(settings.OBJECTS.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ValueError" in ended.stderr
    assert MARKED not in ended.stderr.replace(f"int('{MARKED}')", "")


@pytest.mark.skipif("DATABASE_URL" in __import__("os").environ, reason="the log of a server is not ours to read")
def test_nor_does_the_log_of_the_database(committed: Addresses) -> None:
    log = CLUSTER / "postgres" / "log"
    before = log.stat().st_size
    with psycopg.connect(committed.work) as work, pytest.raises(psycopg.errors.CheckViolation):
        work.execute(REFUSED, [MARKED])
    with psycopg.connect(committed.work) as work, pytest.raises(psycopg.Error):
        work.execute("SELECT 1 / %s::int, %s::text", [0, MARKED])
    with log.open(errors="replace") as file:
        file.seek(before)
        said = file.read()
    assert "session_ended_why" in said
    assert MARKED not in said
