"""A query that asks for everything, in the pages' own role."""

# ruff: noqa: S608 the tables' own names

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from hutong.hotline.cases.actions import recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.supervision import actions as supervision
from hutong.project.database import Addresses
from tests import cast
from tests.abuse.attack import NO_WALL, attack, sql
from tests.loop import START, case_at
from tests.talks import a_call
from tests.walls import walled_tables

Connection = psycopg.Connection[tuple[object, ...]]


@contextmanager
def at_the_desk(addresses: Addresses, username: str = "") -> Iterator[Connection]:
    """The pages' own connection, in somebody's name or in nobody's."""
    with psycopg.connect(addresses.desk, autocommit=True) as connection:
        if username:
            connection.execute("SELECT hutong_enter(%s)", [cast.post(username).pk])
        yield connection


def count(connection: Connection, table: str) -> object:
    return (connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (None,))[0]


@attack(9, NO_WALL)
def test_without_a_name_nothing_is_there_and_in_anothers_name_nothing_of_ours(committed: Addresses) -> None:
    case = case_at("handling")
    with at_the_desk(committed) as nobody, at_the_desk(committed, "bai") as stranger, at_the_desk(committed, "wang") as worker:
        assert {table: seen for table in walled_tables() if (seen := count(nobody, table))} == {}
        assert (count(stranger, "cases_case"), count(stranger, "cases_event"), count(stranger, "people_child")) == (0, 0, 0)
        assert stranger.execute("UPDATE cases_case SET title = '改', version = version + 1").rowcount == 0
        assert stranger.execute("DELETE FROM cases_party").rowcount == 0
        assert count(worker, "cases_case") == 1
    case.refresh_from_db()
    assert case.title != "改"


@attack(9, NO_WALL)
def test_who_keeps_the_system_running_sees_no_case_though_their_office_would(committed: Addresses) -> None:
    case_at("handling")
    for username in ("gao", "ning", "an"):
        with at_the_desk(committed, username) as connection:
            assert count(connection, "cases_case") == 0
    with at_the_desk(committed, "song") as connection:  # of the same office
        assert count(connection, "cases_case") == Case.objects.count() == 1


def test_a_case_that_a_deed_has_open_is_there_to_the_end_of_the_transaction_and_no_longer(committed: Addresses) -> None:
    case = case_at("handling")
    with at_the_desk(committed, "bai") as stranger:
        with stranger.transaction():
            stranger.execute("SELECT set_config('hutong.held', %s, true)", [f"{{{case.pk}}}"])
            assert count(stranger, "cases_case") == 1
        assert count(stranger, "cases_case") == 0


@attack(9, sql("ALTER TABLE contacts_contact DISABLE ROW LEVEL SECURITY", undo="ALTER TABLE contacts_contact ENABLE ROW LEVEL SECURITY"))
def test_what_hangs_on_a_case_is_as_far_from_who_is_kept_from_it(committed: Addresses) -> None:
    """Its reports, calls and orders are the office's own; the office's other people see them, who is kept from the case does not."""
    case = case_at("handling")
    call = a_call(case=case)
    supervision.order(case.pk, office=cast.office("lianhu"), subject="见到孩子", text="请今天见到孩子", by=cast.post("zhou"), at=START)
    tables = ("contacts_contact", "contacts_reporter", "calls_call", "calls_leg", "supervision_order")
    recusing.recuse(case.pk, staff=cast.post("he").staff, by=cast.post("zhou"), at=START, seen=None, text="亲属")
    with at_the_desk(committed, "he") as kept, at_the_desk(committed, "lu") as lead:
        assert {table: count(kept, table) for table in tables} == dict.fromkeys(tables, 0)
        assert {table: count(lead, table) for table in tables} == dict.fromkeys(tables, 1)
        assert kept.execute("SELECT hutong_sees_call(%s)", [call.pk]).fetchone() == (False,)
