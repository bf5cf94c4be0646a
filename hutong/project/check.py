"""`hutong check`: counts what breaks the nine rules in a live database, and the days that the boards count wrongly.

Reads only, as the working role, in one snapshot.
"""

import argparse
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hutong.hotline.statistics import facts, rules
from hutong.project.installing import say
from hutong.project.promises import RULES, WORDS, Rule

COUNTED = "Days of which the boards' counts are not what the rows say"
FIRST = 5  # days that are named


@dataclass(frozen=True)
class Found:
    """What a rule's question brought: how many break it, and the first few with what is wrong."""

    rule: Rule
    count: int
    first: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(options: argparse.Namespace) -> int:
    """A line for each rule, and one for what the boards count; 1 where something is broken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        found = look(cursor)
        wrong = facts.wrong_days(rules.period(timezone.localdate()))
    for each in found:
        more = ", ..." if each.count > len(each.first) else ""
        say(f"{each.rule.number}  {each.rule.words:<72} {each.count:>6}  {', '.join(each.first)}{more}".rstrip())
    say(f"-  {COUNTED:<72} {len(wrong):>6}  {', '.join(map(str, wrong[:FIRST]))}".rstrip())
    return int(bool(wrong) or any(each.count for each in found))


def look(cursor: Any) -> list[Found]:
    """Ask all nine rules."""
    found = []
    for rule in RULES:
        cursor.execute(rule.statement, WORDS)
        count, first = cursor.fetchone()
        found.append(Found(rule, count, first or []))
    return found
