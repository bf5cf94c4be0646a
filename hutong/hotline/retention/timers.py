"""The worker's part: erases by the schedule, some hundreds of rows at a time, and looks again after a while."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hutong.hotline.cases import timers
from hutong.hotline.cases.timers import Deed
from hutong.hotline.retention import actions, queries

TOGETHER = 200
EVERY = timedelta(minutes=10)


def _waiting(kind: str) -> Callable[[datetime], "QuerySet[Any, UUID]"]:
    def waiting(at: datetime) -> "QuerySet[Any, UUID]":
        return queries.DUE[kind](at).values_list("pk", flat=True)

    return waiting


def _erase(kind: str, ids: Sequence[UUID], at: datetime) -> list[str]:
    count = actions.erase(kind, ids, at=at)
    return [f"{count} {kind} erased, past their time"] if count else []


DEEDS = tuple(Deed(_waiting(kind), partial(_erase, kind), TOGETHER) for kind in queries.DUE)


class Sweep:
    """Looks every ten minutes, and at once again while there was something."""

    def __init__(self) -> None:
        self.next_at: datetime | None = None

    def __call__(self, *, at: datetime, put_off: dict[UUID, datetime]) -> list[str]:
        if self.next_at and at < self.next_at:
            return []
        done = timers.sweep(at=at, put_off=put_off, deeds=DEEDS)
        self.next_at = None if done else at + EVERY
        return done
