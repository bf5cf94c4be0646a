"""A query that asks for everything, in the pages' own role."""

# ruff: noqa: S608 the tables' own names

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.urls import reverse

from hutong.hotline.cases.actions import recusing, restricting
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.search import HOLDING, sought
from hutong.hotline.network.models import Role
from hutong.hotline.supervision import actions as supervision
from hutong.project.database import Addresses
from tests import cast, network
from tests.abuse.attack import NO_WALL, attack, sql
from tests.clients import signed_in
from tests.loop import START, case_at, opened
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


def across(connection: Connection, what: str, which: object) -> object:
    """What the way through the wall answers to the post in whose name the connection runs."""
    return (connection.execute("SELECT cardinality(hutong_across(%s, %s))", [what, [str(which)]]).fetchone() or (None,))[0]


def holding(connection: Connection, word: str) -> object:
    """How many cases hold a word, as the pages ask it."""
    return len(connection.execute(HOLDING, [word, *sought(word), []]).fetchall())


def test_the_ways_through_the_wall_tell_a_post_what_its_pages_need_and_no_more(committed: Addresses) -> None:
    """Whether there is a case of this number, with this word, of this child, from this report. From what one is kept, one was told."""
    case = case_at("handling")
    link, child = case.contact_links.get(), case.child_links.get().child_id
    asked = {"number": case.number, "child": child, "contact": link.contact_id, "named": case.pk, "left": cast.office("shaanxi").pk}
    recusing.recuse(case.pk, staff=cast.post("he").staff, by=cast.post("zhou"), at=START, seen=None, text="亲属")
    answered = {}
    for who in ("", "wang", "bai", "qin", "zhou", "lu", "he", "an", "ning", "gao"):
        with at_the_desk(committed, who) as connection:
            answered[who] = {what: found for what, which in asked.items() if (found := across(connection, what, which))}
            answered[who] |= {"word": found} if (found := holding(connection, case.title)) else {}
    known = {"number": 1, "child": 1, "named": 1}
    assert answered == {
        "": {}, "wang": {"word": 1}, "bai": {}, "qin": {}, "zhou": {"contact": 1, "word": 1}, "lu": {**known, "contact": 1, "word": 1},
        "he": {"left": 1}, "an": known, "ning": {"named": 1}, "gao": {},
    }  # fmt: skip


def test_an_emergency_finds_an_open_case_of_tier_i_and_no_other_by_its_number(committed: Addresses) -> None:
    urgent, slow, closed = case_at("handling", tier="I"), case_at("handling", tier="II"), case_at("closed", tier="I")
    with at_the_desk(committed, "bai") as stranger:
        assert [across(stranger, "number", case.number) for case in (urgent, slow, closed)] == [1, 0, 0]


def touched(connection: Connection, username: str) -> list[tuple[object, ...]]:
    """Which cases somebody touched: number, by which deeds, how many children."""
    asked = "SELECT number, cardinality(verbs) > 0, cardinality(children) FROM hutong_touched(%s, 'epoch', 'infinity')"
    return connection.execute(asked, [cast.post(username).staff_id]).fetchall()


def test_whose_data_an_account_touched_is_told_to_an_auditor_of_their_own_cases_alone(committed: Addresses) -> None:
    case = case_at("handling")
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    network.post("yi", "易知", Role.AUDITOR, "baoji")
    told = {}
    for who in ("", "bai", "lu", "gao", "an", "yi"):
        with at_the_desk(committed, who) as connection:
            told[who] = touched(connection, "wang")
    assert told == {"": [], "bai": [], "lu": [], "gao": [], "an": [(case.number, True, 1)], "yi": [("", False, 0)]}


@pytest.mark.parametrize("asked", ["SELECT hutong_restricted(%(lu)s, false)", "SELECT hutong_unseen(%(case)s, %(lu)s)"])
def test_what_another_post_does_not_see_is_counted_for_nobody_else(committed: Addresses, asked: str) -> None:
    case = case_at("handling")
    for _other in range(2):
        other = opened(child=case.child_links.get().child, at=START)
        restricting.restrict(other.pk, by=cast.post("zhou"), at=START, seen=None, text="涉公众人物")
    given = {"lu": cast.post("lu").pk, "case": case.pk}
    with at_the_desk(committed, "bai") as stranger:
        assert stranger.execute(asked, given).fetchone() == (0,)


@pytest.mark.parametrize("name", ["hutong_kept_from", "hutong_opened_by"])
def test_what_another_post_is_kept_from_or_has_opened_nobody_asks(committed: Addresses, name: str) -> None:
    with at_the_desk(committed, "bai") as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute(f"SELECT {name}(%s)", [cast.post("lu").pk])
