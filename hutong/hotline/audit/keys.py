"""Signing checkpoints with Ed25519. The private key is a file apart from the database, with all its public halves beside it."""

from base64 import b64decode, b64encode
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hutong.hotline.audit.rules import Signed
from hutong.hotline.kernel.disk import keep


def public_file(path: Path) -> Path:
    """Where the public keys of a private one lie, one a line, the newest last: what an auditor takes along to verify elsewhere."""
    return path.with_suffix(".pub")


def sign(text: str, path: Path) -> Signed:
    """A signed statement. The key is made at the first call."""
    key = _private(path, _made(path))
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    return Signed(text, public, b64encode(key.sign(text.encode())).decode())


def _made(path: Path) -> float:
    """When the key was made, which is now where there is none; its public half is added to the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with suppress(FileExistsError):  # of several who make one at once, the first stands
            keep(path, f"{b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()}\n")
    known = public_file(path)
    public = b64encode(_private(path, path.stat().st_mtime).public_key().public_bytes_raw()).decode()
    if public not in known_keys(known):
        with known.open("a") as file:
            file.write(f"{public}\n")
    return path.stat().st_mtime


@lru_cache(maxsize=2)
def _private(path: Path, made: float) -> Ed25519PrivateKey:
    """The key as it was at that time; another file in its place is read anew."""
    return Ed25519PrivateKey.from_private_bytes(b64decode(path.read_text()))


def known_keys(path: Path) -> frozenset[str]:
    """The public keys of a file."""
    return frozenset(path.read_text().split()) if path.exists() else frozenset()


def is_signed(signed: Signed, known: frozenset[str]) -> bool:
    """Whether one of the known keys signed this."""
    if signed.key not in known:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(signed.key)).verify(b64decode(signed.signature), signed.statement.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
