"""Each column has what its level of protection promises: [levels] of the schedule, held together column by column."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest
from django.apps import apps
from django.db import connection

from hutong.hotline.kernel import wall
from hutong.hotline.keys import fields
from hutong.hotline.retention.rules import schedule
from hutong.project import database
from tests.conftest import ROOT
from tests.walls import tables

HIGH, STAFF, STATE = "高敏", "敏感", "一般"
MODELS = {model._meta.db_table: model for model in apps.get_app_config("hotline").get_models()}
PAGE = (ROOT / "docs" / "security.md").read_text()
# What of the highest level is not sealed value by value, as docs/security.md says: what was told, what is counted and sought by, ids.
TOLD = {"title", "plan", "request", "report", "reason", "narrative", "answer", "text", "detail", "assessment", "subject", "words", "why",
        "held_why", "ended_why"}  # fmt: skip
COUNTED = {"sex", "born_on", "age", "statuses", "guardianship_risk", "suicide_risk", "relation", "id_number_verified"}
POINTS = {"place_id", "present_division_id", "registered_division_id", "subject_id"}
MARKS = {f"holds_person.{kind}_{what}" for kind in ("child", "person", "reporter") for what in ("number", "name")}
SOUND = {"caller_file", "operator_file", "name", "peaks"}  # of a recording, which is an object sealed under a key of its own
GUARDED = (
    "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgtype & 18 = 18"  # before an update
)
COUNTED_BY_AUDITORS = {"cases_reveal", "cases_emergency"}


def columns(level: str) -> Iterator[tuple[str, str, str]]:
    """What is done in the end, the table and the column, of all of a level."""
    for kind in schedule().kinds.values():
        if kind.level == level:
            yield from ((kind.then, *column.split(".")) for column in kind.columns)  # type: ignore[misc]


def may(right: str, table: str, column: str = "") -> bool:
    """Whether the working role may do this to a table, or to a column of it."""
    asked = "has_column_privilege(%s, %s, %s, %s)" if column else "has_table_privilege(%s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [database.WORK, table, *([column] if column else []), right])
        return bool(cursor.fetchone()[0])


def test_every_level_is_one_of_these() -> None:
    assert set(schedule().levels) == {HIGH, STAFF, STATE}


def test_the_highest_ends_in_its_time() -> None:
    assert {then for then, _table, _column in columns(HIGH)} == {"blank", "delete", "key", "words"}


@pytest.mark.django_db
def test_the_highest_is_seen_by_the_case_and_the_office_alone() -> None:
    walled = tables()
    assert {table for _then, table, _column in columns(HIGH) if not walled[table]} == COUNTED_BY_AUDITORS
    assert all(any(fnmatch(table, name) for name in wall.NO_WALL) for table in COUNTED_BY_AUDITORS)


def test_the_highest_is_sealed_or_is_what_the_page_says_is_not() -> None:
    sealed = {
        f"{model._meta.db_table}.{field.column}"
        for model in fields.sealed_models()
        for field in (*fields.sealed_fields(model), *fields.index_fields(model))
    }
    clear = {
        f"{table}.{column}"
        for then, table, column in columns(HIGH)
        if column not in TOLD | COUNTED | POINTS | {"row_key"} and not (then == "key" and column in SOUND)
    }
    assert clear - sealed == MARKS
    said = PAGE[PAGE.index("**Not sealed is what was told**") :].partition("\n\n## ")[0]
    assert [column for column in COUNTED if f"`{column}`" not in said] == []


@pytest.mark.django_db
def test_what_proves_something_is_added_to_and_never_rewritten() -> None:
    """No right to remove; and none to change, or a guard of the database's own that looks at each change."""
    words = {(table, column) for then, table, column in columns(HIGH) if then == "words"}
    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        guarded = {table for (table,) in cursor.fetchall()}
    assert sorted({table for table, _column in words if may("DELETE", table)}) == []
    assert sorted(f"{table}.{column}" for table, column in words if may("UPDATE", table, column) and table not in guarded) == []
    assert not may("UPDATE", "audit_entry")
    assert not may("DELETE", "audit_entry")


def test_no_line_of_the_log_has_a_place_for_what_stood_there() -> None:
    kinds = {field.column: type(field).__name__ for field in MODELS["audit_entry"]._meta.concrete_fields}
    assert not {name for name, kind in kinds.items() if kind == "TextField"}


def test_what_tells_of_staff_stays_with_what_it_proves_and_states_end_soon() -> None:
    assert {then for then, _table, _column in columns(STAFF)} == {"keep"}
    assert {then for then, _table, _column in columns(STATE)} == {"delete"}
    assert all(re.fullmatch(r"\d+ 天", kind.after) for kind in schedule().kinds.values() if kind.level == STATE)
