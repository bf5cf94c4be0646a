"""A log of some length, sealed, with checkpoints that lie in a folder; and somebody who can do to it whatever they like."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from hutong.channels import deposits
from hutong.hotline.audit import actions, keys, timers, verifying
from hutong.hotline.audit.anchors import Anchors
from hutong.hotline.audit.models import Seal, SinkKind
from hutong.hotline.audit.verifying import Report
from hutong.hotline.kernel.ids import new_id
from tests.cast import post

BEGUN = datetime(2026, 9, 14, 10, 5, tzinfo=timezone.get_fixed_timezone(480))
TABLES = ("audit_entry", "audit_seal", "audit_checkpoint", "audit_waiting")


def write(count: int, at: datetime = BEGUN, **more: object) -> None:
    """So many lines, one after the other."""
    by = post("xu")
    for number in range(count):
        actions.record("looked", by=by, at=at + timedelta(seconds=number), subject="case", subject_id=new_id(), part="page", **more)


def lay_down(at: datetime) -> None:
    """All checkpoints that are there, into the folder."""
    while found := timers.to_lay_down(SinkKind.FOLDER, at=at):
        timers.laid_down(SinkKind.FOLDER, found[0], deposits.lay_down(SinkKind.FOLDER, *found), at=at)


def make() -> None:
    """Sixty lines: twenty below each of two checkpoints, and twenty that no checkpoint covers yet."""
    for hour in range(3):
        at = BEGUN + timedelta(hours=hour)
        write(20, at)
        seal(at=at + timedelta(minutes=1), signs=hour < 2)
        lay_down(at)


def seal(at: datetime, *, signs: bool = True) -> None:
    """Seal what waits; whether a checkpoint may be made of it."""
    timers.sweep(at=at, put_off={} if signs else {timers.SIGNING: at + timedelta(minutes=1)})


def verify(since: datetime | None = None) -> Report:
    """What is found."""
    with transaction.atomic():
        anchors = Anchors(settings.AUDIT_FOLDER).gather(keys.known_keys(keys.public_file(settings.AUDIT_KEY)))
        return verifying.whole(anchors, since=since)


@contextmanager
def past_every_right() -> Iterator[None]:
    """The rows as who owns the tables can change them, the guards stood aside; afterwards all is as it was."""
    with transaction.atomic():
        do(*(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES), must_change=False)
        do("ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_entry_id_key", must_change=False)
        yield
        transaction.set_rollback(True)


def do(*statements: str, must_change: bool = True) -> None:
    """Change rows; a statement that changes none is a mistake in the test."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount or not must_change, statement


def entry_at(position: int) -> object:
    """The id of the line in a place."""
    return Seal.objects.values_list("entry_id", flat=True).get(position=position)
