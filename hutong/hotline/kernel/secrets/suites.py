"""The two suites: AES-256-GCM with SHA-256, and SM4-GCM with SM3 where commercial-cryptography rules apply. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

NONCE, TAG = 12, 16  # bytes
# key, nonce, what, about: what is not secret and yet bound to it
Work: TypeAlias = Callable[[bytes, bytes, bytes, bytes], bytes]


@dataclass(frozen=True)
class Suite:
    """A cipher that authenticates what it hides, and the hash that goes with it. `code` stands in all that was sealed by it."""

    name: str
    code: int
    key_size: int
    seal: Work
    unseal: Work
    digest: type[hashes.HashAlgorithm]


def _aes_seal(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plain, about)


def _aes_unseal(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, sealed, about)


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    cipher = Cipher(SM4(key), GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(about)
    return cipher.update(plain) + cipher.finalize() + cipher.tag


def _sm4_unseal(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    if len(sealed) < TAG:
        raise InvalidTag
    cipher = Cipher(SM4(key), GCM(nonce, sealed[-TAG:])).decryptor()
    cipher.authenticate_additional_data(about)
    return cipher.update(sealed[:-TAG]) + cipher.finalize()


SUITES = {
    suite.name: suite
    for suite in (
        Suite("aes", 1, 32, _aes_seal, _aes_unseal, hashes.SHA256),
        Suite("sm", 2, 16, _sm4_seal, _sm4_unseal, hashes.SM3),
    )
}
BY_CODE = {suite.code: suite for suite in SUITES.values()}
