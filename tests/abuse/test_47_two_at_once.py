"""Two at once: exactly one wins, and there is always one lead and one clock. At random: tests/hotline/cases/test_machine.py."""

from contextlib import closing, suppress
from datetime import timedelta

import psycopg
import pytest

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases.models import Clock, Event
from hutong.hotline.kernel.refusals import Refusal
from hutong.project.database import Addresses
from tests.abuse.attack import attack, sql
from tests.cast import office, post
from tests.loop import START, case_at
from tests.together import together

AGAIN = """INSERT INTO clocks_clock (id, case_id, office_id, limit_id, tier, step, unit, started_at, due_at, warned, why)
  SELECT gen_random_uuid(), case_id, office_id, limit_id, tier, step, unit, started_at, due_at, 0, '' FROM clocks_clock
  WHERE ended_at IS NULL"""
NO_GUARD = sql(
    "DROP INDEX clock_one_running; ALTER TABLE clocks_clock DISABLE TRIGGER part_holds",
    undo="ALTER TABLE clocks_clock ENABLE TRIGGER part_holds;"
    "CREATE UNIQUE INDEX clock_one_running ON clocks_clock (case_id) WHERE ended_at IS NULL",
)


@pytest.mark.parametrize("_round", range(3))
def test_of_two_who_send_one_case_to_two_offices_one_wins(committed: Addresses, _round: int) -> None:
    case, at = case_at("dispatch"), START + timedelta(hours=1)

    def send(who: str, where: str) -> bool:
        try:
            assignments.dispatch(case.pk, office=office(where), by=post(who), at=at, seen=None, text="请上门")
        except (Refusal, ValueError):
            return False
        return True

    won = together(lambda: send("zhou", "lianhu"), lambda: send("tan", "changan"))
    case.refresh_from_db()

    assert sorted(won) == [False, True]
    assert Event.objects.filter(case=case, action="dispatch").count() == 1
    assert case.assignments.filter(kind="lead", state="offered").count() == Clock.objects.filter(case=case, ended_at=None).count() == 1


@attack(47, NO_GUARD)
def test_the_database_itself_takes_no_second_clock(committed: Addresses) -> None:
    case = case_at("handling")
    with suppress(psycopg.Error), closing(psycopg.connect(committed.work)) as connection:
        connection.execute(AGAIN)
        connection.commit()
    assert Clock.objects.filter(case=case, ended_at=None).count() == 1
