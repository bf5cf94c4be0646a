"""A large object opens whole or in part as it was, and not where chunks are missing, moved, or from elsewhere."""

import io
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.secrets.sealing import HEAD, Key, NotOpened, Place
from hutong.hotline.kernel.secrets.streams import CHUNK, PREFIX, SealedFile, seal_stream
from hutong.hotline.kernel.secrets.suites import SUITES, TAG

KEYS = {name: Key(new_id(), suite, bytes(range(suite.key_size))) for name, suite in SUITES.items()}
HERE, ELSEWHERE = Place("recordings_recording", "audio", new_id()), Place("recordings_recording", "audio", new_id())
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 7)
WHOLE = bytes(range(256)) * (3 * CHUNK // 256)
START = HEAD + PREFIX


def sealed(plain: bytes, key: Key = KEYS["aes"], place: Place = HERE, block: int = 10_000) -> bytes:
    blocks = (plain[at : at + block] for at in range(0, len(plain), block))
    return b"".join(seal_stream(blocks, key=key, place=place))


def opened(kept: bytes, start: int = 0, end: int | None = None, key: Key = KEYS["aes"], place: Place = HERE) -> bytes:
    return b"".join(SealedFile(io.BytesIO(kept), key=key, place=place).read(start, end))


def chunks(kept: bytes) -> list[bytes]:
    return [kept[at : at + CHUNK + TAG] for at in range(START, len(kept), CHUNK + TAG)]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("size", SIZES)
def test_it_opens_as_it_was(key: Key, size: int) -> None:
    kept = sealed(WHOLE[:size], key)
    assert SealedFile(io.BytesIO(kept), key=key, place=HERE).size == size
    assert opened(kept, key=key) == WHOLE[:size]


@settings(max_examples=60, deadline=None)
@given(size=st.sampled_from(SIZES), start=st.integers(0, 3 * CHUNK), length=st.integers(0, 3 * CHUNK), block=st.integers(1000, 200_000))
def test_any_part_of_it_opens_as_it_was(size: int, start: int, length: int, block: int) -> None:
    kept = sealed(WHOLE[:size], block=block)
    assert opened(kept, start, start + length) == WHOLE[:size][start : start + length]


@pytest.mark.parametrize("size", SIZES)
def test_a_change_of_any_byte_is_refused(size: int) -> None:
    kept = sealed(WHOLE[:size])
    for place in {*range(START + 20), *range(len(kept) - 20, len(kept)), len(kept) // 2} & {*range(len(kept))}:
        changed = bytearray(kept)
        changed[place] ^= 1
        with pytest.raises(NotOpened):
            opened(bytes(changed))


@pytest.mark.parametrize("size", SIZES)
def test_a_cut_one_is_refused_wherever_it_was_cut(size: int) -> None:
    kept = sealed(WHOLE[:size])
    cuts = {*range(min(len(kept), START + 40)), *range(START, len(kept), CHUNK + TAG), len(kept) - 1, len(kept) - TAG}
    for cut in cuts & {*range(len(kept))}:
        with pytest.raises(NotOpened):
            opened(kept[:cut])


def test_chunks_that_are_moved_doubled_or_left_out_are_refused() -> None:
    kept = sealed(WHOLE)
    parts = chunks(kept)
    assert len(parts) == 3
    orders = {*permutations(range(3)), (0, 1, 2, 2), (0, 1, 1, 2), (0, 2), (1, 2), (0, 1)} - {(0, 1, 2)}
    for order in orders:
        with pytest.raises(NotOpened):
            opened(kept[:START] + b"".join(parts[number] for number in order))


def test_a_chunk_of_another_object_under_the_same_key_is_refused() -> None:
    kept, other = sealed(WHOLE), sealed(WHOLE)
    with pytest.raises(NotOpened):
        opened(kept[:START] + b"".join([*chunks(kept)[:2], chunks(other)[2]]))


def test_something_added_behind_is_refused() -> None:
    kept = sealed(WHOLE)
    for more in (b"\0", bytes(TAG), chunks(kept)[0], chunks(kept)[2]):
        with pytest.raises(NotOpened):
            opened(kept + more)


def test_it_opens_at_its_own_place_alone() -> None:
    with pytest.raises(NotOpened):
        opened(sealed(b"x"), place=ELSEWHERE)


def test_a_value_is_not_taken_for_a_stream_nor_under_another_suite() -> None:
    with pytest.raises(NotOpened):
        opened(b"v" + sealed(b"x")[1:])
    with pytest.raises(NotOpened):
        opened(sealed(b"x"), key=KEYS["sm"])
