"""`hutong backup`: a sealed backup of the running database and of the files beside it; or a restore on trial; or new keys.

hutong backup --new-keys /media/safe     once: the restore key goes there, and then away from this machine
hutong backup                            what changed since the last one; all of it weekly; `--full` at once
hutong backup --check --key /media/safe/hutong-restore.key
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from hutong.project import database, installing
from hutong.project.embedded import Server
from hutong.project.installing import say
from hutong.project.keeping import making, objects, restoring, sealing
from hutong.project.keeping.rules import Backup
from hutong.project.keeping.sealing import RestoreKey, key_of
from hutong.project.keeping.shelf import VARIABLE, Shelf, folder
from hutong.project.keeping.source import TO_BACK_UP, Source
from hutong.project.trouble import Trouble

RESTORE_KEY = "hutong-restore.key"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong backup` understands."""
    parser.add_argument("--full", action="store_true", help="all of it, not only what changed since the last one")
    parser.add_argument("--new-keys", type=Path, metavar="FOLDER", help="make a pair of keys; the one that opens goes to this folder")
    parser.add_argument("--check", action="store_true", help="restore the last backup on trial, and count what breaks the rules in it")
    parser.add_argument("--from", dest="source", type=Path, metavar="FOLDER", help=f"with --check: the backups (default: ${VARIABLE})")
    parser.add_argument("--key", type=Path, metavar="FILE", help="with --check: the key that opens")


def run(options: argparse.Namespace) -> int:
    """The command."""
    installing.set_up()
    if options.new_keys:
        return _new_keys(options.new_keys)
    if options.check:
        return _check(options)
    return _back_up(full=options.full)


def _new_keys(safe: Path) -> int:
    data, key = database.data_folder(), RestoreKey.new()
    data.mkdir(parents=True, exist_ok=True)
    sealing.keep(key_of(data), key.sealing.text)
    sealing.keep(safe / RESTORE_KEY, key.text)
    say(f"{key_of(data)}: seals backups and opens none; it stays here.")
    say(f"{safe / RESTORE_KEY}: opens them. Keep it in two places away from this machine: without it no backup can be restored.")
    return 0


def _back_up(*, full: bool) -> int:
    start, data = time.monotonic(), database.data_folder()
    key, server = sealing.sealing_key(key_of(data)), Source.here()
    facts = server.facts(TO_BACK_UP)
    server.prepare()
    shelf = Shelf.of(facts.system)
    made = making.make(server, facts, shelf, key, full=full)
    copied = objects.copy(data, shelf, key)
    objects.set_aside(data, shelf, made.name)
    gone = shelf.sweep()
    say(f"{made.name}: {_size(made.plain)}, sealed {_size(made.size)}, {copied} new files, in {time.monotonic() - start:.1f} s")
    if gone:
        say(f"No longer kept: {', '.join(gone)}")
    return 0


def _check(options: argparse.Namespace) -> int:
    """What is wrong is told, and written down beside the backup; so is that nothing is."""
    start = time.monotonic()
    shelf, key = chosen(options)
    backups = shelf.backups()
    if not backups:
        raise Trouble(f"There is no backup in {shelf.root}.")
    fault = _tried(shelf, key, backups[-1])
    shelf.note_check(backups[-1], fault, timezone.now())
    say(f"{backups[-1].name}: {fault or 'restored on trial, and nothing in it breaks a rule'}, in {time.monotonic() - start:.1f} s")
    return int(bool(fault))


def chosen(options: argparse.Namespace) -> tuple[Shelf, RestoreKey]:
    """The shelf and the key that a command names. Raises Trouble where either is missing."""
    where = options.source or folder()
    if where is None or options.key is None:
        raise Trouble(f"Name the backups with `--from` (or {VARIABLE}) and the key that opens them with `--key`.")
    return Shelf.found_in(where), sealing.restore_key(options.key)


def _tried(shelf: Shelf, key: RestoreKey, backup: Backup) -> str:
    """Restore one backup into a folder of its own and ask it; what was wrong."""
    data = database.data_folder()
    data.mkdir(parents=True, exist_ok=True)
    aside = data / f"trial-{os.getpid()}"
    aside.mkdir(mode=0o711)
    server = Server(aside, restoring.door(aside))
    try:
        restoring.restore(shelf, key, aside, restoring.Wanted(backup=backup.name))
        pages = server.run("pg_checksums", "--check")
        if pages.returncode:
            return f"a page is not as PostgreSQL wrote it: {pages.stderr.strip()}"
        address = make_conninfo(server.start(), dbname=backup.database)
        told = {"DATABASE_URL": address, "HUTONG_DATA": str(aside / "data"), "HUTONG_KEY_FILE": str(settings.KEY_FILE)}
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "HUTONG_")) or name == "HUTONG_SUITE"
        }
        checked = subprocess.run([Path(sys.executable).with_name("hutong"), "check"], env=ours | told, check=False)  # noqa: S603 our own command
    except Trouble as trouble:
        return str(trouble)
    finally:
        server.leave()
        shutil.rmtree(aside, ignore_errors=True)
    return "`hutong check` counts what breaks the rules in it" if checked.returncode else ""


def _size(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
