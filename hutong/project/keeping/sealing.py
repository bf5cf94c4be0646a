"""Sealed files: whoever holds the sealing key can write and sign them, and only the restore key opens them.

An envelope for each file (X25519, HKDF-SHA256, AES-256-GCM in compressed chunks), signed with Ed25519. The machine that makes
backups holds the public half of the envelope, so a thief of the machine and of its backups reads nothing of older days; the
signature tells what was put on the shelf by somebody else. A file opens under its own name alone.
"""

import base64
import hashlib
import io
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, TypeVar

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hutong.hotline.kernel import disk
from hutong.project.trouble import Trouble

if TYPE_CHECKING:
    from typing_extensions import Buffer

A = TypeVar("A")
B = TypeVar("B")
MAGIC = b"hutong sealed 1\n"
CHUNK = 1 << 20  # bytes before compression
KEY, MARK, SIGNATURE = 32, 8, 64  # bytes: of a key, of the mark by which a pair of keys is known, of a signature
HEAD = len(MAGIC) + MARK + KEY
LAST = 1 << 31  # in the length of the last chunk
LANES = min(4, os.cpu_count() or 1)
SEALING, RESTORE = "hutong sealing key 1 ", "hutong restore key 1 "


@dataclass(frozen=True)
class SealingKey:
    """What seals and signs, and cannot open."""

    reader: bytes  # X25519, public
    signer: bytes  # Ed25519, private

    @cached_property
    def mark(self) -> bytes:
        """By which the pair is known."""
        return _mark(self.reader, _verifier(self.signer))

    @property
    def text(self) -> str:
        """As it is kept in a file."""
        return SEALING + base64.b64encode(self.reader + self.signer).decode() + "\n"


@dataclass(frozen=True)
class RestoreKey:
    """What opens and proves; the sealing key can be had from it, and not the other way round."""

    opener: bytes  # X25519, private
    signer: bytes  # Ed25519, private

    @classmethod
    def new(cls) -> "RestoreKey":
        """A pair that nobody had before."""
        return cls(X25519PrivateKey.generate().private_bytes_raw(), Ed25519PrivateKey.generate().private_bytes_raw())

    @cached_property
    def sealing(self) -> SealingKey:
        """The half that stays with the machine."""
        return SealingKey(X25519PrivateKey.from_private_bytes(self.opener).public_key().public_bytes_raw(), self.signer)

    @property
    def text(self) -> str:
        """As it is kept in a file, away from the machine."""
        return RESTORE + base64.b64encode(self.opener + self.signer).decode() + "\n"


def key_of(data: Path) -> Path:
    """Where the key is that the machine of a data folder seals with."""
    return data / "backup.key"


def sealing_key(path: Path) -> SealingKey:
    """Read the key that the machine seals with. Raises Trouble."""
    return SealingKey(*_halves(path, SEALING))


def restore_key(path: Path) -> RestoreKey:
    """Read the key that opens. Raises Trouble."""
    return RestoreKey(*_halves(path, RESTORE))


def keep(path: Path, text: str) -> None:
    """Write a key into a file that its owner alone reads; never over another."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # and no link: a stick that is carried away knows none
    except FileExistsError:
        raise Trouble(f"{path} is there already. A key is never written over: move it away first.") from None
    with os.fdopen(file, "w") as out:
        out.write(text)


def _halves(path: Path, kind: str) -> tuple[bytes, bytes]:
    try:
        words, _space, coded = path.read_text().strip().rpartition(" ")
        both = base64.b64decode(coded, validate=True)
    except FileNotFoundError:
        raise Trouble(f"There is no key {path}.") from None
    except ValueError:
        words, both = "", b""
    if words + " " != kind or len(both) != 2 * KEY:
        raise Trouble(f"{path} is no {kind.rpartition(' 1')[0]}.")
    return both[:KEY], both[KEY:]


def _verifier(signer: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(signer).public_key().public_bytes_raw()


def _mark(reader: bytes, verifier: bytes) -> bytes:
    return hashlib.sha256(reader + verifier).digest()[:MARK]


# --- sealing


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most so many, none at the end."""


@dataclass(frozen=True)
class Sealed:
    """What became of a stream: its bytes before, and the file's size and digest."""

    plain: int
    size: int
    sha256: str


