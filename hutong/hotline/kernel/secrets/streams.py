"""Sealing what is too large to be held: chunk by chunk, read again from any place in it.

The STREAM construction: each chunk's nonce is a random beginning (7 bytes), its number (4) and whether it is the last (1), so that a
chunk that is missing, doubled, moved or from elsewhere does not open, and neither does a stream that was cut.
"""

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from hutong.hotline.kernel.secrets.sealing import HEAD, STREAM, Key, NotOpened, Place
from hutong.hotline.kernel.secrets.suites import NONCE, TAG

CHUNK = 64 * 1024
PREFIX = NONCE - 5


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([is_last])


def seal_stream(blocks: Iterable[bytes], *, key: Key, place: Place) -> Iterator[bytes]:
    """What the blocks hold, sealed for its place."""
    head, prefix = key.head(STREAM), os.urandom(PREFIX)
    about = head + place.mark
    yield head + prefix
    waiting, number = bytearray(), 0
    for block in blocks:
        waiting += block
        while len(waiting) > CHUNK:  # one chunk is always left: the last
            yield key.suite.seal(key.secret, _nonce(prefix, number, is_last=False), bytes(waiting[:CHUNK]), about)
            del waiting[:CHUNK]
            number += 1
    yield key.suite.seal(key.secret, _nonce(prefix, number, is_last=True), bytes(waiting), about)


class SealedFile:
    """A sealed stream in a file. `size` is that of what is in it; whether the file was cut, reading it to its end tells."""

    def __init__(self, file: BinaryIO, *, key: Key, place: Place) -> None:
        self.file, self.key = file, key
        head = key.head(STREAM)
        self.about = head + place.mark
        body = file.seek(0, os.SEEK_END) - HEAD - PREFIX
        file.seek(0)
        self.last = max(body - 1, 0) // (CHUNK + TAG)
        self.size = body - (self.last + 1) * TAG
        if file.read(HEAD) != head or self.size < self.last * CHUNK + (self.last > 0):  # only a first chunk is empty
            raise NotOpened
        self.prefix = file.read(PREFIX)

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """What stands from `start` to before `end`, in pieces; nothing that was not authenticated. Raises NotOpened."""
        end = self.size if end is None else min(end, self.size)
        for number in range(start // CHUNK, max(end - 1, 0) // CHUNK + 1):
            plain = self._chunk(number)
            yield plain[max(start - number * CHUNK, 0) : max(end - number * CHUNK, 0)]

    def _chunk(self, number: int) -> bytes:
        self.file.seek(HEAD + PREFIX + number * (CHUNK + TAG))
        nonce = _nonce(self.prefix, number, is_last=number == self.last)
        try:
            return self.key.suite.unseal(self.key.secret, nonce, self.file.read(CHUNK + TAG), self.about)
        except InvalidTag:
            raise NotOpened from None
