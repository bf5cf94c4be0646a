"""What makes the log one chain: each line gets its place soon after it was committed, and checkpoints say how far the chain goes.

Whoever writes a line waits for nobody: a trigger notes it as waiting, and one sealer at a time (any number may run) takes what
waits. A line that is committed late has a later place; a sealer that is killed has sealed a whole portion or nothing of it.
"""

import logging
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from hutong.hotline.audit import chain, keys, rules
from hutong.hotline.audit.models import Checkpoint, Seal, Sink
from hutong.hotline.audit.rules import Signed, Statement

PORTION = 5_000  # lines in one transaction
ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('audit_seal'))"
TAKE = """
    DELETE FROM audit_waiting WHERE entry_id = ANY(ARRAY(SELECT entry_id FROM audit_waiting ORDER BY entry_id LIMIT %s))
    RETURNING entry_id"""
WRITE = "COPY audit_seal (position, entry_id, at, suite, leaf, link) FROM STDIN"
SEALING, SIGNING = UUID(int=1), UUID(int=2)  # what `put_off` calls them by
PUT_OFF = timedelta(minutes=1)
logger = logging.getLogger(__name__)


def sweep(*, at: datetime, put_off: dict[UUID, datetime] | None = None) -> list[str]:
    """Seal what waits, a portion of it, and make the checkpoint that is due; a line where there is more to do, or one was made.

    What fails is logged and left alone for a minute, as `put_off` notes. Where signing fails (the key cannot be read, say), sealing
    goes on.
    """
    put_off = {} if put_off is None else put_off
    if put_off.get(SEALING, at) > at:
        return []
    try:
        with transaction.atomic():
            return _sweep(at, put_off) if _is_alone() else []
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("the log could not be sealed")
        put_off[SEALING] = at + PUT_OFF
        return []


def _sweep(at: datetime, put_off: dict[UUID, datetime]) -> list[str]:
    last, sealed = _seal(at)
    done = [f"{sealed} lines of the log sealed"] if sealed == PORTION else []
    if last and put_off.get(SIGNING, at) <= at:
        try:
            with transaction.atomic():
                done += _checkpoint(last, at, nothing_waits=sealed < PORTION)
        except (OSError, ValueError):
            logger.exception("no checkpoint of the log could be signed")
            put_off[SIGNING] = at + PUT_OFF
    return done


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        return bool(cursor.fetchone()[0])


def _seal(at: datetime) -> tuple[int, int]:
    """Give a portion of what waits its places; the last place then, and how many lines were sealed."""
    last = Seal.objects.order_by("-position").first()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [PORTION])
        ids = sorted(entry for (entry,) in cursor.fetchall())
    after, link = (last.position, bytes(last.link)) if last else (0, rules.START)
    if not ids:
        return after, 0
    suite, made = settings.AUDIT_SUITE, list[tuple[object, ...]]()
    at = max(at, last.at) if last else at  # a clock that was set back
    for line in chain.rows(chain.UNSEALED, ids=ids, at=at, suite=suite, after=after):
        body, place = line.rsplit(b"\t", 1)
        leaf = chain.leaf_of(suite, body)
        link = chain.link_of(suite, link, int(place), leaf)
        made.append((int(place), ids[len(made)], at, suite, leaf, link))
    with connection.cursor() as cursor, cursor.copy(WRITE) as copy:
        for row in made:
            copy.write_row(row)
    return after + len(made), len(made)


# --- checkpoints


def _checkpoint(last: int, at: datetime, *, nothing_waits: bool) -> list[str]:
    """Sign how far the chain goes, where that is due."""
    before = Checkpoint.objects.order_by("-number").first()
    begun = before.through if before else 0
    timely = Checkpoint.objects.exclude(kind=rules.FILLED).order_by("-number").values_list("at", flat=True).first()
    kind = rules.due(timely and timezone.localtime(timely), timezone.localtime(at), fresh=last - begun, nothing_waits=nothing_waits)
    if not kind:
        return []
    fresh = Seal.objects.filter(position__gt=begun).order_by("position").values_list("position", "leaf", "link")
    leaves, through, link = [], begun, Statement.read(before.statement).link if before else rules.START.hex()
    for position, leaf, new in islice(fresh.iterator(), rules.FULL):
        leaves.append(bytes(leaf))
        through, link = position, bytes(new).hex()
    statement = Statement(
        number=before.number + 1 if before else 1, kind=kind, at=at, first=begun + 1, through=through, link=link,
        previous=before.signature if before else "", prints=rules.prints_of(leaves),
    )  # fmt: skip
    signed = keys.sign(statement.text(), settings.AUDIT_KEY)
    Checkpoint.objects.create(
        number=statement.number, kind=kind, at=at, through=through, statement=signed.statement, key=signed.key, signature=signed.signature
    )
    return [f"checkpoint {statement.number} of the log, through line {through}"]


# --- laying them down elsewhere


@transaction.atomic
def to_lay_down(name: str, *, at: datetime) -> tuple[int, Signed] | None:
    """The next checkpoint for a place elsewhere, if a try is due; each goes there after the one before."""
    sink, _new = Sink.objects.get_or_create(name=name)
    if sink.next_try_at and sink.next_try_at > at:
        return None
    row = Checkpoint.objects.filter(number__gt=sink.through).order_by("number").first()
    return (row.number, Signed(row.statement, row.key, row.signature)) if row else None


@transaction.atomic
def laid_down(name: str, number: int, fault: str, *, at: datetime) -> None:
    """Write down how a try ended: `fault` is a word of the channel's, empty where the checkpoint lies there now."""
    sink = Sink.objects.select_for_update().get(name=name)
    if not fault:
        sink.through, sink.laid_down_at = max(sink.through, number), at
        sink.tries, sink.next_try_at, sink.fault = 0, None, ""
    elif number > sink.through:
        sink.tries, sink.fault = sink.tries + 1, fault
        sink.next_try_at = rules.next_try(sink.tries, at)
    sink.save()
