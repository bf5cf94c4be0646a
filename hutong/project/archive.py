"""`hutong archive verify FILE`: whether a package is as it was exported. `hutong archive trace SERIAL`: who took it."""

import argparse
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hutong.hotline.archive import papers, queries
from hutong.hotline.audit import keys
from hutong.project.installing import say
from hutong.project.trouble import Trouble


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong archive` understands."""
    commands = parser.add_subparsers(dest="what", metavar="verify|trace", required=True)
    verify = commands.add_parser("verify", help="compare the package with its list, and the list with its signature; 1 where they differ")
    verify.add_argument("file", type=Path)
    verify.add_argument("--keys", type=Path, help="public keys, one a line (default: those beside the private key)")
    trace = commands.add_parser("trace", help="who took the file that carries this serial")
    trace.add_argument("serial")


def run(options: argparse.Namespace) -> int:
    """The command."""
    return _verify(options) if options.what == "verify" else _trace(options.serial)


def _verify(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise Trouble(f"There is no file {options.file}.")
    wrong = papers.faults(options.file, keys.known_keys(options.keys or keys.public_file(settings.AUDIT_KEY)))
    for what in wrong:
        say(f"WRONG  {what}")
    say("As it was exported." if not wrong else f"{len(wrong)} things are wrong.")
    return int(bool(wrong))


def _trace(serial: str) -> int:
    export = queries.by_serial(serial)
    if export is None:
        raise Trouble(f"Nothing was exported as {serial}.")
    say(f"{export.serial}  {export.get_kind_display()}  {timezone.localtime(export.at):%Y-%m-%d %H:%M}")
    say(f"  by   {export.by.staff.name} ({export.by.staff.username}), {export.by.get_role_display()}, {export.by.office.name}")
    say(f"  for  {export.purpose}")
    say(f"  {'fetched ' + f'{timezone.localtime(export.done_at):%Y-%m-%d %H:%M}' if export.done_at else 'never fetched'}, {export.digest}")
    return 0
