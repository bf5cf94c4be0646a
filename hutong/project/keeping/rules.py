"""When a backup is due and of which kind, how long each is kept, which are needed for a moment, and which WAL. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

FULL, INCREMENT = "full", "increment"
HOUR = 3  # of the local day at which the day's backup is due
FULL_EVERY = timedelta(days=7)
ALLOWANCE = timedelta(hours=1)  # a week less this is a week: backups take a little longer or shorter
PER_LOG = 1 << 32  # bytes of WAL that share the middle part of a segment's name


class Keep(NamedTuple):
    """For so many of the latest days (weeks, months) that have one, the last backup of each is kept; by how the period is told."""

    period: str
    told_by: str
    many: int


# Those of the days let one go back to any moment since the oldest of them; the others to the moment at which each was made.
RETENTION = (Keep("day", "%Y-%m-%d", 7), Keep("week", "%G-%V", 5), Keep("month", "%Y-%m", 12))


@dataclass(frozen=True)
class Backup:
    """One backup, as its manifest tells. `start` and `end` are places in the WAL; `files` gives size and digest by name."""

    name: str
    kind: str
    parent: str
    system: str
    timeline: int
    start: int
    end: int
    segment: int
    major: int
    database: str
    began: datetime
    ended: datetime
    plain: int
    files: dict[str, dict[str, Any]]

    @property
    def size(self) -> int:
        """Bytes on the shelf."""
        return sum(file["size"] for file in self.files.values())


def is_due(last: datetime | None, at: datetime) -> bool:
    """Whether the backup of the day has not been made yet. `at` is local."""
    hour = at.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    latest = hour if at >= hour else hour - timedelta(days=1)
    return last is None or last < latest


def parent_for(backups: Sequence[Backup], *, at: datetime, timeline: int) -> Backup | None:
    """The backup that the next one may add to; None where a full one is due: the first, weekly, and after a restore."""
    full = [each for each in backups if each.kind == FULL]
    if not full or backups[-1].timeline != timeline or full[-1].began <= at - FULL_EVERY + ALLOWANCE:
        return None
    return backups[-1]


def chain(backups: Iterable[Backup], last: Backup) -> list[Backup]:
    """The full backup that `last` rests on, and all between; the first of them has a parent only where that one is missing."""
    named = {each.name: each for each in backups}
    found = [last]
    while parent := named.get(found[0].parent):
        found.insert(0, parent)
    return found


def for_moment(backups: Iterable[Backup], moment: datetime | None) -> Backup | None:
    """The latest backup that was whole at the moment."""
    return max((each for each in backups if moment is None or each.ended <= moment), key=lambda each: each.name, default=None)


def kept(backups: Sequence[Backup]) -> set[str]:
    """The names of the backups to keep: by the table, and what these rest on."""
    found = [each for keep in RETENTION for each in _last_of_each(backups, keep)]
    return {each.name for last in found for each in chain(backups, last)}


def any_moment_since(backups: Sequence[Backup]) -> Backup | None:
    """The backup from which on one can go back to any moment."""
    return min(_last_of_each(backups, RETENTION[0]), key=lambda each: each.name, default=None)


def _last_of_each(backups: Sequence[Backup], keep: Keep) -> list[Backup]:
    latest = {each.ended.astimezone().strftime(keep.told_by): each for each in backups}
    return list(latest.values())[-keep.many :]


# --- WAL

WAL = re.compile(r"[0-9A-F]{24}(\.partial)?|[0-9A-F]{8}\.history")


def is_wal(name: str) -> bool:
    """Whether a file is a segment, the beginning of one, or a history of timelines."""
    return WAL.fullmatch(name) is not None


def place(text: str) -> int:
    """A place in the WAL, such as 0/3000028, as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def number(name: str, size: int) -> int | None:
    """The number of the segment that a file of WAL holds; None for a history of timelines."""
    if len(name.partition(".")[0]) != 24:
        return None
    return int(name[8:16], 16) * (PER_LOG // size) + int(name[16:24], 16)


def after(names: Iterable[str], end: int, size: int) -> list[str]:
    """The files of WAL that follow on a backup which ends at a place, and the histories; of a whole and a part the whole."""
    names = set(names)
    first = (end - 1) // size
    whole = {name for name in names if not (name.endswith(".partial") and name.removesuffix(".partial") in names)}
    return sorted(name for name in whole if (found := number(name, size)) is None or found >= first)


def gap(names: Collection[str], end: int, size: int) -> str | None:
    """The first segment after a backup that is missing, though later ones are there: its name less the timeline."""
    have = {found for name in names if (found := number(name, size)) is not None}
    first = (end - 1) // size + 1
    missing = next((each for each in range(first, max(have, default=0)) if each not in have), None)
    return None if missing is None else f"{missing // (PER_LOG // size):08X}{missing % (PER_LOG // size):08X}"
