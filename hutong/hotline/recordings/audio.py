"""Two mono sound files as one of two channels, and the peaks that a waveform is drawn from."""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hutong.hotline.recordings.rules import PEAKS

WIDTH = 2  # bytes of a sample: 16 bits, as the exchange records
PCM, EXTENSIBLE = 1, 0xFFFE


class NotSound(Exception):  # noqa: N818 what it is, and no error of ours
    """It is not what the exchange records: one channel of 16-bit samples in a wav file."""


class Track:
    """One side: where its samples stand in its file. A file whose writer was killed is read to its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self.rate, self.start, length = _layout(file)
        self.frames = length // WIDTH

    def samples(self, step: int, frames: int) -> "Iterator[array[int]]":
        """So many samples, `step` at a time; silence where there are no more."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            for at in range(0, frames, step):
                found = array("h", file.read(max(min(step, self.frames - at), 0) * WIDTH))
                yield _whole(found, min(step, frames - at))


def _whole(found: "array[int]", count: int) -> "array[int]":
    return found + array("h", bytes((count - len(found)) * WIDTH))


def _layout(file: BinaryIO) -> tuple[int, int, int]:
    """Rate, beginning and length of the samples, in bytes."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(12)
    if (start[:4], start[8:]) != (b"RIFF", b"WAVE"):
        raise NotSound
    rate = 0
    while len(head := file.read(8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        if kind == b"data" and rate:
            rest = size - file.tell()
            return rate, file.tell(), min(length, rest) if length else rest
        body = file.read(length + length % 2)
        if kind == b"fmt " and len(body) >= 16:
            form, channels, rate, _speed, _block, bits = struct.unpack("<HHIIHH", body[:16])
            if form not in (PCM, EXTENSIBLE) or channels != 1 or bits != WIDTH * 8:
                raise NotSound
    raise NotSound


class Conversation:
    """Both sides. `blocks` gives the whole file of two channels and leaves the peaks behind."""

    def __init__(self, caller: Path | None, operator: Path | None) -> None:
        self.tracks = [Track(path) if path else None for path in (caller, operator)]
        there = [track for track in self.tracks if track]
        rates = {track.rate for track in there}
        if len(rates) != 1:
            raise NotSound
        self.rate, self.frames = rates.pop(), max(track.frames for track in there)
        self.peaks = bytearray()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate

    def blocks(self) -> Iterator[bytes]:
        """The file, a peak's worth at a time."""
        yield _header(self.rate, self.frames)
        step = max(-(-self.frames // PEAKS), 1)
        sides = [track.samples(step, self.frames) if track else self._silence(step) for track in self.tracks]
        for caller, operator in zip(*sides, strict=True):
            both = array("h", bytes(2 * len(caller) * WIDTH))
            both[::2], both[1::2] = caller, operator
            self.peaks += bytes((_peak(caller), _peak(operator)))
            yield both.tobytes()

    def _silence(self, step: int) -> "Iterator[array[int]]":
        for at in range(0, self.frames, step):
            yield _whole(array("h"), min(step, self.frames - at))


def _peak(side: "array[int]") -> int:
    """The loudest sample, from 0 to 255."""
    highest, lowest = max(side), min(side)
    return min(max(highest, -lowest) >> 7, 255)


def _header(rate: int, frames: int) -> bytes:
    length = min(frames * 2 * WIDTH, 0xFFFFFFFF - 36)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, PCM, 2, rate, rate * 2 * WIDTH, 2 * WIDTH, WIDTH * 8)
    return struct.pack("<4sI4s", b"RIFF", 36 + length, b"WAVE") + form + struct.pack("<4sI", b"data", length)
