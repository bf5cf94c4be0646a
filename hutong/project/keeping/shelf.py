"""The shelf: a folder with the backups, the WAL and the files of one database cluster, all of it sealed.

`FOLDER`/system number/: backups/NAME/ (base.sealed, backup_manifest, backup.json and its signature), wal/ (sealed segments),
wal/open/ (the segment that is being written), objects/ (a sealed copy of each file), removed/NAME/ (of files that were gone
when that backup was made). A folder for each cluster: a new one, begun by mistake, never mixes with the old one's.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from hutong.hotline.kernel import disk
from hutong.project.keeping import rules, sealing
from hutong.project.keeping.rules import Backup
from hutong.project.keeping.sealing import RestoreKey, SealingKey
from hutong.project.trouble import Trouble

VARIABLE = "HUTONG_BACKUPS"
MANIFEST, SIGNATURE, BASE, BLOCKS, CHECKED = "backup.json", "backup.signature", "base.sealed", "backup_manifest", "checked.json"
SUFFIX = ".sealed"


def folder() -> Path | None:
    """Where backups go, by the environment; None where nobody said."""
    return Path(given).resolve() if (given := os.environ.get(VARIABLE, "")) else None


class Shelf:
    """What is kept of one cluster."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.backups_folder, self.wal = root / "backups", root / "wal"
        self.open, self.objects, self.removed = self.wal / "open", root / "objects", root / "removed"

    @classmethod
    def of(cls, system: str) -> "Shelf":
        """The shelf of the cluster with this number, made where it is missing. Raises Trouble where no folder is named."""
        if (where := folder()) is None:
            raise Trouble(f"Nobody said where backups go. Set {VARIABLE} to a folder, best on another disk or machine.")
        found = cls(where / system)
        for each in (found.backups_folder, found.open, found.objects, found.removed):
            each.mkdir(parents=True, exist_ok=True)
        found.root.chmod(0o700)
        return found

    @classmethod
    def found_in(cls, where: Path) -> "Shelf":
        """The one shelf of a folder, or the folder itself if it is one. Raises Trouble for none and for several."""
        found = [each.parent for each in (*where.glob("backups"), *where.glob("*/backups"))]
        if len(found) == 1:
            return cls(found[0].resolve())
        if found:
            raise Trouble(f"There are backups of several databases in {where}; name one: {', '.join(map(str, sorted(found)))}")
        raise Trouble(f"There is no backup in {where}.")

    def backups(self) -> list[Backup]:
        """All that are whole, the oldest first; unproven. Raises Trouble for a manifest that cannot be read."""
        return [_read(path / MANIFEST) for path in sorted(self.backups_folder.glob("*-*"))]

    def path(self, backup: Backup, name: str = "") -> Path:
        """The folder of a backup, or a file in it."""
        return self.backups_folder / backup.name / name

    def prove(self, backup: Backup, key: RestoreKey) -> None:
        """Raise Trouble, naming the file, unless all of a backup is as it was written."""
        manifest = self.path(backup, MANIFEST)
        if not sealing.is_signed(_digest(manifest), _bytes(self.path(backup, SIGNATURE)), name=backup.name, key=key):
            raise Trouble(f"{manifest} was changed, or was signed with another key than the one of {key.sealing.mark.hex()}.")
        for name, told in backup.files.items():
            path = self.path(backup, name)
            if name.endswith(SUFFIX):
                found = sealing.prove(path, name=f"{backup.name}/{name}", key=key)
            else:
                found = hashlib.sha256(_bytes(path)).hexdigest()
            if found != told["sha256"]:
                raise Trouble(f"{path} is not the file that the backup was made with.")

    def put(self, making: Path, backup: Backup, key: SealingKey) -> None:
        """Sign a backup whose files lie in a folder aside, and give it its name."""
        text = json.dumps(asdict(backup), default=str, indent=1).encode()
        (making / MANIFEST).write_bytes(text)
        (making / SIGNATURE).write_bytes(sealing.sign(hashlib.sha256(text).digest(), name=backup.name, key=key))
        disk.settle(making)
        making.rename(self.backups_folder / backup.name)
        disk.settle(self.backups_folder)

    @contextmanager
    def making(self) -> Iterator[Path]:
        """A folder aside for a backup in the making; gone afterwards unless it was put. One backup at a time."""
        with (self.root / "backup.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Trouble("Another backup is being made at this moment.") from None
            aside = self.backups_folder / "making"
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            try:
                yield aside
            finally:
                shutil.rmtree(aside, ignore_errors=True)

    # --- WAL

    def sealed_wal(self) -> list[str]:
        """The names of the sealed files of WAL."""
        return sorted(path.name.removesuffix(SUFFIX) for path in self.wal.glob("*" + SUFFIX))

    def open_wal(self) -> list[str]:
        """What the receiver has written and nobody has sealed yet."""
        return sorted(path.name for path in self.open.iterdir() if rules.is_wal(path.name))

    def seal_wal(self, name: str, key: SealingKey) -> None:
        """Seal a file of WAL that will not grow any more, and take the open one away."""
        with (self.open / name).open("rb") as source:
            sealing.seal(source, self.wal / (name + SUFFIX), name=f"wal/{name}", key=key)
        (self.open / name).unlink()

    # --- what was found

    def note_check(self, backup: Backup, fault: str, at: datetime) -> None:
        """Write down how a restore of a backup on trial went; an empty fault says well."""
        making = self.path(backup, CHECKED + ".new")
        making.write_text(json.dumps({"at": at.isoformat(), "fault": fault}))
        making.replace(self.path(backup, CHECKED))

    def checks(self) -> list[tuple[Backup, datetime, str]]:
        """Each backup that was tried: when, and what was wrong; the latest trial last."""
        found = []
        for each in self.backups():
            with suppress(FileNotFoundError, ValueError):
                told = json.loads(self.path(each, CHECKED).read_text())
                found.append((each, datetime.fromisoformat(told["at"]), str(told["fault"])))
        return sorted(found, key=lambda check: check[1])

    # --- retention

    def sweep(self) -> list[str]:
        """Take away what the table does not keep any more; what went."""
        backups = self.backups()
        kept = rules.kept(backups)
        gone = [each.name for each in backups if each.name not in kept]
        for name in gone:
            (self.backups_folder / name).rename(self.backups_folder / "going")
            shutil.rmtree(self.backups_folder / "going")
        if since := rules.any_moment_since(backups):
            first = (since.start - 1) // since.segment
            old = [name for name in self.sealed_wal() if (number := rules.number(name, since.segment)) is not None and number < first]
            for name in old:
                (self.wal / (name + SUFFIX)).unlink()
            for path in self.removed.glob("*-*"):
                if path.name < since.name:
                    shutil.rmtree(path)
        return gone


def _read(manifest: Path) -> Backup:
    try:
        told: dict[str, Any] = json.loads(_bytes(manifest))
        return Backup(**{**told, **{name: datetime.fromisoformat(told[name]) for name in ("began", "ended")}})
    except (ValueError, TypeError, KeyError):
        raise Trouble(f"{manifest} is cut short or was changed.") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Trouble(f"{path} is missing.") from None


def _digest(path: Path) -> bytes:
    return hashlib.sha256(_bytes(path)).digest()
