"""The files of the data folder beside the database (recordings, uploads): a sealed copy of each on the shelf, soon after it is written.

They are the files in the data folder's own folders. The secrets stand beside these folders and are in no backup: who finds a
backup and its key shall not have the keys of what lies in it.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hutong.project.keeping import sealing
from hutong.project.keeping.sealing import Opened, RestoreKey, SealingKey
from hutong.project.keeping.shelf import SUFFIX, Shelf

# Folders that are no objects: the database, what is made anew at each start, keys, the exchange, and our own work.
NOT_OBJECTS = ("postgres", "static", "paper", "keys", "exchange", "restoring", "trial")


def objects(data: Path) -> Iterator[Path]:
    """The files, by their names within the data folder."""
    for top in sorted(data.iterdir()):
        if top.is_dir() and not top.is_symlink() and not top.name.startswith(NOT_OBJECTS):
            yield from (path.relative_to(data) for path in sorted(top.rglob("*")) if path.is_file() and not path.is_symlink())


def copy(data: Path, shelf: Shelf, key: SealingKey) -> int:
    """Seal what is new or was changed; how many."""
    with (shelf.root / "objects.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return sum(_copy(data, each, shelf, key) for each in objects(data))


def _copy(data: Path, name: Path, shelf: Shelf, key: SealingKey) -> bool:
    """The sealed copy bears the time of its original: one that was changed since is another."""
    target = shelf.objects / f"{name}{SUFFIX}"
    with suppress(FileNotFoundError):  # taken away while we looked
        written = (data / name).stat().st_mtime_ns
        if target.exists() and target.stat().st_mtime_ns == written:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        with (data / name).open("rb") as source:
            sealing.seal(source, target, name=f"objects/{name}", key=key)
        os.utime(target, ns=(written, written))
        return True
    return False


def set_aside(data: Path, shelf: Shelf, backup: str) -> None:
    """The copies of files that are gone now, when a backup was made, are kept as long as one can go back to before it."""
    there = {f"{name}{SUFFIX}" for name in objects(data)}
    for path in _sealed(shelf.objects):
        if str(path) not in there:
            aside = shelf.removed / backup / path
            aside.parent.mkdir(parents=True, exist_ok=True)
            (shelf.objects / path).rename(aside)


def put_back(shelf: Shelf, data: Path, key: RestoreKey, *, since: str = "~") -> int:
    """Open all of them into a data folder, also those that were gone only by backups after `since`; how many."""
    shelves = [shelf.objects, *(path for path in sorted(shelf.removed.glob("*-*"), reverse=True) if path.name > since)]
    count = 0
    for folder in shelves:
        for path in _sealed(folder):
            name = str(path).removesuffix(SUFFIX)
            target = data / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                shutil.copyfileobj(Opened(folder / path, name=f"objects/{name}", key=key), out, sealing.CHUNK)
            written = (folder / path).stat().st_mtime_ns
            os.utime(target, ns=(written, written))
            count += 1
    return count


def _sealed(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*" + SUFFIX))
