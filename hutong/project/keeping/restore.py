"""`hutong restore --from FOLDER --key FILE`: the database and the files beside it, to the last write or to a moment before.

hutong restore --from /mnt/backups --key /media/safe/hutong-restore.key
hutong restore ... --to "2026-11-26 12:00" --replace
"""

import argparse
import os
import re
import shutil
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import connections
from django.utils import timezone

from hutong.project import database, embedded, installing, settings
from hutong.project.embedded import Server
from hutong.project.installing import say
from hutong.project.keeping import objects, restoring, sealing
from hutong.project.keeping.backup import chosen
from hutong.project.keeping.making import moment
from hutong.project.keeping.restoring import Reached, Wanted
from hutong.project.keeping.sealing import key_of
from hutong.project.supervisor import only_run_on
from hutong.project.trouble import Trouble

NAME = re.compile(r"\d{8}T\d{6}Z-(full|increment)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong restore` understands."""
    parser.add_argument("--from", dest="source", type=Path, metavar="FOLDER", help="the backups (default: $HUTONG_BACKUPS)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key that opens")
    parser.add_argument("--to", default="", metavar="MOMENT", help='such as "2026-11-26 12:00", or a backup by its name (default: the end)')
    parser.add_argument("--replace", action="store_true", help="where there is a database already: set it aside, and put this in its place")


def run(options: argparse.Namespace) -> int:
    """The command."""
    installing.set_up()
    start, data, wanted = time.monotonic(), database.data_folder(), _wanted(options.to)
    shelf, key = chosen(options)
    with only_run_on(data):
        place = Server(data)
        _must_be_free(place, replace=options.replace)
        aside = data / "restoring"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o711)
        try:
            reached = restoring.restore(shelf, key, aside, wanted)
            before = _put_in_place(Server(aside), place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        files = objects.put_back(shelf, data, key, since=f"{wanted.moment:%Y%m%dT%H%M%SZ}" if wanted.moment else wanted.backup or "~")
        with suppress(Trouble):
            sealing.keep(key_of(data), key.sealing.text)
        _write_down(reached)
    _say(reached, files, before, data, time.monotonic() - start)
    return 0


def _wanted(text: str) -> Wanted:
    """Until when, as it was typed: local time where nothing else is said."""
    if not text or NAME.fullmatch(text):
        return Wanted(backup=text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(f'"{text}" is no moment such as "2026-11-26 12:00", and no name of a backup.') from None
    return Wanted(moment if moment.tzinfo else timezone.make_aware(moment))


def _must_be_free(place: Server, *, replace: bool) -> None:
    if place.alive():
        raise Trouble(f"A database runs in {place.folder}. Stop what uses it first.")
    if place.exists() and not replace:
        raise Trouble(f"There is a database in {place.folder}. `--replace` sets it aside and puts the restored one in its place.")


def _put_in_place(restored: Server, place: Server) -> Path | None:
    """The old one, whole or not, is set aside and never removed here; where it lies now."""
    before = None
    if place.folder.exists():
        before = place.folder.rename(place.data / f"postgres.before-{timezone.localtime():%Y%m%dT%H%M%S}")
    restored.folder.rename(place.folder)
    return before


def _write_down(reached: Reached) -> None:
    """In the log of what was restored itself, where it is our own database and as new as the program."""
    if os.environ.get("DATABASE_URL"):
        return
    try:
        installing.connect()
        connections["default"].settings_dict.update(settings.database(os.environ["HUTONG_WORK_URL"]))  # there was none when we began
        from hutong.hotline.audit import actions as audit  # noqa: PLC0415 needs Django set up

        if not installing.missing():
            at = timezone.now()
            audit.record("restored", by=None, at=at, subject="database", backup=reached.backup.name, until=str(reached.last_write or ""))
        connections["default"].close()
    finally:
        embedded.server(database.data_folder()).leave()


def _say(reached: Reached, files: int, before: Path | None, data: Path, took: float) -> None:
    until = moment(reached.last_write) if reached.last_write else f"the end of the backup, {moment(reached.backup.ended)}"
    say(f"Restored from {reached.backup.name} until {until}, with {files} files, in {took:.1f} s. `hutong up` starts it.")
    if not reached.is_all:
        say("The moment that you named is later: of what was written between, if anything was, there is nothing on the shelf.")
    if before:
        say(f"What was there before lies in {before}. Remove it when nobody needs it any more.")
