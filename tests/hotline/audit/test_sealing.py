"""Lines get their places: once each, whoever seals and whatever ends the sealer; and nobody who writes waits for it."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError, ProgrammingError
from django.utils import timezone
from pytest_django import Settings

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit import actions, chain, timers
from hutong.hotline.audit.models import AuditEntry, Seal, Waiting
from hutong.hotline.kernel.ids import new_id
from hutong.project.database import Addresses
from tests.browser import wait_until
from tests.cast import post
from tests.hotline.audit import logs
from tests.loop import START, case_at
from tests.together import together

NOW = logs.BEGUN + timedelta(minutes=5)


def sealed_once() -> None:
    """Each line has one place, the places have no gap, and nothing waits."""
    assert set(Seal.objects.values_list("entry_id", flat=True)) == set(AuditEntry.objects.values_list("pk", flat=True))
    assert sorted(Seal.objects.values_list("position", flat=True)) == list(range(1, AuditEntry.objects.count() + 1))
    assert not Waiting.objects.exists()


@pytest.mark.parametrize("suite", ["sha256", "sm3"])
def test_each_line_gets_a_place_by_the_suite_that_is_set(committed: Addresses, settings: Settings, suite: str) -> None:
    settings.AUDIT_SUITE = suite
    logs.write(3)
    logs.seal(at=NOW)

    sealed_once()
    assert set(Seal.objects.values_list("suite", flat=True)) == {suite}
    assert logs.verify().wrong == []


def test_the_suite_may_change_between_two_lines(committed: Addresses, settings: Settings) -> None:
    for suite in ("sha256", "sm3", "sha256"):
        settings.AUDIT_SUITE = suite
        logs.write(2)
        logs.seal(at=NOW)

    assert (logs.verify().lines, logs.verify().wrong) == (6, [])


def test_sm3_is_sm3() -> None:
    assert chain.leaf_of("sm3", b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.django_db
def test_what_is_undone_leaves_no_line_and_nothing_that_waits() -> None:
    with transaction.atomic():
        logs.write(1)
        transaction.set_rollback(True)

    assert (AuditEntry.objects.count(), Waiting.objects.count()) == (0, 0)


# --- several at once


def test_two_sealers_at_once_give_each_line_one_place(committed: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "PORTION", 7)
    logs.write(60)

    def seal() -> None:
        while Waiting.objects.exists():
            logs.seal(at=NOW)

    together(seal, seal)

    sealed_once()
    assert logs.verify().wrong == []


def test_lines_that_are_written_while_others_are_sealed_are_sealed_too(committed: Addresses) -> None:
    def seal() -> None:
        for _time in range(20):
            logs.seal(at=NOW)

    together(seal, *[lambda: logs.write(40)] * 3)
    logs.seal(at=NOW)

    sealed_once()
    assert logs.verify().wrong == []


def test_nobody_who_writes_waits_for_a_sealer_or_for_another_writer(committed: Addresses) -> None:
    logs.write(3)
    with psycopg.connect(committed.work) as sealer, psycopg.connect(committed.work) as writer:
        sealer.execute(timers.ALONE)
        sealer.execute(timers.TAKE, [timers.PORTION])
        writer.execute("INSERT INTO audit_entry (id, at, verb, subject, detail) VALUES (gen_random_uuid(), now(), 'looked', 'case', '{}')")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            logs.write(2)
        assert timers.sweep(at=NOW) == []  # nor does another sealer wait
        sealer.rollback()

    logs.seal(at=NOW)
    sealed_once()


def test_a_flood_of_refusals_neither_drops_nor_holds_up_a_deed(committed: Addresses) -> None:
    case = case_at("acceptance")

    def flood() -> None:
        for _time in range(150):
            actions.record("refused", by=post("qin"), at=START, subject="case", subject_id=new_id())

    def accept() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            assignments.accept(case.pk, by=post("wang"), at=START + timedelta(hours=1), seen=case.version)

    together(*[flood] * 3, accept)
    logs.seal(at=NOW)

    assert AuditEntry.objects.filter(verb="refused").count() == 450
    assert AuditEntry.objects.filter(verb="accept", subject_id=case.pk).count() == 1
    sealed_once()


# Seals three lines of the log for each line that it is told, and no more, however late the test comes to kill it.
SEALER = """
import sys
from hutong.project.worker import audit, timezone
audit.PORTION = 3
for _told in sys.stdin:
    while not audit.sweep(at=timezone.now()):
        pass  # what a killed one has begun still holds its lock
"""


def test_a_sealer_that_is_killed_leaves_nothing_half_done(committed: Addresses) -> None:
    logs.write(400)
    environment = os.environ | committed.environment() | {"HUTONG_PROCESS": "sealer"}
    for round_ in range(4):
        goal = Seal.objects.count() + 3 * 13
        with subprocess.Popen([sys.executable, "-c", SEALER], env=environment, stdin=subprocess.PIPE, bufsize=0) as sealer:
            sealer.stdin.write(b"\n" * 13)
            wait_until(lambda goal=goal: Seal.objects.count() >= goal, seconds=60)
            sealer.stdin.write(b"\n")
            time.sleep(0.003 * round_)
            sealer.send_signal(signal.SIGKILL)
    assert 0 < Seal.objects.count() < 400
    logs.seal(at=timezone.now())

    sealed_once()
    assert logs.verify().wrong == []


# --- no line, no deed


@pytest.mark.parametrize("broken", ["audit_entry", "audit_waiting"])
def test_where_the_log_cannot_be_written_the_deed_is_not_done(committed: Addresses, broken: str) -> None:
    case = case_at("acceptance")
    with psycopg.connect(committed.owner, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {broken} RENAME TO dead")
        try:
            with pytest.raises(ProgrammingError):
                assignments.accept(case.pk, by=post("wang"), at=START + timedelta(hours=1), seen=case.version)
        finally:
            owner.execute(f"ALTER TABLE dead RENAME TO {broken}")
    case.refresh_from_db()

    assert case.stage == "acceptance"


# --- the working role


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_seal SET link = leaf",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "UPDATE audit_checkpoint SET through = 0",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_waiting SET entry_id = gen_random_uuid()",
        "DELETE FROM audit_sink",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_waits",
        "SET session_replication_role = replica",
    ],
)
def test_the_working_role_cannot_rewrite_what_seals(statement: str) -> None:
    with pytest.raises((ProgrammingError, InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_sealer_that_cannot_write_is_left_alone_for_a_minute_and_nothing_is_lost(committed: Addresses) -> None:
    logs.write(2)
    put_off: dict[UUID, datetime] = {}
    with psycopg.connect(committed.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE audit_seal RENAME TO gone")
        assert timers.sweep(at=NOW, put_off=put_off) == []
        owner.execute("ALTER TABLE gone RENAME TO audit_seal")
    assert put_off == {timers.SEALING: NOW + timedelta(minutes=1)}
    timers.sweep(at=NOW, put_off=put_off)
    assert Waiting.objects.count() == 2
    timers.sweep(at=NOW + timedelta(minutes=1), put_off=put_off)

    sealed_once()
