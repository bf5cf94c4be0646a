"""The way back: a backup with those it rests on, the WAL that follows, and PostgreSQL's own recovery, in a folder aside."""

import shutil
import tarfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from hutong.project.embedded import Server
from hutong.project.keeping import rules, sealing
from hutong.project.keeping.receiving import free
from hutong.project.keeping.rules import Backup
from hutong.project.keeping.sealing import Opened, RestoreKey
from hutong.project.keeping.shelf import BASE, SUFFIX, Shelf
from hutong.project.trouble import Trouble

OURS = 18  # PostgreSQL's version here
ENDED_BEFORE = "recovery ended before configured recovery target was reached"
PATIENCE = 24 * 3600  # seconds; a database of a terabyte takes its time
# The restored server serves nobody else, asks nobody for WAL, and waits for no receiver.
ALONE = {
    "restore_command": "false", "recovery_target_timeline": "latest", "recovery_target_action": "promote", "archive_mode": "off",
    "synchronous_standby_names": "", "shared_preload_libraries": "", "primary_conninfo": "", "ssl": "off", "logging_collector": "off",
}  # fmt: skip
STATE = "SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()"
DOOR = "local all all trust\n"  # of the restored server while it stands aside; its own file is kept as it was


@dataclass(frozen=True)
class Wanted:
    """Until when: a moment; or the end of one backup; or neither, then the last write that there is."""

    moment: datetime | None = None
    backup: str = ""


@dataclass(frozen=True)
class Reached:
    """What a restore came to: of which backup, until which write, and whether the moment that was asked for lies after it."""

    backup: Backup
    last_write: datetime | None
    is_all: bool


def restore(shelf: Shelf, key: RestoreKey, aside: Path, wanted: Wanted) -> Reached:
    """Make a cluster in `aside`/postgres, which must not be there, and stop it again. Raises Trouble; nothing else is touched."""
    backup = _chosen(shelf, wanted)
    chain = rules.chain(shelf.backups(), backup)
    if chain[0].kind != rules.FULL:
        raise Trouble(f"{shelf.backups_folder / chain[0].parent} is missing, and {chain[0].name} rests on it.")
    if chain[0].major != OURS:
        raise Trouble(f"{backup.name} is of a PostgreSQL {backup.major}, and the programs here are {OURS}'s; restore it where those are.")
    _must_have_room(chain, aside)
    for each in chain:
        shelf.prove(each, key)
    names = [] if wanted.backup else _wal(shelf, backup, key, to_the_end=wanted.moment is None)
    server = Server(aside)
    _unpack(shelf, chain, key, aside, server)
    _lay_out_wal(shelf, names, key, server.folder / "pg_wal")
    (server.folder / "recovery.signal").touch()
    for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):  # some keep theirs elsewhere
        (server.folder / name).touch()
    (aside / "door.conf").write_text(DOOR)
    server.adopt(aside)
    return _recover(aside, backup, wanted, gap=rules.gap(names, backup.end, backup.segment))


def _chosen(shelf: Shelf, wanted: Wanted) -> Backup:
    backups = shelf.backups()
    if wanted.backup:
        found = next((each for each in backups if each.name == wanted.backup), None)
    else:
        found = rules.for_moment(backups, wanted.moment)
    if found is None:
        there = ", ".join(each.name for each in backups) or "none"
        raise Trouble(f"No backup on {shelf.root} is as old as that. There are: {there}")
    return found


def _must_have_room(chain: Iterable[Backup], aside: Path) -> None:
    """Better said now than after an hour. What WAL and files take comes on top, and nobody knows how much is written anew."""
    needed, there = sum(each.plain for each in chain), free(aside)
    if needed > there:
        raise Trouble(f"The backup takes {needed / 1e9:.1f} GB here, and {there / 1e9:.1f} GB are free in {aside.parent}. Make room first.")


def _wal(shelf: Shelf, backup: Backup, key: RestoreKey, *, to_the_end: bool) -> list[str]:
    """The files of WAL to lay out, each proven; sealed ones, and what the receiver was writing when all ended."""
    there = {*shelf.sealed_wal(), *shelf.open_wal()}
    names = rules.after(there, backup.end, backup.segment)
    if to_the_end and (missing := rules.gap(names, backup.end, backup.segment)):
        raise Trouble(
            f"The WAL …{missing} is missing from {shelf.wal}, though later WAL is there; what was written after it cannot be restored. "
            f"`--to` a moment before, or `--to {backup.name}`, restores what was there then."
        )
    for name in names:
        if (sealed := shelf.wal / (name + SUFFIX)).exists():
            sealing.prove(sealed, name=f"wal/{name}", key=key)
    return names


