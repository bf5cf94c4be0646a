"""Loads the cases where they are missing, starts the product, times it over HTTP and bare, prints tables.

`python -m bench PART` measures a part alone: `calls` the telephone, `boards` the boards, `keeping` backup and restore, `wall` what
the second wall in the database costs, which is measured apart only.

HUTONG_BENCH_CASES (100,000), HUTONG_BENCH_DATA (data/bench), HUTONG_BENCH_PORT (18349); DATABASE_URL: in a database of its own there.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import psycopg
from django.utils import timezone

from bench import product
from bench.measuring import Timing, timed
from hutong.project import installing
from hutong.project.installing import say

if TYPE_CHECKING:
    from bench.people import User
    from bench.steps import Step

CASES = int(os.environ.get("HUTONG_BENCH_CASES", "100000"))
USERS = (1, 8)
HEAD = (
    "\n| what | target p95 | 1 user: per s | p50 | p95 | 8 users: per s | p50 | p95 | bare SQL p50 | p95 |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)


def main() -> None:
    """The whole of it."""
    product.point_here()
    product.hutong("migrate")
    loaded = product.hutong("synth", f"--cases={CASES}") if sys.argv[1:] != ["calls"] else 0.0  # callers need no cases
    if sys.argv[1:]:
        with product.running():
            installing.connect()
            PARTS[sys.argv[1]]()
        return
    checked = product.hutong("check")
    with product.running() as first:
        pass
    with product.running() as second:
        installing.connect()
        _calm()
        _pages()
        _calls()
    _clocks()
    say(f"\n`hutong synth` (nothing to do where the cases are there) {loaded:.1f} s · `hutong check` {checked:.1f} s")
    say(f"`hutong up` to the first answer: {first:.1f} s, then {second:.1f} s (target 8 s)")


def _calm() -> None:
    """The worker has done what fell due while nothing ran: timed is the day's work, and not the making up beside it."""
    from hutong.project import worker  # noqa: PLC0415 needs Django set up

    start = time.perf_counter()
    while any(deed.waiting(timezone.now())[:1] for deed in worker.DEEDS):
        time.sleep(1)
    say(f"The worker has caught up after {time.perf_counter() - start:.0f} s")


def _counted() -> None:
    """What the worker made up is in the boards' numbers, as any quarter of an hour that is over."""
    from hutong.hotline.statistics.models import Day  # noqa: PLC0415 needs Django set up

    caught_up = timezone.now()
    while not Day.objects.filter(office=None, until__gt=caught_up).exists():
        time.sleep(1)


def _pages() -> None:
    from bench import people, steps, sums  # noqa: PLC0415 need Django set up

    users = people.sign_in(max(USERS))
    hits = {step.word: steps.every_hit_is_found(step, users[0]) for step in steps.STEPS if step.word}
    say(f"\nEach search finds every hit: {', '.join(f'{word} {count}' for word, count in hits.items())}")
    _table(steps.STEPS, users)
    say(f"\nAdding 10 working days: {sums.ten_working_days():.1f} µs (target {sums.TARGET} µs)")


def _boards() -> None:
    from bench import people, steps  # noqa: PLC0415 need Django set up

    _calm()
    _table(steps.BOARDS, people.sign_in(max(USERS)))


def _table(rows: "Iterable[Step]", users: "Sequence[User]") -> None:
    from bench import steps  # noqa: PLC0415 needs Django set up

    say(f"\n{CASES:,} cases")
    for line in HEAD:
        say(line)
    with _bare() as connection:
        for step in rows:
            served = [timed([partial(step.do, user) for user in users[:count]]) for count in USERS]
            words = steps.words(step, users[0], next(users[0].cases))
            bare = timed([partial(_ask, connection, step.sql, words)], seconds=2.0)
            target = f"{step.target} ms" if step.target else ""
            say(f"| {step.name} | {target} | {' | '.join(map(_cells, served))} | {_short(bare)} |")


def _wall() -> None:
    from bench import wall  # noqa: PLC0415 needs Django set up

    _calm()
    _counted()
    for line in wall.lines():
        say(line)


def _calls() -> None:
    from bench import calls  # noqa: PLC0415 needs Django set up

    for line in calls.lines():
        say(line)


def _clocks() -> None:
    from bench import auditing, firing, secrets, trying  # noqa: PLC0415 need Django set up
    from hutong.hotline.keys import queries as keys  # noqa: PLC0415

    cases, took = trying.trial()
    say(f"\nA draft of the rulebook tried on {cases:,} cases: {took:.1f} s (target {trying.TARGET:g} s for 100,000)")
    for line in chain(firing.lines(), auditing.lines(), secrets.lines(keys.provider())):
        say(line)
    _keeping()


def _keeping() -> None:
    from bench import keeping  # noqa: PLC0415 needs Django set up

    for line in keeping.lines():
        say(line)


PARTS = {"boards": _boards, "calls": _calls, "keeping": _keeping, "wall": _wall}


def _cells(timing: Timing) -> str:
    return f"{timing.rate:.0f} | {_short(timing)}"


def _short(timing: Timing) -> str:
    return f"{timing.median:.1f} | {timing.p95:.1f}"


@contextmanager
def _bare() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The database without the product: each statement is its own transaction, on disk when it returns."""
    with psycopg.connect(os.environ["HUTONG_WORK_URL"], autocommit=True) as connection:
        yield connection


def _ask(connection: psycopg.Connection[tuple[object, ...]], statement: str, words: dict[str, object]) -> None:
    cursor = connection.execute(statement, words if "%(" in statement else None)
    if cursor.description:
        cursor.fetchall()


if __name__ == "__main__":
    main()
