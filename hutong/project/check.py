"""`hutong check`: counts what breaks the nine rules in a live database. Reads only, as the working role, in one snapshot."""

import argparse
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from hutong.project.installing import say
from hutong.project.promises import RULES, WORDS, Rule


@dataclass(frozen=True)
class Found:
    """What a rule's question brought: how many break it, and the first few with what is wrong."""

    rule: Rule
    count: int
    first: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(options: argparse.Namespace) -> int:
    """A line for each rule; 1 where one is broken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        found = look(cursor)
    for each in found:
        more = ", ..." if each.count > len(each.first) else ""
        say(f"{each.rule.number}  {each.rule.words:<72} {each.count:>6}  {', '.join(each.first)}{more}".rstrip())
    return int(any(each.count for each in found))


def look(cursor: Any) -> list[Found]:
    """Ask all nine rules."""
    found = []
    for rule in RULES:
        cursor.execute(rule.statement, WORDS)
        count, first = cursor.fetchone()
        found.append(Found(rule, count, first or []))
    return found