def seal(source: Readable, target: Path, *, name: str, key: SealingKey) -> Sealed:
    """Seal what can be read from `source` into `target`, which is there whole or not at all."""
    own = X25519PrivateKey.generate()
    cipher = _cipher(own.exchange(X25519PublicKey.from_public_bytes(key.reader)), name)
    making, digest, plain = target.with_name(target.name + ".new"), hashlib.sha256(), 0
    with making.open("wb") as out:

        def write(data: bytes) -> None:
            digest.update(data)
            out.write(data)

        write(MAGIC + key.mark + own.public_key().public_bytes_raw())
        for size, box in _in_order(lambda piece: (len(piece[1]), _box(cipher, *piece)), _pieces(source)):
            plain += size
            write(box)
        out.write(sign(digest.digest(), name=name, key=key))
        size = out.tell()
        out.flush()
        os.fsync(out.fileno())
    making.replace(target)
    disk.settle(target.parent)
    return Sealed(plain, size, digest.hexdigest())


def sign(what: bytes, *, name: str, key: SealingKey) -> bytes:
    """A signature of what stands under a name."""
    return Ed25519PrivateKey.from_private_bytes(key.signer).sign(what + b"\0" + name.encode())


def _cipher(shared: bytes, name: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY, salt=None, info=MAGIC + name.encode()).derive(shared))


def _pieces(source: Readable) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes, and whether it is the last; of an empty source one empty piece."""
    number, piece = 0, _full(source)
    while True:
        following = _full(source) if piece else b""
        yield number, piece, not following
        if not following:
            return
        number, piece = number + 1, following


def _full(source: Readable) -> bytes:
    """A whole chunk, though a pipe gives less at a time; less only at the end."""
    parts, left = [], CHUNK
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _box(cipher: AESGCM, number: int, piece: bytes, last: bool) -> bytes:
    box = cipher.encrypt(_nonce(number, last), zlib.compress(piece, 1), None)
    return (len(box) | (LAST if last else 0)).to_bytes(4, "big") + box


def _in_order(do: Callable[[A], B], over: Iterable[A]) -> Iterator[B]:
    """What `do` gives for each, in their order, several at work at once and never many in memory."""
    with ThreadPoolExecutor(LANES) as pool:
        begun: deque[Future[B]] = deque()
        for each in over:
            begun.append(pool.submit(do, each))
            if len(begun) > 2 * LANES:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


# --- opening


def prove(path: Path, *, name: str, key: RestoreKey) -> str:
    """Read a sealed file through: that it is whole, for this key and signed by its pair. Its digest. Raises Trouble, naming it."""
    size, digest = _size(path), hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(HEAD)
        if len(head) < HEAD or size < HEAD + SIGNATURE or not head.startswith(MAGIC):
            raise Trouble(f"{path} is cut short, or is no sealed file.")
        if (mark := head[len(MAGIC) : len(MAGIC) + MARK]) != key.sealing.mark:
            raise Trouble(f"{path} was sealed for the key {mark.hex()}, and this is {key.sealing.mark.hex()}.")
        digest.update(head)
        left = size - HEAD - SIGNATURE
        while left:
            part = file.read(min(CHUNK, left))
            digest.update(part)
            left -= len(part)
        if not is_signed(digest.digest(), file.read(SIGNATURE), name=name, key=key):
            raise Trouble(f"{path} is cut short or was changed: its signature does not fit.")
    return digest.hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise Trouble(f"{path} is missing.") from None


def is_signed(what: bytes, signature: bytes, *, name: str, key: RestoreKey) -> bool:
    """Whether the key's pair signed this under this name."""
    try:
        Ed25519PublicKey.from_public_bytes(_verifier(key.signer)).verify(signature, what + b"\0" + name.encode())
    except InvalidSignature:
        return False
    return True


class Opened(io.RawIOBase):
    """What a sealed file holds, read from beginning to end. Raises Trouble where it is not what was sealed."""

    def __init__(self, path: Path, *, name: str, key: RestoreKey) -> None:
        prove(path, name=name, key=key)
        self.path, self._name, self._key = path, name, key
        self._chunks, self._rest = self._open(), b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: "Buffer") -> int:
        """As many bytes as there are at hand; none at the end."""
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        view = memoryview(into).cast("B")
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def _open(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            head = file.read(HEAD)
            opener = X25519PrivateKey.from_private_bytes(self._key.opener)
            cipher = _cipher(opener.exchange(X25519PublicKey.from_public_bytes(head[-KEY:])), self._name)
            try:
                yield from _in_order(lambda box: zlib.decompress(cipher.decrypt(_nonce(box[0], box[1]), box[2], None)), _boxes(file))
            except (InvalidTag, zlib.error):
                raise Trouble(f"{self.path} does not open as {self._name}.") from None


def _boxes(file: IO[bytes]) -> Iterator[tuple[int, bool, bytes]]:
    number, last = 0, False
    while not last:
        told = int.from_bytes(file.read(4), "big")
        last = bool(told & LAST)
        yield number, last, file.read(told & ~LAST)
        number += 1
