"""A deadline stays where it is and is told once, whatever becomes of clocks, workers, zones and calendars.

Killed and restarted processes, a dropped database and a restore are tests/hotline/cases/test_timers.py, tests/project/test_crash.py
and tests/project/keeping.
"""

from datetime import datetime, timedelta

import psycopg
from django.utils import timezone

from hutong.hotline.cases import timers
from hutong.hotline.cases.models import Clock, Event
from hutong.project.database import Addresses
from tests.abuse.attack import attack, patched, sql
from tests.loop import START, case_at
from tests.together import together

DAY = timedelta(days=1)


ASIDE = sql(
    "ALTER TABLE clocks_clock DISABLE TRIGGER clock_only_ends; ALTER TABLE clocks_clock DISABLE TRIGGER part_holds",
    undo="ALTER TABLE clocks_clock ENABLE TRIGGER clock_only_ends; ALTER TABLE clocks_clock ENABLE TRIGGER part_holds",
)


def due() -> list[tuple[datetime, datetime | None]]:
    return list(Clock.objects.order_by("pk").values_list("due_at", "ended_at"))


@attack(46, ASIDE)
def test_nothing_moves_a_deadline_that_runs(committed: Addresses) -> None:
    case_at("handling")
    before = due()
    try:
        with psycopg.connect(committed.work, autocommit=True) as connection:
            connection.execute("UPDATE clocks_clock SET due_at = due_at + interval '1 day'")
    except psycopg.Error:
        pass
    with timezone.override("America/New_York"):
        timers.sweep(at=START + timedelta(hours=1))

    assert due() == before


@attack(46, ASIDE)
def test_one_that_has_ended_is_not_rewritten(committed: Addresses) -> None:
    case_at("handling")
    try:
        with psycopg.connect(committed.work, autocommit=True) as connection:
            connection.execute("UPDATE clocks_clock SET ended_at = now() WHERE ended_at IS NOT NULL")
    except psycopg.Error:
        pass
    assert all(ended is None or ended < START + DAY for _due, ended in due())


@attack(
    46,  # a clock that does not remember what it told
    patched("hutong.hotline.cases.models.Clock.rings_after", lambda clock, _share: clock.due_at),
    patched("hutong.hotline.cases.models.Clock.passed", lambda _clock, _at: [100]),
)
def test_clocks_that_jump_a_day_and_workers_that_come_twice_tell_each_miss_once(committed: Addresses) -> None:
    case = case_at("acceptance", tier="II")
    at = case.due_at + timedelta(seconds=1) if case.due_at else START
    for moment in (at - DAY, at, at + DAY, at, at - DAY, at + DAY):
        together(*[lambda moment=moment: timers.sweep(at=moment)] * 2)

    assert Event.objects.filter(case=case, action="miss").count() == 1
