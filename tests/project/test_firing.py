"""The crash drill of the clocks: 20,000 fall due, workers and once the whole database are killed, and each is told exactly once."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest

from bench import copies
from tests.conftest import ROOT
from tests.project.product import PATIENCE, Product, kill

pytestmark = pytest.mark.slow

WARNED, MISSED = 19_000, 1_000
BESIDE = 2  # workers beside the product's own

LEFT = "SELECT count(*) FROM copies JOIN clocks_clock ON id = clock_id WHERE next_alarm_at <= now() AND ended_at IS NULL"
TOLD = """
SELECT is_missed, array_agg(DISTINCT warned), min(events), max(events), min(lines), max(lines), count(*) FROM (
  SELECT is_missed, k.warned, (SELECT count(*) FROM cases_event e WHERE e.case_id = d.case_id AND e.action IN ('warn', 'miss')) AS events,
    (SELECT count(*) FROM audit_entry a WHERE a.subject_id = d.case_id AND a.verb IN ('warn', 'miss')) AS lines
  FROM copies d JOIN clocks_clock k ON k.id = d.clock_id
) AS each GROUP BY is_missed ORDER BY is_missed"""


def asked(product: Product, sql: str) -> list[tuple[object, ...]]:
    """What the database says, as soon as there is one."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with product.sql() as connection:
                return connection.execute(sql).fetchall()
        except psycopg.OperationalError:
            assert time.monotonic() < end, "no database"
            time.sleep(0.1)


class Workers:
    """Workers beside the product's own, told the same."""

    def __init__(self, product: Product) -> None:
        self.environment = product.environment_of("worker")
        self.running = [self._start() for _number in range(BESIDE)]

    def kill(self, place: int) -> None:
        """One of them, and wait until it is gone."""
        self.running[place].kill()
        self.running[place].wait()

    def start_again(self, place: int) -> None:
        """Another in its place."""
        self.running[place] = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "hutong.project.worker"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def workers(product: Product) -> Iterator[Workers]:
    """Killed at the end."""
    beside = Workers(product)
    yield beside
    for place in range(BESIDE):
        beside.kill(place)


def test_each_of_20000_clocks_is_told_once_whatever_is_killed(product: Product, workers: Workers) -> None:
    dice = random.Random(12349)  # noqa: S311 the same drill every time
    with product.sql() as connection:
        copies.copy(connection, count=WARNED + MISSED, due=WARNED + MISSED, missed=MISSED)
    kill(*product.database_processes())  # first of all, while most of them wait
    while asked(product, LEFT)[0][0]:
        time.sleep(dice.uniform(0.2, 0.8))
        place = dice.randrange(BESIDE + 1)
        if place == BESIDE:
            kill(product.leader("worker"))
        else:
            workers.kill(place)
            workers.start_again(place)
    assert asked(product, TOLD) == [(False, [50], 1, 1, 1, 1, WARNED), (True, [100], 1, 1, 1, 1, MISSED)]
