"""What the second wall costs: the pages with it and without it in the same run, and the plans of what looks at most cases.

The wall is taken away by the owner, in the bench's own database, while the product runs, and put back.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from django.db.models import QuerySet
from psycopg import sql

from bench import people, steps
from bench.measuring import Timing, timed
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases import searching
from hutong.hotline.network.models import Post

TARGET = 20  # per cent
ROUNDS = 8  # each way, in turn: what else the machine does falls on both, and some of them it leaves alone
HEAD = ("\n| page | without p50 | p95 | with the wall p50 | p95 | more |", "|---|--:|--:|--:|--:|--:|")
WALLED = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relforcerowsecurity ORDER BY 1"
Connection = psycopg.Connection[tuple[Any, ...]]

# What looks at the most cases, as the pages ask it.
HEAVY: dict[str, Callable[[Post], QuerySet[Any]]] = {
    "all cases that a post may see, the newest fifty": lambda post: cases.visible_to(post).order_by("-opened_at")[:50],
    "all cases, by a query that forgot to ask": lambda post: cases.Case.objects.order_by("-opened_at")[:50],
    "a search": lambda post: searching.search(post, steps.MIDDLING)[:50],
}


def lines() -> Iterator[str]:
    """The table, then the plans."""
    user = people.sign_in(1)[0]
    yield from HEAD
    for step in steps.STEPS:
        without, with_it = _both(partial(step.do, user))
        more = 100 * (with_it.median / without.median - 1)
        yield f"| {step.name} | {_short(without)} | {_short(with_it)} | {more:+.0f} % (target {TARGET}) |"
    county = Post.objects.select_related("office", "staff").filter(office__kind="county_bureau", role="coordinator").first() or user.post
    above = Post.objects.select_related("office", "staff").get(staff__username="sheng")
    for name, asked in HEAVY.items():
        for post in (county, above):
            yield f"\n{name}, as {post.get_role_display()} of {post.office}:"
            yield from (f"  {line}" for line in _plan(post, asked(post)))


def _both(do: Callable[[], None]) -> tuple[Timing, Timing]:
    """Without the wall and with it: of several rounds the quickest of each."""
    found: dict[bool, list[Timing]] = {False: [], True: []}
    for _round in range(ROUNDS):
        with _no_wall():
            found[False].append(timed([do], seconds=1.5))
        found[True].append(timed([do], seconds=1.5))
    return tuple(min(found[which], key=lambda each: each.median) for which in (False, True))  # type: ignore[return-value]


@contextmanager
def _no_wall() -> Iterator[None]:
    with psycopg.connect(os.environ["HUTONG_OWNER_URL"], autocommit=True) as owner:
        tables = [sql.Identifier(str(name)) for (name,) in owner.execute(WALLED)]
        for table in tables:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table))
        try:
            yield
        finally:
            for table in tables:
                owner.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))


def _plan(post: Post, asked: QuerySet[Any]) -> list[str]:
    """How the database answers, as the pages' role in this post's name."""
    statement, words = asked.query.sql_with_params()
    with psycopg.connect(os.environ["HUTONG_DESK_URL"], autocommit=True) as desk:
        desk.execute("SELECT hutong_enter(%s)", [post.pk])
        told = psycopg.ClientCursor(desk).execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) {statement}", words)  # type: ignore[arg-type]
        return [str(line) for (line,) in told]


def _short(timing: Timing) -> str:
    return f"{timing.median:.1f} | {timing.p95:.1f}"
