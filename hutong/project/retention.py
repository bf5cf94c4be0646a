"""`hutong retention`: what is past its time, by the schedule; `--erase` erases it now, as the worker does by itself."""

import argparse

from django.utils import timezone

from hutong.hotline.cases import timers
from hutong.hotline.holds import queries as holds
from hutong.hotline.retention import queries, rules
from hutong.hotline.retention.timers import DEEDS
from hutong.project.installing import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong retention` understands."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--dry-run", action="store_true", help="only say what would be erased (the default)")
    chosen.add_argument("--erase", action="store_true", help="erase it now")


def run(options: argparse.Namespace) -> int:
    """A line for each kind of the schedule."""
    at = timezone.now()
    for kind in rules.schedule().kinds.values():
        due = f"{queries.DUE[kind.name](at).count():>8,} due" if kind.name in queries.DUE else " " * 12
        say(f"{kind.name:<10} {kind.then:<7} {due}  {kind.title}: {kind.after}, {kind.since}")
    say(f"{holds.held().count():,} cases are under a legal hold")
    for line in timers.sweep(at=at, deeds=DEEDS) if options.erase else ():
        say(line)
    return 0
