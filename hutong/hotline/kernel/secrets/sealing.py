"""Sealing a value for one place: moved to another row or column, or changed in one bit, it does not open. Pure but for chance.

A sealed value: kind, suite (1 byte each), name of the data key (16), nonce (12), then the value filled up to a multiple of 32
bytes, so that its length tells little, and the tag. Nonces are random: fewer than 2^32 values under one key.
"""

import os
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hmac import HMAC

from hutong.hotline.kernel.secrets.suites import NONCE, Suite

VALUE, STREAM = b"v", b"s"  # kinds
HEAD = 18  # kind, suite, name of the key
FILL, END = 32, b"\x80"


class NotOpened(Exception):  # noqa: N818 what happened, and no error of ours
    """It does not open: sealed for another place or under another key, cut, or changed. It does not say which."""


class Place(NamedTuple):
    """Where a thing lives, by table, column and the id of the row: what is sealed for one place opens at no other."""

    table: str
    column: str
    row: UUID

    @property
    def mark(self) -> bytes:
        """In bytes, no two places alike."""
        return b"".join(len(part).to_bytes(2) + part for part in (self.table.encode(), self.column.encode(), self.row.bytes))


@dataclass(frozen=True)
class Key:
    """A data key. Its name stands in all that it sealed."""

    name: UUID
    suite: Suite
    secret: bytes = field(repr=False)

    def head(self, kind: bytes) -> bytes:
        """How everything begins that this key sealed."""
        return kind + bytes([self.suite.code]) + self.name.bytes


def seal(plain: bytes, *, key: Key, place: Place) -> bytes:
    """The value, sealed for its place."""
    head, nonce = key.head(VALUE), os.urandom(NONCE)
    filled = plain + END + bytes(-(len(plain) + 1) % FILL)
    return head + nonce + key.suite.seal(key.secret, nonce, filled, head + place.mark)


def unseal(sealed: bytes, *, key: Key, place: Place) -> bytes:
    """The value that was sealed for this place. Raises NotOpened."""
    head, nonce = key.head(VALUE), sealed[HEAD : HEAD + NONCE]
    if sealed[:HEAD] != head or len(nonce) < NONCE:
        raise NotOpened
    try:
        filled = key.suite.unseal(key.secret, nonce, sealed[HEAD + NONCE :], head + place.mark)
    except InvalidTag:
        raise NotOpened from None
    return filled[: filled.rindex(END)]


def key_name(sealed: bytes) -> UUID:
    """The name of the data key that opens a sealed thing. Raises NotOpened for what was never sealed."""
    if len(sealed) < HEAD or sealed[:1] not in (VALUE, STREAM):
        raise NotOpened
    return UUID(bytes=sealed[2:HEAD])


def blind_index(value: bytes, *, key: Key, table: str, column: str, size: int = 16) -> bytes:
    """By what a sealed value is found again where it is known exactly: alike for like values of a column, and telling nothing else.

    `size` in bytes; 4 for a column of few possible values, so that several share one mark and what is found is looked at.
    """
    mac = HMAC(key.secret, key.suite.digest())
    mac.update(b"".join(len(part).to_bytes(2) + part for part in (table.encode(), column.encode())) + value)
    return mac.finalize()[:size]
