"""What is sealed opens as it was, where it was, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.secrets.sealing import Key, NotOpened, Place, blind_index, key_name, seal, unseal
from hutong.hotline.kernel.secrets.suites import SUITES

KEYS = {name: Key(new_id(), suite, bytes(range(suite.key_size))) for name, suite in SUITES.items()}
HERE = Place("people_child", "name", new_id())
keys = st.sampled_from(list(KEYS.values()))
names = st.text(min_size=1, max_size=20)
places = st.builds(Place, names, names, st.uuids())


@given(key=keys, plain=st.binary(max_size=300), place=places)
def test_a_value_opens_as_it_was(key: Key, plain: bytes, place: Place) -> None:
    sealed = seal(plain, key=key, place=place)

    assert unseal(sealed, key=key, place=place) == plain
    assert key_name(sealed) == key.name


@given(key=keys, plain=st.binary(max_size=60), place=places, other=places)
def test_a_value_opens_at_its_own_place_alone(key: Key, plain: bytes, place: Place, other: Place) -> None:
    sealed = seal(plain, key=key, place=place)
    if other != place:
        with pytest.raises(NotOpened):
            unseal(sealed, key=key, place=other)


@given(one=places, other=places)
def test_no_two_places_have_the_same_mark(one: Place, other: Place) -> None:
    assert (one.mark == other.mark) == (one == other)


def test_what_is_named_alike_when_run_together_is_another_place() -> None:
    row = new_id()
    assert Place("ab", "c", row).mark != Place("a", "bc", row).mark


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_change_of_any_bit_is_refused(key: Key) -> None:
    sealed = seal("小雨".encode(), key=key, place=HERE)
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            with pytest.raises(NotOpened):
                unseal(bytes(changed), key=key, place=HERE)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_nothing_cut_or_lengthened_opens(key: Key) -> None:
    sealed = seal("小雨".encode(), key=key, place=HERE)
    for wrong in (*(sealed[:length] for length in range(len(sealed))), sealed + b"\0", b"\0" + sealed):
        with pytest.raises(NotOpened):
            unseal(wrong, key=key, place=HERE)


def test_another_key_of_the_same_name_opens_nothing() -> None:
    key = KEYS["aes"]
    sealed = seal(b"x", key=key, place=HERE)
    with pytest.raises(NotOpened):
        unseal(sealed, key=replace(key, secret=bytes(32)), place=HERE)


def test_the_same_value_never_looks_the_same_and_short_ones_are_of_one_length() -> None:
    sealed = [seal(plain, key=KEYS["aes"], place=HERE) for plain in (b"", "张".encode(), "张三丰".encode(), "张三丰".encode())]
    assert len(set(sealed)) == len(sealed)
    assert len({len(each) for each in sealed}) == 1


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(KEYS["aes"])


@pytest.mark.parametrize("never", [b"", b"v", "张三".encode() * 10])
def test_what_was_never_sealed_names_no_key(never: bytes) -> None:
    with pytest.raises(NotOpened):
        key_name(never)


@given(key=keys, one=st.binary(max_size=40), other=st.binary(max_size=40))
def test_an_index_finds_exactly_what_is_alike(key: Key, one: bytes, other: bytes) -> None:
    marks = [blind_index(value, key=key, table="people_person", column="phone") for value in (one, other)]
    assert (marks[0] == marks[1]) == (one == other)


def test_an_index_tells_nothing_across_columns_and_keys() -> None:
    key = KEYS["aes"]
    marks = {
        blind_index(b"13800001234", key=using, table=table, column=column)
        for using in (key, replace(key, secret=bytes(32)))
        for table, column in (("a", "bc"), ("ab", "c"), ("a", "b"))
    }
    assert len(marks) == 6


def test_an_index_is_a_keyed_hash_as_the_standard_has_it() -> None:
    key = Key(UUID(int=0), SUITES["aes"], b"Jefe" * 8)
    plain = hmac.HMAC(key.secret, hashes.SHA256())
    plain.update(b"\0\1t\0\1c" + b"what do ya want for nothing?")
    whole = plain.finalize()
    assert blind_index(b"what do ya want for nothing?", key=key, table="t", column="c", size=32) == whole
    assert blind_index(b"what do ya want for nothing?", key=key, table="t", column="c", size=4) == whole[:4]
