"""The defaults, held against the rulebook's table; and what is wrong with a row as entered."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.cases.rules import OPEN
from hutong.hotline.rulebook import defaults, rules
from hutong.hotline.rulebook.tables import TABLES

# As the rulebook says it: real minutes and days for I and II, working minutes and days for III and IV.
TABLE = {
    "intake": ("5 min", "10 min", "30 wmin", "30 wmin"),
    "assessment": ("10 min", "30 min", "240 wmin", "1 wday"),
    "dispatch": ("10 min", "30 min", "420 wmin", "1 wday"),
    "acceptance": ("15 min", "30 min", "1 wday", "1 wday"),
    "first_contact": ("120 min", "1 day", "3 wday"),
    "first_report": ("1 day", "3 day", "5 wday"),
    "handling": ("5 day", "7 day", "15 wday", "3 wday"),
    "review": ("120 min", "1 day", "2 wday", "1 wday"),
    "reply": ("1 day", "2 day", "3 wday", "420 wmin"),
    "follow_up": ("3 day", "7 day", "15 wday", "15 wday"),
    "order_receipt": ("30 min", "240 min", "1 wday", "1 wday"),
    "order_answer": ("1 day", "3 day", "5 wday", "5 wday"),
}
SHORT = {"minute": "min", "day": "day", "working_minute": "wmin", "working_day": "wday"}
LIMIT = {"tier": "III", "step": "handling", "kind": "", "amount": 15, "unit": "working_day", "warn_at": [50, 80]}


def test_every_step_and_tier_has_the_limit_of_the_rulebook() -> None:
    limits = {(row.step, row.tier): f"{row.amount} {SHORT[row.unit]}" for row in defaults.LIMITS if not row.kind}
    wanted = {(step, tier): said for step, row in TABLE.items() for tier, said in zip(rules.TIERS, row, strict=False)}
    assert limits == wanted | {("contact_pending", "I"): "5 min", ("call_back", "I"): "5 min", ("call_back", "III"): "30 wmin"}
    assert set(rules.STEPS) == {*OPEN, *TABLE, "contact_pending", "call_back", *rules.PART_STEPS}
    parts = {(row.step, row.tier, row.kind) for row in defaults.LIMITS if row.kind}
    assert parts == {(step, tier, kind) for step in rules.PART_STEPS for tier in rules.TIERS for kind in rules.KINDS}


def test_no_limit_claims_to_be_a_public_rule() -> None:
    assert [row for row in defaults.LIMITS if not row.basis.startswith("护童默认")] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_default_is_a_row_that_may_be_written_and_each_is_there_once(name: str) -> None:
    table, rows = TABLES[name], defaults.rows()[name]
    kept = [{column.name: row[column.name] for column in table.columns} for row in rows]
    assert [table.read(row) for row in kept] == kept
    assert [table.read({column.name: column.show(row[column.name]) for column in table.columns}) for row in kept] == kept
    assert len({tuple(row[column] for column in table.key) for row in rows}) == len(rows)


def test_the_default_ladders_climb() -> None:
    assert rules.ladder_faults([(row["tier"], row["position"], row["after"]) for row in defaults.rows()["rungs"]]) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tier": "V"}, "tier"),
        ({"step": "closed"}, "step"),
        ({"kind": "assist"}, "kind"),
        ({"step": "part_report"}, "kind"),
        ({"unit": "fortnight", "amount": 0}, "unit"),
        ({"tier": "I", "unit": "working_day"}, "unit"),
        ({"tier": "II", "unit": "working_minute"}, "unit"),
        ({"amount": -1}, "amount"),
        ({"amount": 251}, "amount"),
        ({"warn_at": [80, 50]}, "warn_at"),
        ({"warn_at": [50, 50]}, "warn_at"),
        ({"warn_at": [0, 50]}, "warn_at"),
        ({"warn_at": [50, 100]}, "warn_at"),
        ({"ends_on_workday": True}, "ends_on_workday"),
        ({"tier": "II", "unit": "day", "ends_on_workday": True}, "ends_on_workday"),
        ({"tier": "I", "unit": "day", "pause_days": 1}, "pause_days"),
        ({"pause_days": 367}, "pause_days"),
    ],
)
def test_a_limit_that_cannot_be_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    assert list(rules.limit_faults(**LIMIT | changes)) == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": 250},
        {"warn_at": []},
        {"tier": "IV", "unit": "day", "ends_on_workday": True},
        {"tier": "I", "unit": "minute"},
        {"tier": "II", "unit": "day", "pause_days": 366},
        {"step": "part_acceptance", "kind": "consultation"},
    ],
)
def test_what_may_be_set(changes: dict[str, Any]) -> None:
    assert rules.limit_faults(**LIMIT | changes) == {}


def test_what_is_wrong_with_the_others() -> None:
    assert list(rules.rung_faults(tier="V", position=0, after=-1)) == ["tier", "position", "after"]
    assert list(rules.route_faults(lead="police", referred=["court", "police"])) == ["referred"]
    assert list(rules.question_faults(position=100)) == ["position"]


RUNGS = st.lists(st.tuples(st.sampled_from(["I", "II"]), st.integers(1, 4), st.integers(0, 3)), unique_by=lambda rung: rung[:2], max_size=8)


@given(RUNGS)
def test_a_ladder_is_at_fault_where_a_rung_comes_before_the_one_below_it(rungs: list[tuple[str, int, int]]) -> None:
    ladders = [[after for _tier, _position, after in sorted(rung for rung in rungs if rung[0] == tier)] for tier in ("I", "II")]
    falls = sum(later < sooner for ladder in ladders for sooner, later in pairwise(ladder))
    assert len(rules.ladder_faults(rungs)) == falls


@pytest.mark.parametrize(
    ("code", "chain"),
    [("610104", ["61", "6101", "610104"]), ("610104001002", ["61", "6101", "610104", "610104001", "610104001002"]), ("", [])],
)
def test_a_division_inherits_from_those_above_it(code: str, chain: list[str]) -> None:
    assert rules.chain(code) == chain


@pytest.mark.parametrize(
    ("division", "other", "covers"),
    [
        (None, None, True),
        (None, "61", True),
        ("61", None, False),
        ("61", "6101", True),
        ("6101", "61", False),
        ("61", "61", True),
        ("15", "61", False),
    ],
)
def test_a_division_covers_itself_and_what_lies_below(division: str | None, other: str | None, covers: bool) -> None:
    assert rules.covers(division, other) == covers


@pytest.mark.parametrize(
    ("column", "written", "said"),
    [
        (("limits", "amount"), "十", "“十”不是整数。"),
        (("limits", "amount"), "", "请填写。"),
        (("limits", "amount"), "99999999", "数目太大。"),
        (("limits", "unit"), "星期", "没有“星期”这个选项。"),
        (("limits", "unit"), " ", "请填写。"),
        (("limits", "warn_at"), "50、多", "“多”不是整数。"),
        (("rungs", "after"), "半天", "“半天”不是整数。"),
        (("rungs", "after"), "天", "请填写。"),
        (("routes", "referred"), "公安、城管", "没有“城管”这个选项。"),
        (("questions", "text"), "问\x00", "有无法保存的字符。"),
        (("questions", "text"), "问" * 201, "文字有 201 字，超过 200 字，没有保存。"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(column: tuple[str, str], written: str, said: str) -> None:
    table, name = column
    row = {each.name: "" for each in TABLES[table].columns} | {name: written}
    with pytest.raises(rules.Refusal) as refusal:
        TABLES[table].read(row)
    assert refusal.value.fields[name] == said


@pytest.mark.parametrize(
    ("column", "written", "value"),
    [
        (("limits", "amount"), " 15.0 ", 15),
        (("limits", "warn_at"), "50%, 80 %", [50, 80]),
        (("limits", "warn_at"), "", []),
        (("limits", "unit"), "working day(s)", "working_day"),
        (("limits", "tier"), "III 一般", "III"),
        (("limits", "tier"), "III", "III"),
        (("rungs", "after"), "15", 15),
        (("rungs", "after"), 15, 15),
        (("rungs", "after"), "4小时", 240),
        (("rungs", "after"), " 2 天 ", 2880),
        (("limits", "kind"), "", ""),
        (("limits", "kind"), "个案本身", ""),
        (("limits", "ends_on_workday"), "是", True),
        (("limits", "ends_on_workday"), False, False),
        (("tiers", "told"), "省级民政部门，公安110", ["police", "province"]),
        (("tiers", "told"), ["county", "police"], ["police", "county"]),
        (("routes", "status"), "不论儿童类别", ""),
    ],
)
def test_a_value_is_read_however_people_write_it(column: tuple[str, str], written: Any, value: Any) -> None:
    table, name = column
    (found,) = [each for each in TABLES[table].columns if each.name == name]
    assert found.read(written) == value
