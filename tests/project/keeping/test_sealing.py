"""Sealed files: opened by their own key, under their own name, whole, or not at all."""

import io
import os
from pathlib import Path

import pytest

from hutong.project.keeping import sealing
from hutong.project.keeping.sealing import CHUNK, Opened, RestoreKey
from hutong.project.trouble import Trouble

KEY = RestoreKey.new()


def sealed(folder: Path, what: bytes, name: str = "base") -> Path:
    sealing.seal(io.BytesIO(what), folder / "file", name=name, key=KEY.sealing)
    return folder / "file"


def opened(path: Path, name: str = "base", key: RestoreKey = KEY) -> bytes:
    return Opened(path, name=name, key=key).readall()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 9 * CHUNK])
def test_what_was_sealed_comes_out_again(size: int, tmp_path: Path) -> None:
    what = os.urandom(size)
    done = sealing.seal(io.BytesIO(what), tmp_path / "file", name="base", key=KEY.sealing)
    assert opened(tmp_path / "file") == what
    assert (done.plain, done.size) == (size, (tmp_path / "file").stat().st_size)
    assert sealing.prove(tmp_path / "file", name="base", key=KEY) == done.sha256


def test_nothing_of_it_can_be_read_and_twice_the_same_looks_different(tmp_path: Path) -> None:
    first = sealed(tmp_path, b"xiaoyu" * 100).read_bytes()
    assert b"xiaoyu" not in first
    assert sealed(tmp_path, b"xiaoyu" * 100).read_bytes() != first


def test_another_key_is_refused_by_name(tmp_path: Path) -> None:
    path, other = sealed(tmp_path, b"x"), RestoreKey.new()
    with pytest.raises(Trouble) as trouble:
        opened(path, key=other)
    assert str(trouble.value) == f"{path} was sealed for the key {KEY.sealing.mark.hex()}, and this is {other.sealing.mark.hex()}."


def test_it_opens_under_its_own_name_alone(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="its signature does not fit"):
        opened(sealed(tmp_path, b"x", name="wal/1"), name="wal/2")


@pytest.mark.parametrize("kept", [0, 40, 200, -1, -65])
def test_what_is_cut_short_is_refused_by_name(kept: int, tmp_path: Path) -> None:
    path = sealed(tmp_path, os.urandom(3000))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(Trouble, match=f"{path} is cut short"):
        opened(path)


@pytest.mark.parametrize("place", [30, 70, 1000, -10])
def test_a_single_changed_byte_is_found(place: int, tmp_path: Path) -> None:
    path = sealed(tmp_path, os.urandom(3000))
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Trouble, match=str(path)):
        opened(path)


def test_who_can_seal_for_us_and_has_not_our_signature_is_found_out(tmp_path: Path) -> None:
    stranger = sealing.SealingKey(KEY.sealing.reader, RestoreKey.new().signer)
    sealing.seal(io.BytesIO(b"forged"), tmp_path / "file", name="base", key=stranger)
    data = bytearray((tmp_path / "file").read_bytes())
    data[len(sealing.MAGIC) : len(sealing.MAGIC) + sealing.MARK] = KEY.sealing.mark
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(Trouble, match="its signature does not fit"):
        opened(tmp_path / "file")


def test_keys_survive_their_files_and_no_file_is_written_over(tmp_path: Path) -> None:
    sealing.keep(tmp_path / "seal", KEY.sealing.text)
    sealing.keep(tmp_path / "restore", KEY.text)
    assert (sealing.sealing_key(tmp_path / "seal"), sealing.restore_key(tmp_path / "restore")) == (KEY.sealing, KEY)
    assert (tmp_path / "seal").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Trouble, match="A key is never written over"):
        sealing.keep(tmp_path / "seal", KEY.sealing.text)


def test_a_key_of_the_wrong_kind_is_told(tmp_path: Path) -> None:
    sealing.keep(tmp_path / "seal", KEY.sealing.text)
    with pytest.raises(Trouble, match="is no hutong restore key"):
        sealing.restore_key(tmp_path / "seal")
    with pytest.raises(Trouble, match="There is no key"):
        sealing.restore_key(tmp_path / "none")
