"""The deployment's key, which wraps every data key: kept by a provider that never gives it away; the first one is a file.

A KMS or a cryptographic device is another class with these four names.
"""

import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag

from hutong.hotline.kernel.disk import keep
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.kernel.secrets.suites import NONCE, SUITES, Suite

DOMAIN = b"data key"


class Wrapped(NamedTuple):
    """A data key that only the provider can open, and the name of the deployment's key that wrapped it."""

    by: str
    secret: bytes


class Provider(Protocol):
    """Whoever keeps the deployment's key. `about` is what a wrapped key belongs to: elsewhere it does not open."""

    def active(self) -> str:
        """The name of the key that wraps from now on."""

    def wrap(self, secret: bytes, *, about: bytes) -> Wrapped:
        """A data key, wrapped by the active key."""

    def unwrap(self, wrapped: Wrapped, *, about: bytes) -> bytes:
        """The data key, by whichever key wrapped it. Raises NotOpened."""

    def renew(self) -> str:
        """Make a new key the active one; those before it go on opening what they wrapped. Its name."""


@dataclass(frozen=True)
class _Own:
    suite: Suite
    secret: bytes = field(repr=False)


class KeyFile:
    """Keys in a file that its owner alone reads, the active one last. What another process writes there is seen at the next use."""

    def __init__(self, path: Path, suite: Suite) -> None:
        self.path, self.suite = path, suite
        self._seen: tuple[int, int] = (0, 0)
        self._keys: dict[str, _Own] = {}

    def make(self) -> None:
        """The file with its first key, where there is none; of several who make it at once, one does."""
        if not self.path.exists():
            with suppress(FileExistsError):
                self._write({}, os.link)

    def active(self) -> str:
        """The name of the key that wraps from now on."""
        return next(reversed(self._read()))

    def wrap(self, secret: bytes, *, about: bytes) -> Wrapped:
        """A data key, wrapped by the active key."""
        name, own = next(reversed(self._read().items()))
        nonce = os.urandom(NONCE)
        return Wrapped(name, nonce + own.suite.seal(own.secret, nonce, secret, DOMAIN + about))

    def unwrap(self, wrapped: Wrapped, *, about: bytes) -> bytes:
        """The data key, by whichever key wrapped it. Raises NotOpened."""
        own, nonce = self._read().get(wrapped.by), wrapped.secret[:NONCE]
        if own is None or len(nonce) < NONCE:
            raise NotOpened
        try:
            return own.suite.unseal(own.secret, nonce, wrapped.secret[NONCE:], DOMAIN + about)
        except InvalidTag:
            raise NotOpened from None

    def renew(self) -> str:
        """Make a new key the active one; those before it go on opening what they wrapped. Its name."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # one at a time: no key that has wrapped something is lost
            self._write(self._read(), os.replace)
            return self.active()
        finally:
            os.close(folder)

    def _read(self) -> dict[str, _Own]:
        found = self.path.stat()
        if self._seen != (found.st_ino, found.st_mtime_ns):
            kept = json.loads(self.path.read_text())
            self._keys = {name: _Own(SUITES[each["suite"]], b64decode(each["key"])) for name, each in kept.items()}
            self._seen = (found.st_ino, found.st_mtime_ns)
        return self._keys

    def _write(self, keys: dict[str, _Own], put: Callable[[Path, Path], None]) -> None:
        """These keys and a new one, put in place whole, and on the disk before anything is wrapped by it."""
        new = _Own(self.suite, os.urandom(self.suite.key_size))
        every = {**keys, secrets.token_hex(4): new}
        kept = {name: {"suite": own.suite.name, "key": b64encode(own.secret).decode()} for name, own in every.items()}
        keep(self.path, json.dumps(kept, indent=1), put=put)
