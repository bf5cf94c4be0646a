"""Timing: so many people do the same thing at once for so many seconds."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

WARM_UP = 1.0  # seconds before the timing begins
SECONDS = 5.0


@dataclass(frozen=True)
class Timing:
    """How often a second, and the milliseconds that half and 95 in 100 of them stayed under."""

    rate: float
    median: float
    p95: float

    @classmethod
    def of(cls, took: list[float], seconds: float) -> "Timing":
        """From the seconds that each took."""
        ordered = sorted(took)
        return cls(len(took) / seconds, ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.95)] * 1000)


def timed(doers: list[Callable[[], None]], *, seconds: float = SECONDS) -> Timing:
    """All at once, each again and again."""
    with ThreadPoolExecutor(len(doers)) as pool:
        took = [each for times in pool.map(lambda do: _again(do, seconds), doers) for each in times]
    return Timing.of(took, seconds)


def _again(do: Callable[[], None], seconds: float) -> list[float]:
    took: list[float] = []
    begin = time.perf_counter() + WARM_UP
    while (start := time.perf_counter()) < begin + seconds:
        do()
        if start >= begin:
            took.append(time.perf_counter() - start)
    return took
