"""The trend of a board as a drawing: a line for each measure over the days. Pure; the words stand in the template."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, FOOT = 720, 160, 20  # of the field; below it the days
LINES = ("registered", "closed", "missed")


@dataclass(frozen=True)
class Dot:
    """A day of the trend: where its strip begins and where its middle is, and what it came to."""

    day: date
    left: float
    middle: float
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Trend:
    """The lines, as points of the field, and the days with their numbers."""

    lines: dict[str, str]
    dots: list[Dot]
    step: float
    marks: list[tuple[float, int]]

    @property
    def newest_first(self) -> list[Dot]:
        """The days for a table."""
        return self.dots[::-1]


def drawn(days: Mapping[date, Counter[str]]) -> Trend:
    """The days from left to right, the highest number at the top."""
    top = ceiling(max((count[name] for count in days.values() for name in LINES), default=0))
    step = WIDTH / max(len(days), 1)
    dots = [Dot(day, round(step * place, 1), round(step * (place + 0.5), 1), count) for place, (day, count) in enumerate(days.items())]
    lines = {name: " ".join(f"{dot.middle},{_height(dot.counts[name], top):.1f}" for dot in dots) for name in LINES}
    return Trend(lines, dots, round(step, 1), [(_height(mark, top), mark) for mark in sorted({0, top // 2, top})])


def ceiling(most: int) -> int:
    """The smallest of 2, 4, 6 and 10, with noughts, that is not below: what the top of the field stands for."""
    size = 1
    while True:
        for first in (2, 4, 6, 10):
            if first * size >= most:
                return first * size
        size *= 10


def _height(count: int, top: int) -> float:
    return HEIGHT - HEIGHT * count / top
