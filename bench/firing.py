"""Clocks that ring: how long it takes to tell of ten thousand among a million, and how late one is told of on a quiet system.

In a database of their own, copied from the bench's, which is dropped afterwards. The floor changes the same rows by plain SQL.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from django.utils import timezone

from bench import apart, copies
from hutong.hotline.cases import timers
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import CHANNEL

RUNNING = int(os.environ.get("HUTONG_BENCH_CLOCKS", "1000000"))
DUE = 10_000  # told of by the product, and as many by plain SQL
RATIO, LAG = 5.0, 2.0  # targets: times the floor, seconds
QUIET = 100  # clocks that ring one after the other
APART = 0.2  # seconds
TOGETHER = timers.AT_ONCE  # in one transaction, as the product does
NAME = "hutong_firing"
FIRE = [deed for deed in timers.DEEDS if deed.do is timers.fire]

# Nothing else is due: no rung of a ladder, no notice to hand on, nobody to call after.
QUIETLY = """
    UPDATE clocks_clock SET next_rung_at = now() + interval '1 day' WHERE next_rung_at IS NOT NULL;
    UPDATE cases_notice SET is_handed_on = true WHERE NOT is_handed_on;
    UPDATE notices_acknowledgement SET next_at = now() + interval '1 day' WHERE next_at IS NOT NULL"""

PLAIN = (
    "UPDATE clocks_clock SET warned = 50, next_alarm_at = warnings_at[2] WHERE id = %(clock)s",
    "UPDATE cases_case SET version = version + 1 WHERE id = %(case)s",
    """INSERT INTO cases_event (id, case_id, seq, at, action, office_id, lead_id, stage_before, stage_after, text, detail, xact)
       SELECT %(event)s, id, version, now(), 'warn', NULL, lead_id, stage, stage, '', '{"share": 50}', 0
       FROM cases_case WHERE id = %(case)s""",
    """INSERT INTO audit_entry (id, at, verb, subject, subject_id, event_id, detail)
       VALUES (%(audit)s, now(), 'warn', 'case', %(case)s, %(event)s, '{}')""",
    """INSERT INTO cases_notice (id, office_id, case_id, kind, event_id, at, is_handed_on)
       SELECT %(notice)s, holder_id, id, 'warned', %(event)s, now(), false FROM cases_case WHERE id = %(case)s""",
)


def lines() -> Iterator[str]:
    """The figures, in words."""
    with apart.database_of(NAME) as (admin, work):
        copies.copy(admin, count=RUNNING, due=2 * DUE)
        floor = _plain(admin, work)
        took = _told()
        yield f"\n{RUNNING:,} clocks run, {DUE:,} ring at once: told of in {took:.1f} s, the same rows by plain SQL in {floor:.1f} s: "
        yield f"{took / floor:.1f} times as long (target {RATIO:g})"
        late = _lags(admin, work)
        yield f"A clock that rings on a quiet system is told of after {late[len(late) // 2]:.2f} s, p99 {late[-1]:.2f} s (target {LAG:g} s)"


def _plain(admin: "psycopg.Connection[tuple[object, ...]]", work: str) -> float:
    """Seconds to change what telling changes, for as many clocks, statement by statement in one pipeline a transaction."""
    rows = admin.execute("SELECT clock_id, case_id FROM copies ORDER BY i LIMIT %s OFFSET %s", [DUE, DUE]).fetchall()
    given = [{"clock": clock, "case": case, "event": new_id(), "audit": new_id(), "notice": new_id()} for clock, case in rows]
    start = time.perf_counter()
    with psycopg.connect(work) as connection:
        for first in range(0, DUE, TOGETHER):
            with connection.transaction(), connection.cursor() as cursor:
                for statement in PLAIN:
                    cursor.executemany(statement, given[first : first + TOGETHER])
    return time.perf_counter() - start


def _told() -> float:
    """Seconds until the product has told of all that ring."""
    start = time.perf_counter()
    while timers.sweep(at=timezone.now(), deeds=FIRE):
        pass
    return time.perf_counter() - start


def _lags(admin: "psycopg.Connection[tuple[object, ...]]", work: str) -> list[float]:
    """The seconds from the moment at which each clock rings until whoever listens hears of its case, shortest first."""
    rings = """
        WITH quiet AS (SELECT clock_id, case_id, now() + make_interval(secs => 5 + %(apart)s * row_number() OVER ()) AS rings_at
                       FROM copies WHERE i > 2 * %(due)s LIMIT %(quiet)s)
        UPDATE clocks_clock k SET next_alarm_at = q.rings_at, warnings_at[1] = q.rings_at FROM quiet q WHERE k.id = q.clock_id
        RETURNING q.case_id, q.rings_at"""
    admin.execute("SET session_replication_role = replica")
    admin.execute(QUIETLY)
    wanted = dict(admin.execute(rings, {"apart": APART, "due": DUE, "quiet": QUIET}).fetchall())
    environment = os.environ | {"HUTONG_WORK_URL": work, "HUTONG_AS_OWNER": "0"}
    worker = subprocess.Popen([sys.executable, "-m", "hutong.project.worker"], env=environment, stdout=subprocess.DEVNULL)
    try:
        return sorted(_heard(work, {f"case:{case}": moment for case, moment in wanted.items()}))
    finally:
        worker.kill()
        worker.wait()


def _heard(work: str, wanted: dict[str, Any]) -> Iterator[float]:
    with psycopg.connect(work, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        for note in listening.notifies(timeout=60):
            moment = wanted.pop(json.loads(note.payload)["topic"], None)
            if moment:
                yield (timezone.now() - moment).total_seconds()
            if not wanted:
                return
    raise RuntimeError(f"{len(wanted)} clocks were never told of")
