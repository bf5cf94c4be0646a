"""Known answers from the standards: NIST CAVP (AES-256-GCM), RFC 8998 (SM4-GCM), GB/T 32905 (SM3), RFC 4231 (HMAC)."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes

from hutong.hotline.kernel.secrets.suites import BY_CODE, SUITES

# suite, key, nonce, plain, about, sealed
KNOWN = [
    (
        "aes",
        "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
        "0d18e06c7c725ac9e362e1ce",
        "2db5168e932556f8089a0622981d017d",
        "",
        "fa4362189661d163fcd6a56d8bf0405ad636ac1bbedd5cc3ee727dc2ab4a9489",
    ),
    (
        "sm",
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        (
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            "83de3541e4c2b58177e065a9bf7b62ec"
        ),
    ),
]


@pytest.mark.parametrize(("suite", "key", "nonce", "plain", "about", "sealed"), KNOWN)
def test_a_cipher_answers_as_the_standard_says(suite: str, key: str, nonce: str, plain: str, about: str, sealed: str) -> None:
    key_, nonce_, plain_, about_, sealed_ = map(bytes.fromhex, (key, nonce, plain, about, sealed))

    assert SUITES[suite].seal(key_, nonce_, plain_, about_) == sealed_
    assert SUITES[suite].unseal(key_, nonce_, sealed_, about_) == plain_


@pytest.mark.parametrize("suite", SUITES.values(), ids=str)
@pytest.mark.parametrize("sealed", [b"", b"x" * 15, b"x" * 16, b"x" * 40])
def test_nothing_too_short_or_made_up_opens(suite: object, sealed: bytes) -> None:
    with pytest.raises(InvalidTag):
        suite.unseal(bytes(suite.key_size), bytes(12), sealed, b"")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("suite", "digest"),
    [
        ("aes", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sm", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    ],
)
def test_a_hash_answers_as_the_standard_says(suite: str, digest: str) -> None:
    hash_ = hashes.Hash(SUITES[suite].digest())
    hash_.update(b"abc")

    assert hash_.finalize().hex() == digest


def test_each_suite_has_a_code_of_its_own() -> None:
    assert list(BY_CODE.values()) == list(SUITES.values())
