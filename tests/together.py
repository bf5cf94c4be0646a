"""Several people, or several workers, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def together(*deeds: Callable[[], T]) -> list[T]:
    """Do things at once, each on a connection of its own; what each gives, in this order."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], T]) -> T:
        start.wait()
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))
