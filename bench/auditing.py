"""The audit log: what a line costs whoever writes it, and how fast lines are sealed and verified.

In a database of its own, copied from the bench's, which is dropped afterwards. The floor of verifying is a plain SELECT of the same
lines, that of writing the same insert without what makes the line wait for its seal.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bench import apart
from bench.measuring import Timing
from hutong.hotline.audit import keys, timers, verifying
from hutong.hotline.audit.anchors import Anchors
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.ids import new_id

LINES = int(os.environ.get("HUTONG_BENCH_LINES", "1000000"))
RATE, COST = 50_000, 0.5  # targets: lines verified a second, milliseconds that a line adds to a deed
WRITTEN = 2_000
NAME = "hutong_auditing"
# The copy's log, sealed from its first line with a key of its own.
ANEW = """
    SET session_replication_role = replica;
    TRUNCATE audit_checkpoint, audit_seal, audit_sink, audit_waiting;
    INSERT INTO audit_waiting SELECT id FROM audit_entry;
    SET session_replication_role = origin"""
MANY = """
    INSERT INTO audit_entry (id, at, verb, staff_id, post_id, subject, subject_id, detail)
    SELECT (lpad(to_hex(1760000000000 + i), 12, '0') || right(gen_random_uuid()::text, 23))::uuid, now(), 'looked',
    md5((i %% 500)::text)::uuid, md5((i %% 600)::text)::uuid, 'case', md5((i / 25)::text)::uuid, '{"part": "cases:case"}'
    FROM generate_series(1, %s) AS i"""
ALL = "SELECT id, at, verb, staff_id, post_id, subject, subject_id, event_id, detail FROM audit_entry"
LINE = """
    INSERT INTO audit_entry (id, at, verb, staff_id, post_id, subject, subject_id, detail)
    VALUES (%s, now(), 'looked', md5((%s %% 500)::text)::uuid, md5((%s %% 600)::text)::uuid, 'case', md5((%s / 25)::text)::uuid,
    '{"part": "cases:case"}')"""
Admin = "psycopg.Connection[tuple[object, ...]]"


def lines() -> Iterator[str]:
    """The figures, in words."""
    with apart.database_of(NAME) as (admin, work), tempfile.TemporaryDirectory() as folder:
        settings.AUDIT_KEY, settings.AUDIT_FOLDER = Path(folder, "audit.key"), Path(folder)
        admin.execute(ANEW)
        admin.execute(MANY, [max(LINES - AuditEntry.objects.count(), 0)])
        admin.execute("ANALYZE audit_entry")
        sealed = _seconds(_seal_all)
        floor, held = _seconds(_select_all), _memory()
        count, took = _verified()
        yield (
            f"\n{count:,} lines of the log: sealed in {sealed:.1f} s ({count / sealed:,.0f}/s), verified in {took:.1f} s "
            f"({count / took:,.0f}/s, target {RATE:,}/s), a plain SELECT of them {floor:.1f} s: {took / floor:.1f} times as long; "
            f"{_memory() - held:.0f} MB more memory at the peak"
        )
        yield _written(admin, work)


def _written(admin: Admin, work: str) -> str:
    """What a line adds to a deed, with the trigger by which it waits for its seal, and without."""
    with psycopg.connect(work, autocommit=True) as connected:
        admin.execute("CHECKPOINT")
        _beside(connected, 1)  # which touches the pages first
        deed, both = _beside(connected, 0), _beside(connected, 1)
        admin.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_waits")
        bare = _beside(connected, 1)
    return f"A line of the log adds {both - deed:.3f} ms to a deed (target {COST} ms), {bare - deed:.3f} ms if it were never sealed"


def _beside(connected: Admin, lines: int) -> float:
    """The milliseconds of a transaction that writes something else, with so many lines in it."""
    took = []
    for place in range(WRITTEN):
        start = time.perf_counter()
        with connected.transaction():
            connected.execute("UPDATE network_division SET name = name WHERE code = '61'")
            for _line in range(lines):
                connected.execute(LINE, [new_id(), place, place, LINES + place])
        took.append(time.perf_counter() - start)
    return Timing.of(took, sum(took)).median


def _seal_all() -> None:
    while timers.sweep(at=timezone.now()):
        pass


def _select_all() -> None:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ALL)
        while cursor.fetchmany(verifying.PIECE):
            pass


def _verified() -> tuple[int, float]:
    start = time.perf_counter()
    with transaction.atomic():
        report = verifying.whole(Anchors(settings.AUDIT_FOLDER).gather(keys.known_keys(keys.public_file(settings.AUDIT_KEY))))
    if report.count:
        raise RuntimeError("; ".join(report.wrong))
    return report.lines, time.perf_counter() - start


def _seconds(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def _memory() -> float:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
