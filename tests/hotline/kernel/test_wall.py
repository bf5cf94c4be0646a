"""The second wall stands around every table that tells of a case, and no request finds it as the one before left it."""

import re
from fnmatch import fnmatch

import psycopg
import pytest
from django.db import ProgrammingError, connection
from django.urls import reverse

from hutong.hotline.cases.models import Case, Recusal
from hutong.hotline.kernel import wall
from hutong.project import database
from hutong.project.settings import PACKAGE
from tests import cast
from tests.clients import as_the_pages, signed_in
from tests.loop import START, case_at
from tests.walls import tables

pytestmark = pytest.mark.django_db
NAMES = """
SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
AND NOT p.prosecdef AND p.prosrc ~ ANY (SELECT '(FROM|JOIN|UPDATE|INTO) ' || relname || '\\M' FROM pg_class WHERE relrowsecurity)"""


def seen() -> int:
    """How many cases a query finds that asks for all."""
    with as_the_pages():
        return Case.objects.count()


def told(name: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [f"hutong.{name}"])
        return str(cursor.fetchone()[0] or "")


def test_every_table_has_a_wall_or_a_line_that_says_why_not() -> None:
    named = {table: [name for name in wall.NO_WALL if fnmatch(table, name)] for table in tables()}

    assert [table for table, is_walled in tables().items() if is_walled == bool(named[table])] == []
    assert [name for name in wall.NO_WALL if not any(name in names for names in named.values())] == []


def test_what_the_database_checks_by_itself_it_checks_as_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        assert cursor.fetchall() == []


def test_what_pages_look_at_across_the_wall_is_a_line_of_the_list() -> None:
    code = {path: path.read_text() for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts}
    asked = {name for text in code.values() for name in re.findall(r'look_across\("(\w+)"', text)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'hutong_across'")
        answered = set(re.findall(r"WHEN '(\w+)'", cursor.fetchone()[0]))

    assert asked == answered == wall.ACROSS.keys()
    assert [path.name for path, text in code.items() if "wall.hold(" in text] == ["door.py"]


@pytest.mark.parametrize(("who", "many"), [("wang", 1), ("song", 1), ("bai", 0), ("shi", 0), ("gao", 0), ("an", 0)])
def test_a_query_that_asks_for_all_finds_what_the_post_sees(who: str, many: int) -> None:
    case_at("handling")
    wall.enter(cast.post(who).pk)

    assert seen() == many


def test_in_nobodys_name_nothing_is_found() -> None:
    case_at("handling")
    wall.leave()

    assert seen() == 0


def test_a_recused_person_finds_nothing_though_their_office_does() -> None:
    case = case_at("assessment")
    Recusal.objects.create(case=case, staff=cast.post("tan").staff, reason="亲属", by=cast.post("zhou"), at=START)
    for who, many in (("tan", 0), ("zhou", 1)):
        wall.enter(cast.post(who).pk)
        assert seen() == many


@pytest.mark.parametrize("address", ["cases:work", "province:board", "audit:index"])
def test_after_a_request_the_connection_is_nobodys(address: str) -> None:
    case_at("handling")
    for who in ("zhou", "song", "an"):
        signed_in(who).get(reverse(address))  # 200 or refused
        assert [told(name) for name in wall.SET] == [""] * len(wall.SET)


def test_a_request_that_breaks_leaves_nothing_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hutong.desks.access.looked", breaks)
    case = case_at("handling")
    with pytest.raises(ZeroDivisionError):
        signed_in("zhou").get(reverse("cases:case", args=[case.pk]))

    assert (told("office"), seen()) == ("", 0)


def test_the_pages_role_is_a_plain_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", [database.DESK])
        assert cursor.fetchone() == (False, False, False)


@pytest.mark.parametrize("role", [database.WORK, database.OWNER])
def test_the_pages_role_cannot_become_one_for_which_all_is_there(addresses: database.Addresses, role: str) -> None:
    with psycopg.connect(addresses.desk, autocommit=True) as desk, pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute(f"SET ROLE {role}")


CALLERS = """
SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'hutong\\_%%'
AND has_function_privilege(%s, oid, 'EXECUTE') AND CASE WHEN %s THEN prorettype = 'trigger'::regtype ELSE prosecdef END"""


@pytest.mark.parametrize(("role", "is_guard"), [("hutong_desk", True), ("hutong_work", True), ("pg_monitor", False)])
def test_what_runs_as_the_owner_is_called_by_who_must_alone(role: str, is_guard: bool) -> None:
    """A guard, by tables alone: hung on a table of one's own, it would write as the owner what stands there."""
    with connection.cursor() as cursor:
        cursor.execute(CALLERS, [role, is_guard])
        assert cursor.fetchall() == []


def test_a_guard_hung_on_a_table_of_ones_own_runs_for_nobody(addresses: database.Addresses) -> None:
    with psycopg.connect(addresses.desk, autocommit=True) as desk:
        desk.execute("CREATE TEMP TABLE mine (office_id uuid)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("CREATE TRIGGER made AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION hutong_contract_made()")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_seal (position, entry_id, at, suite, leaf, link) VALUES (1, gen_random_uuid(), now(), 'sha256', '', '')",
        "INSERT INTO audit_checkpoint (number, kind, at, through, statement, key, signature) VALUES (1, 'daily', now(), 1, '', '', '')",
        "UPDATE audit_sink SET through = 0",
        "DELETE FROM audit_waiting",
        "UPDATE keys_data_key SET destroyed_at = now()",
        "INSERT INTO retention_erasure (id, kind, row_id, at) VALUES (gen_random_uuid(), 'case', gen_random_uuid(), now())",
        "UPDATE keeping_state SET is_safe = true",
    ],
)
def test_what_no_page_has_to_write_no_page_writes(statement: str) -> None:
    with as_the_pages(), pytest.raises(ProgrammingError, match="no page writes"), connection.cursor() as cursor:
        cursor.execute(statement)
