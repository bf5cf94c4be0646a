"""A draft against what is in force, row by row."""

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from hutong.hotline.rulebook import actions, comparing
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.rulebook.tables import TABLES
from tests.rulebooks import LIMIT, QUESTION, a_draft, in_force

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
SAME = LIMIT | {"amount": 15, "pause_days": 10}  # but for its basis as the nation has it


def told(draft: Rulebook) -> list[tuple[str, str, str, tuple[tuple[str, str, str], ...]]]:
    found = comparing.changes(draft, AT)
    return [(change.table.name, change.name, str(change.outcome), change.fields) for change in found]


def test_a_draft_that_begins_changes_nothing() -> None:
    in_force("6101", {"amount": 12}, at=AT)
    assert told(a_draft("6101", at=AT)) == []
    assert told(a_draft("61", at=AT)) == []


def test_an_inherited_row_that_is_set_apart_is_a_change_of_its_fields() -> None:
    draft = a_draft("6101", {"amount": 9, "warn_at": [70]}, at=AT)
    ((table, name, outcome, fields),) = told(draft)
    assert (table, name, outcome) == ("limits", "III 一般 · 处置", "changed")
    assert [each for each in fields if each[0] != "依据"] == [("时限", "15", "9"), ("预警", "50%、80%", "70%"), ("最多暂停天数", "10", "")]


def test_a_new_row_is_added_and_one_that_no_level_above_has_is_removed() -> None:
    in_force("6101", {}, at=AT, table="questions")
    draft = a_draft("6101", {"position": 10, "text": "下雨了吗？"}, at=AT, table="questions")
    actions.remove_row(draft.pk, TABLES["questions"], ("", 9), by=None, at=AT)
    assert told(draft) == [
        ("questions", "都要先问 · 10", "added", (("问题", "", "下雨了吗？"), ("依据", "", "市里的规定"))),
        ("questions", "都要先问 · 9", "removed", (("问题", QUESTION["text"], ""), ("依据", "市里的规定", ""))),
    ]


def test_an_own_row_that_is_taken_out_is_a_change_back_to_the_inherited() -> None:
    in_force("6101", SAME | {"amount": 12}, at=AT)
    draft = a_draft("6101", at=AT)
    actions.remove_row(draft.pk, TABLES["limits"], ("III", "handling", ""), by=None, at=AT)
    (change,) = comparing.changes(draft, AT)
    assert (str(change.outcome), change.fields[0], change.after.division) == ("changed", ("时限", "12", "15"), None)  # type: ignore[union-attr]


def test_the_nations_own_is_compared_with_the_nations() -> None:
    draft = a_draft(None, {"amount": 14}, at=AT)
    ((_table, _name, outcome, fields),) = told(draft)
    assert (outcome, fields[0]) == ("changed", ("时限", "15", "14"))


def test_it_asks_two_questions_a_table(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    draft = a_draft("6101", *({"step": step, "amount": 1} for step in ("intake", "review", "reply")), at=AT)
    with django_assert_max_num_queries(2 * len(TABLES) + 1):
        comparing.changes(draft, AT)
