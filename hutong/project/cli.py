"""The command line, `hutong`: a table of commands, each a module with `add_arguments(parser)` and `run(options)`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from hutong.hotline.kernel.refusals import Refusal
from hutong.project import installing
from hutong.project.trouble import Trouble


class Command(NamedTuple):
    """Where a command is written, what it does, and whether it works on a database that is ready."""

    module: str
    help: str
    needs_database: bool = True


COMMANDS = {
    "up": Command("hutong.project.runner", "start everything on this machine; Ctrl-C stops it", needs_database=False),
    "migrate": Command("hutong.project.installing", "bring database, tables and reference data up to date", needs_database=False),
    "phone": Command("hutong.project.exchange", "fetch an Asterisk into the data folder; `hutong up` starts it", needs_database=False),
    "administrator": Command("hutong.project.administrator", "set up the first administrator, or security officer, of a province"),
    "villages": Command("hutong.project.villages", "load villages from a file"),
    "demo": Command("hutong.project.demo", "load the demo network, and play reports through it"),
    "check": Command("hutong.project.check", "count what breaks the nine rules in a live database"),
    "keys": Command("hutong.project.keys", "say which keys open what is sealed; `keys rotate` makes a new one"),
    "audit": Command("hutong.project.auditing", "find what was changed, removed, added or moved in the audit log"),
    "archive": Command("hutong.project.archive", "verify an archive package, or find who exported a file"),
    "retention": Command("hutong.project.retention", "say what is past its time by the retention schedule, or erase it"),
    "backup": Command("hutong.project.keeping.backup", "make a sealed backup, or try one, or make keys", needs_database=False),
    "restore": Command("hutong.project.keeping.restore", "restore a backup, to the last write or a moment before", needs_database=False),
    "synth": Command("hutong.project.synth", "load many made-up cases, to measure with"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. What whoever typed it can put right is said in a sentence."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except (Trouble, Refusal) as trouble:
        problem = str(trouble)
    except OSError as error:
        problem = f"{error.strerror}: {error.filename}" if error.filename else str(error)
    print(f"hutong: {problem}", file=sys.stderr)  # noqa: T201 this is a command
    return 1


def _run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="hutong",
        description="The platform behind the child rescue and protection hotline 12349.",
        epilog="Data folder: $HUTONG_DATA, else ./data",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    known = {name: commands.add_parser(name, help=command.help, description=command.help) for name, command in COMMANDS.items()}
    chosen = COMMANDS.get(arguments[0]) if arguments else None
    if chosen is None:
        parser.parse_args(arguments)
        return 2
    if chosen.needs_database:
        _make_ready(only_asks=bool({"-h", "--help"} & set(arguments)))
    module = import_module(chosen.module)
    module.add_arguments(known[arguments[0]])
    return int(module.run(parser.parse_args(arguments)))


def _make_ready(*, only_asks: bool) -> None:
    """Set Django up before the command's module is imported; a question about its options needs no database."""
    if only_asks:
        installing.set_up()
    else:
        installing.connect()
        installing.require_migrated()
