"""The digests of the log: SHA-256, or SM3 where the rules on commercial cryptography ask for it."""

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes


def sha256(text: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(text).digest()


def sm3(text: bytes) -> bytes:
    """SM3 (GB/T 32905)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(text)
    return digest.finalize()


SUITES: dict[str, Callable[[bytes], bytes]] = {"sha256": sha256, "sm3": sm3}
