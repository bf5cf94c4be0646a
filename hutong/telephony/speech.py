"""Sounds as files that an exchange can play: recordings as they were uploaded, texts spoken by an engine, and music to wait by."""

import array
import hashlib
import math
import os
import shlex
import shutil
import subprocess
import wave
from itertools import pairwise
from pathlib import Path

from hutong.hotline.kernel.ids import new_id

RATE = 8000  # samples a second: what telephones carry
# The engine is one setting: a command that writes a WAV file. {voice}, {text} and {path} stand for what it is told.
ENGINE = os.environ.get("HUTONG_SPEECH", "espeak-ng -v {voice} -s 210 -w {path} {text}")
VOICES = {"zh": "cmn", "ug": "ug", "bo": "bo"}


def has_engine() -> bool:
    """Whether texts can be spoken here."""
    return shutil.which(shlex.split(ENGINE)[0]) is not None


def file_for(text: str, audio: bytes, language: str, folder: Path) -> Path | None:
    """The file of a recording, or of a text as it is spoken; made once. None where there is neither a recording nor an engine."""
    made_from = audio or f"{ENGINE}\n{language}\n{text}".encode()
    path = folder / f"{hashlib.sha256(made_from).hexdigest()[:24]}.wav"
    if path.exists():
        return path
    making = path.with_suffix(f".{new_id()}")  # several callers at once may need the same
    if audio:
        making.write_bytes(audio)
    elif not _speak(text, language, making):
        return None
    _as_telephones_carry(making)
    making.replace(path)
    return path


def _speak(text: str, language: str, path: Path) -> bool:
    words = {"voice": VOICES.get(language, language), "text": text, "path": str(path)}
    command = [part.format(**words) for part in shlex.split(ENGINE)]
    try:
        ended = subprocess.run(command, check=False, capture_output=True, timeout=30)  # noqa: S603 the engine that was set
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0 and path.exists()


def _as_telephones_carry(path: Path) -> None:
    """8 kHz, one channel, 16 bits: each sample the mean of those that it stands for."""
    with wave.open(str(path), "rb") as heard:
        if heard.getframerate() == RATE and heard.getnchannels() == 1:
            return
        samples = array.array("h", heard.readframes(heard.getnframes()))[:: heard.getnchannels()]
        step = heard.getframerate() / RATE
    ends = [int(place * step) for place in range(int(len(samples) / step) + 1)]
    means = (sum(samples[start:end]) // max(1, end - start) for start, end in pairwise(ends))
    _write(path, array.array("h", means))


def music(path: Path) -> None:
    """Two soft notes and a long rest, again and again: a sign that the line is not dead, and nothing that gets on one's nerves."""
    if not path.exists():
        notes = [(392.0, 0.9), (523.25, 1.4), (0.0, 5.7)]
        _write(path, array.array("h", (sample for pitch, seconds in notes for sample in _note(pitch, seconds))))


def _note(pitch: float, seconds: float) -> list[int]:
    count = int(RATE * seconds)
    return [int(5000 * math.sin(2 * math.pi * pitch * at / RATE) * math.exp(-3.0 * at / count) * min(1, at / 80)) for at in range(count)]


def _write(path: Path, samples: "array.array[int]") -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
