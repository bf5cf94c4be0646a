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

from tests.conftest import ROOT
from tests.project.product import PATIENCE, Product, kill

pytestmark = pytest.mark.slow

WARNED, MISSED = 19_000, 1_000
WORKERS = 3  # the product's own, and two more beside it

# One open case of the demo, so many times over, each with its last event and a deadline of which something is due to be told.
COPIES = """
CREATE TABLE drill AS SELECT i, gen_random_uuid() AS case_id, gen_random_uuid() AS clock_id, i > {warned} AS is_missed
  FROM generate_series(1, {warned} + {missed}) AS i;
SET session_replication_role = replica;
INSERT INTO clocks_clock SELECT (jsonb_populate_record(k, jsonb_build_object(
    'id', d.clock_id, 'case_id', d.case_id, 'started_at', now() - interval '1 hour',
    'due_at', CASE WHEN is_missed THEN now() ELSE now() + interval '40 minutes' END,
    'warnings_at', CASE WHEN is_missed THEN ARRAY[now() - interval '30 minutes', now() - interval '12 minutes']
                   ELSE ARRAY[now(), now() + interval '30 minutes'] END,
    'warned', CASE WHEN is_missed THEN 80 ELSE 0 END, 'next_alarm_at', now(), 'low_at', now() + interval '30 minutes',
    'missed_at', NULL, 'rung', 0, 'next_rung_at', NULL, 'replaces_id', NULL, 'is_provisional', false))).*
  FROM drill d, clocks_clock k JOIN cases_case c ON c.deadline_id = k.id WHERE c.id = %(case)s;
INSERT INTO cases_case SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', d.case_id, 'number', 'DRILL-' || d.i, 'deadline_id', d.clock_id, 'due_at', k.due_at, 'missed_at', NULL))).*
  FROM drill d JOIN clocks_clock k ON k.id = d.clock_id, cases_case c WHERE c.id = %(case)s;
INSERT INTO cases_event SELECT (jsonb_populate_record(e, jsonb_build_object(
    'id', gen_random_uuid(), 'case_id', d.case_id, 'action', 'note'))).*
  FROM drill d, cases_event e JOIN cases_case c ON c.id = e.case_id AND c.version = e.seq WHERE c.id = %(case)s;
SET session_replication_role = origin;
ANALYZE cases_case, clocks_clock, cases_event;
"""
A_CASE = """
SELECT id FROM cases_case c WHERE stage = 'handling' AND tier = 'II' AND NOT EXISTS (SELECT FROM cases_recusal WHERE case_id = c.id)"""
LEFT = "SELECT count(*) FROM drill JOIN clocks_clock ON id = clock_id WHERE next_alarm_at <= now() AND ended_at IS NULL"
TOLD = """
SELECT is_missed, array_agg(DISTINCT warned), min(events), max(events), min(lines), max(lines), count(*) FROM (
  SELECT is_missed, k.warned, (SELECT count(*) FROM cases_event e WHERE e.case_id = d.case_id AND e.action IN ('warn', 'miss')) AS events,
    (SELECT count(*) FROM audit_entry a WHERE a.subject_id = d.case_id AND a.verb IN ('warn', 'miss')) AS lines
  FROM drill d JOIN clocks_clock k ON k.id = d.clock_id
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
    (case, *_more) = asked(product, A_CASE)[0]
    with product.sql() as connection:
        for statement in COPIES.format(warned=WARNED, missed=MISSED).split(";\n"):
            connection.execute(statement, {"case": case} if "%(case)s" in statement else None)
    with more_workers(product) as workers:
        environment = dict(each.split("=", 1) for each in _environment(workers[0].pid) if "=" in each)
        whole = True
        while left := asked(product, LEFT)[0][0]:
            time.sleep(dice.uniform(0.2, 0.8))
            if whole and isinstance(left, int) and left < WARNED // 2:
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
