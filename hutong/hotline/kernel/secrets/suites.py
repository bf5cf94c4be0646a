"""The two suites: AES-256-GCM with SHA-256, and SM4-GCM with SM3 where commercial-cryptography rules apply. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
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

# A known answer of each, from the standards (NIST CAVP; RFC 8998): key, nonce, plain, about, sealed.
KNOWN = {
    "aes": (
        "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22", "0d18e06c7c725ac9e362e1ce",
        "2db5168e932556f8089a0622981d017d", "", "fa4362189661d163fcd6a56d8bf0405ad636ac1bbedd5cc3ee727dc2ab4a9489",
    ),
    "sm": (
        "0123456789abcdeffedcba9876543210", "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        ("17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15"
         "a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"),
    ),
}  # fmt: skip
# And of each hash, of "abc" (FIPS 180-4; GB/T 32905).
DIGESTS = {
    "aes": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sm": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
}


def answers_rightly(suite: Suite) -> bool:
    """Whether cipher and hash at hand answer as their standards say, and the cipher refuses what was changed: asked at every start."""
    key, nonce, plain, about, sealed = map(bytes.fromhex, KNOWN[suite.name])
    try:
        digest = hashes.Hash(suite.digest())
        digest.update(b"abc")
        if digest.finalize().hex() != DIGESTS[suite.name]:
            return False
        if (suite.seal(key, nonce, plain, about), suite.unseal(key, nonce, sealed, about)) != (sealed, plain):
            return False
        suite.unseal(key, nonce, sealed[:-1] + bytes([sealed[-1] ^ 1]), about)
    except UnsupportedAlgorithm:
        return False
    except InvalidTag:
        return True
    return False
