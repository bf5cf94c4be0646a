"""The crash drill of the clocks: 20,000 fall due, workers and once the whole database are killed, and each is told exactly once."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bench import copies
from tests.conftest import ROOT
from tests.project.product import PATIENCE, Product, kill

pytestmark = pytest.mark.slow

WARNED, MISSED = 19_000, 1_000
WORKERS = 3  # the product's own, and two more beside it

LEFT = "SELECT count(*) FROM copies JOIN clocks_clock ON id = clock_id WHERE next_alarm_at <= now() AND ended_at IS NULL"
TOLD = """
SELECT is_missed, array_agg(DISTINCT warned), min(events), max(events), min(lines), max(lines), count(*) FROM (
  SELECT is_missed, k.warned, (SELECT count(*) FROM cases_event e WHERE e.case_id = d.case_id AND e.action IN ('warn', 'miss')) AS events,
    (SELECT count(*) FROM audit_entry a WHERE a.subject_id = d.case_id AND a.verb IN ('warn', 'miss')) AS lines
  FROM copies d JOIN clocks_clock k ON k.id = d.clock_id
) AS each GROUP BY is_missed ORDER BY is_missed"""


def asked(product: Product, sql: str, **given: object) -> list[tuple[object, ...]]:
    """What the database says, as soon as there is one."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with product.sql() as connection:
                return connection.execute(sql, given or None).fetchall()
        except psycopg.OperationalError:
            assert time.monotonic() < end, "no database"
            time.sleep(0.1)


@contextmanager
def more_workers(product: Product) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers beside the product's own, with the same environment."""
    environment = dict(each.split("=", 1) for each in _environment(product.leader("worker")) if "=" in each)
    started = [_worker(environment) for _number in range(WORKERS - 1)]
    try:
        yield started
    finally:
        kill(*(worker.pid for worker in started))
        for worker in started:
            worker.wait()


def _environment(pid: int) -> list[str]:
    with open(f"/proc/{pid}/environ") as file:
        return file.read().split("\0")


def _worker(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "hutong.project.worker"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_each_of_20000_clocks_is_told_once_whatever_is_killed(product: Product) -> None:
    dice = random.Random(12349)  # noqa: S311 the same drill every time
    with product.sql() as connection:
        copies.copy(connection, count=WARNED + MISSED, due=WARNED + MISSED, missed=MISSED)
    with more_workers(product) as workers:
        environment = dict(each.split("=", 1) for each in _environment(workers[0].pid) if "=" in each)
        whole = True
        while asked(product, LEFT)[0][0]:
            time.sleep(dice.uniform(0.2, 0.8))
            if whole:  # the database first, while most of them wait
                kill(*product.database_processes())
                whole = False
                continue
            place = dice.randrange(WORKERS)
            if place == WORKERS - 1:
                kill(product.leader("worker"))
            else:
                kill(workers[place].pid)
                workers[place].wait()
                workers[place] = _worker(environment)
    assert not whole
    assert asked(product, TOLD) == [(False, [50], 1, 1, 1, 1, WARNED), (True, [100], 1, 1, 1, 1, MISSED)]
