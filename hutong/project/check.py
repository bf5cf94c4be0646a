"""`hutong check`: counts what breaks the nine rules in a live database, days counted wrongly, what is sealed and does not open, and
recordings that are not as kept; and says what is wrong with the clocks by which all of it was written.

Reads only, as the working role; the rows in one snapshot, and then every recording to its end.
"""

import argparse
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hutong.hotline.keys import fields
from hutong.hotline.recordings import queries as recordings
from hutong.hotline.statistics import facts, rules
from hutong.project import clock
from hutong.project.installing import say
from hutong.project.promises import RULES, WORDS, Rule

COUNTED = "Days of which the boards' counts are not what the rows say"
SOUND = "Recordings not there, not as kept, not kept, or past their time"
OPENS = "Sealed rows that do not open, or are not found by their mark"
FIRST = 5  # that are named


@dataclass(frozen=True)
class Found:
    """What a rule's question brought: how many break it, and the first few with what is wrong."""

    rule: Rule
    count: int
    first: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(options: argparse.Namespace) -> int:
    """A line for each rule, for what the boards count, for what is sealed, and for recordings; 1 where something is broken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        found = look(cursor)
        wrong = facts.wrong_days(rules.period(timezone.localdate()))
        shut = [f"{row} ({column})" for row, column in fields.unsound()]
    unsound = [f"{pk} ({what})" for pk, what in recordings.unsound(timezone.now())]
    for each in found:
        more = ", ..." if each.count > len(each.first) else ""
        say(f"{each.rule.number}  {each.rule.words:<72} {each.count:>6}  {', '.join(each.first)}{more}".rstrip())
    for words, named in ((COUNTED, list(map(str, wrong))), (OPENS, shut), (SOUND, unsound)):
        say(f"-  {words:<72} {len(named):>6}  {', '.join(named[:FIRST])}".rstrip())
    for sentence in clock.faults():
        say(sentence)
    return int(bool(wrong or shut or unsound) or any(each.count for each in found))


def look(cursor: Any) -> list[Found]:
    """Ask all nine rules."""
    found = []
    for rule in RULES:
        cursor.execute(rule.statement, WORDS)
        count, first = cursor.fetchone()
        found.append(Found(rule, count, first or []))
    return found
