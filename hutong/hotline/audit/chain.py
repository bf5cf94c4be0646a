"""How a line is read for its seal, and how seals follow one another. Sealing and verifying read alike: as COPY writes a row.

What is hashed can be had without this program: `psql` with TimeZone 'UTC' and the columns below gives the same bytes, and any
tool that knows SHA-256 (or SM3) the same digests.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from hutong.hotline.audit.suites import SUITES

COLUMNS = "e.at, e.verb, e.staff_id, e.post_id, e.subject, e.subject_id, e.event_id, e.detail"
NULL = rb"\N"  # as COPY writes it
AS_WRITTEN = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'"

# ruff: noqa: S608 every part is a constant of this file
# Lines as they will be sealed: of these ids, after this place, at this moment, by this suite.
UNSEALED = f"""
    COPY (SELECT %(at)s::timestamptz, %(suite)s, w.id, {COLUMNS}, %(after)s + w.place
    FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS w (id, place) LEFT JOIN audit_entry e ON e.id = w.id ORDER BY w.place) TO STDOUT"""
# Sealed lines, in their order: what was hashed, the place, and both digests.
SEALED = f"""
    COPY (SELECT s.at, s.suite, s.entry_id, {COLUMNS}, s.position, encode(s.leaf, 'hex'), encode(s.link, 'hex')
    FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id WHERE s.position > %(after)s AND s.position <= %(through)s
    ORDER BY s.position) TO STDOUT"""
# The sealed lines about a case.
OF_CASE = f"""
    COPY (SELECT s.at, s.suite, s.entry_id, {COLUMNS}, s.position, encode(s.leaf, 'hex'), encode(s.link, 'hex')
    FROM audit_entry e JOIN audit_seal s ON s.entry_id = e.id
    WHERE e.subject_id = %(case)s OR e.verb = 'listed' AND (e.detail -> 'shown') @> to_jsonb(ARRAY[%(case)s::text])
    ORDER BY s.position) TO STDOUT"""


class Sealed(NamedTuple):
    """A line as its seal has it: its bytes, and of them what is looked at; its place; both digests."""

    body: bytes
    sealed_at: bytes
    suite: str
    entry: str
    told_at: bytes
    position: int
    leaf: bytes
    link: bytes

    @classmethod
    def of(cls, row: bytes) -> "Sealed":
        """From a row of SEALED."""
        body, position, leaf, link = row.rsplit(b"\t", 3)
        sealed_at, suite, entry, told_at, _rest = body.split(b"\t", 4)
        return cls(
            body, sealed_at, suite.decode(), entry.decode(), told_at, int(position),
            bytes.fromhex(leaf.decode()), bytes.fromhex(link.decode()),
        )  # fmt: skip


def rows(statement: str, **given: Any) -> Iterator[bytes]:
    """The rows of a COPY, in a transaction; no more of them are held than one block."""
    with connection.cursor() as cursor:
        cursor.execute(AS_WRITTEN)
        with cursor.copy(statement, given) as copy:
            rest = b""
            for block in copy:
                *whole, rest = (rest + bytes(block)).split(b"\n")
                yield from whole


def leaf_of(suite: str, body: bytes) -> bytes:
    """The digest of a line."""
    return SUITES[suite](body)


def link_of(suite: str, before: bytes, position: int, leaf: bytes) -> bytes:
    """The link that follows another."""
    return SUITES[suite](b"%b%d:%b" % (before, position, leaf))


def moment(text: bytes) -> datetime:
    """A moment as COPY writes it."""
    return datetime.fromisoformat(text.decode())