def _unpack(shelf: Shelf, chain: Iterable[Backup], key: RestoreKey, aside: Path, server: Server) -> None:
    folders = []
    for number, backup in enumerate(chain):
        folders.append(aside / f"part-{number}")
        with closing(Opened(shelf.path(backup, BASE), name=f"{backup.name}/{BASE}", key=key)) as opened:
            _extract(opened, folders[-1])
    server.adopt(aside)
    if len(folders) == 1:
        folders[0].rename(server.folder)
    else:
        # What an increment left as it was is linked, and not written once more: half the time, half the room.
        combined = server.run("pg_combinebackup", "--link", f"--output={server.folder}", *map(str, folders), folder=folders[0])
        if combined.returncode:
            raise Trouble(f"The parts of the backup do not fit together: {combined.stderr.strip()}")
        for each in folders:
            shutil.rmtree(each)


def _extract(opened: Opened, folder: Path) -> None:
    """Folders and files, and nothing that leads out of the folder."""
    folder.mkdir(mode=0o700)
    with tarfile.open(fileobj=opened, mode="r|", bufsize=sealing.CHUNK) as tar:
        for member in tar:
            target = folder / member.name
            if not target.resolve().is_relative_to(folder.resolve()) or not (member.isdir() or member.isreg()):
                raise Trouble(f"{opened.path} holds {member.name}, which is neither a file nor a folder of a database.")
            if member.isdir():
                target.mkdir(mode=0o700, exist_ok=True)
            elif (source := tar.extractfile(member)) is not None:
                with target.open("wb") as out:
                    shutil.copyfileobj(source, out, sealing.CHUNK)
                target.chmod(0o600)


def _lay_out_wal(shelf: Shelf, names: Iterable[str], key: RestoreKey, folder: Path) -> None:
    """Beside what came with the backup, under the names that recovery looks for."""
    for name in names:
        target = folder / name.removesuffix(".partial")
        if (sealed := shelf.wal / (name + SUFFIX)).exists():
            with target.open("wb") as out:
                shutil.copyfileobj(Opened(sealed, name=f"wal/{name}", key=key), out, sealing.CHUNK)
        else:
            shutil.copyfile(shelf.open / name, target)
        target.chmod(0o600)


# --- recovery


def _recover(aside: Path, backup: Backup, wanted: Wanted, *, gap: str | None) -> Reached:
    """Let PostgreSQL do it. A moment after the last write is no fault, unless WAL is missing before it."""
    try:
        return Reached(backup, _run(aside, ALONE | _target(wanted)), is_all=True)
    except EndedBefore:
        if gap:
            remedy = f"Name an earlier one, or `--to {backup.name}`."
            raise Trouble(f"The WAL …{gap} is missing; without it the moment cannot be reached. {remedy}") from None
    return Reached(backup, _run(aside, ALONE), is_all=False)


def _target(wanted: Wanted) -> dict[str, str]:
    if wanted.backup:
        return {"recovery_target": "immediate"}
    return {"recovery_target_time": wanted.moment.isoformat(" ")} if wanted.moment else {}


def door(aside: Path) -> dict[str, str]:
    """The setting with which a restored server that stands aside lets us in."""
    return {"hba_file": str(aside / "door.conf")}


class EndedBefore(Trouble):
    """The WAL ends before the moment that was asked for."""


def _run(aside: Path, settings: dict[str, str]) -> datetime | None:
    """Start, wait until it has recovered, stop. The time of the last commit. Raises EndedBefore."""
    server = Server(aside, settings | door(aside))
    log = server.folder / "log"
    log.unlink(missing_ok=True)
    try:
        server.start()
        found = _recovered(server)
    except Trouble:
        if log.exists() and ENDED_BEFORE in log.read_text(errors="replace"):
            raise EndedBefore from None
        raise
    finally:
        server.leave()
    return found


def _recovered(server: Server) -> datetime | None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(server.address, autocommit=True) as connection:
                found: tuple[bool, datetime | None] = connection.execute(STATE).fetchone() or (True, None)
                if not found[0]:
                    connection.execute("ALTER SYSTEM RESET synchronous_standby_names")  # nobody listens yet
                    connection.execute("CHECKPOINT")
                    return found[1]
        except psycopg.OperationalError:
            if not server.alive():
                break
        time.sleep(0.1)
    said = (server.folder / "log").read_text(errors="replace")[-1000:]
    raise Trouble(f"The restored database did not come up; it said:\n{said}")
