"""Two sides become one file of two channels, whatever the exchange leaves behind."""

import io
import struct
import wave
from array import array
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hutong.hotline.recordings.audio import Conversation, NotSound
from hutong.hotline.recordings.rules import PEAKS

samples = st.lists(st.integers(-32768, 32767), max_size=2000)


def write(path: Path, side: list[int], rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", side).tobytes())
    return path


def read(talk: Conversation) -> tuple[list[int], list[int]]:
    with wave.open(io.BytesIO(b"".join(talk.blocks()))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, talk.rate)
        both = array("h", file.readframes(file.getnframes()))
    return list(both[::2]), list(both[1::2])


def padded(side: list[int], count: int) -> list[int]:
    return side + [0] * (count - len(side))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caller=samples, operator=samples)
def test_each_side_is_a_channel_and_the_shorter_one_ends_in_silence(tmp_path: Path, caller: list[int], operator: list[int]) -> None:
    talk = Conversation(write(tmp_path / "caller.wav", caller), write(tmp_path / "operator.wav", operator))
    count = max(len(caller), len(operator))
    assert read(talk) == (padded(caller, count), padded(operator, count))
    step = max(-(-count // PEAKS), 1)
    for side, peaks in ((caller, talk.peaks[::2]), (operator, talk.peaks[1::2])):
        loudest = [min(max(map(abs, padded(side, count)[at : at + step])) >> 7, 255) for at in range(0, count, step)]
        assert list(peaks) == loudest
    assert len(talk.peaks) <= 2 * PEAKS


@pytest.mark.parametrize("written", [0, 36])
def test_a_file_whose_writer_was_killed_is_read_to_its_end(tmp_path: Path, written: int) -> None:
    path = write(tmp_path / "caller.wav", [1, -2, 3])
    kept = bytearray(path.read_bytes())
    kept[4:8], kept[40:44] = struct.pack("<I", written), struct.pack("<I", 0)
    path.write_bytes(kept + b"\x07")  # half a sample
    assert read(Conversation(path, None)) == ([1, -2, 3], [0, 0, 0])


def test_what_stands_beside_the_samples_is_no_sound(tmp_path: Path) -> None:
    path = write(tmp_path / "caller.wav", [5, 6])
    kept = path.read_bytes()
    path.write_bytes(kept[:36] + struct.pack("<4sI3sx", b"LIST", 3, b"abc") + kept[36:] + struct.pack("<4sI4s", b"LIST", 4, b"abcd"))
    assert read(Conversation(None, path)) == ([0, 0], [5, 6])


@pytest.mark.parametrize("kept", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"OggS" + bytes(100), b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd"])
def test_what_is_no_sound_is_refused(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "caller.wav").write_bytes(kept)
    with pytest.raises(NotSound):
        Conversation(tmp_path / "caller.wav", None)


def test_two_channels_or_two_rates_or_nothing_are_refused(tmp_path: Path) -> None:
    good, stereo = write(tmp_path / "good.wav", [1, 2]), write(tmp_path / "stereo.wav", [1, 2], channels=2)
    wide = write(tmp_path / "wide.wav", [1, 2], rate=16000)
    for caller, operator in ((stereo, good), (good, wide), (None, None)):
        with pytest.raises(NotSound):
            Conversation(caller, operator)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Conversation(tmp_path / "never.wav", None)
