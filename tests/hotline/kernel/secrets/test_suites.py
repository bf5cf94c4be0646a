"""Known answers from the standards: NIST CAVP (AES-256-GCM), RFC 8998 (SM4-GCM), GB/T 32905 (SM3), RFC 4231 (HMAC)."""

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from hutong.hotline.kernel.secrets import suites
from hutong.hotline.kernel.secrets.suites import BY_CODE, KNOWN, SUITES, Suite, answers_rightly


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_cipher_answers_as_the_standard_says(suite: Suite) -> None:
    key, nonce, plain, about, sealed = map(bytes.fromhex, KNOWN[suite.name])
    assert suite.seal(key, nonce, plain, about) == sealed
    assert suite.unseal(key, nonce, sealed, about) == plain
    assert answers_rightly(suite)


def unsupported(*_given: bytes) -> bytes:
    raise UnsupportedAlgorithm("no such cipher here")


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_cipher_that_answers_otherwise_is_found(suite: Suite) -> None:
    trusting = replace(suite, unseal=lambda *_given: bytes.fromhex(KNOWN[suite.name][2]))
    for wrong in (replace(suite, seal=lambda *_given: b""), replace(suite, seal=unsupported), trusting):
        assert not answers_rightly(wrong)


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
@pytest.mark.parametrize("sealed", [b"", b"x" * 15, b"x" * 16, b"x" * 40])
def test_nothing_too_short_or_made_up_opens(suite: Suite, sealed: bytes) -> None:
    with pytest.raises(InvalidTag):
        suite.unseal(bytes(suite.key_size), bytes(12), sealed, b"")


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


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_hash_that_answers_wrongly_is_found_out(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(suites.DIGESTS, suite.name, "00" * 32)
    assert not answers_rightly(suite)


def test_a_library_without_the_hash_is_found_out() -> None:
    class Unknown(hashes.HashAlgorithm):
        name, digest_size, block_size = "unknown", 32, 64

    assert not answers_rightly(replace(SUITES["sm"], digest=Unknown))
