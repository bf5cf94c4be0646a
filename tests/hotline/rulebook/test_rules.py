"""The defaults, held against the rulebook's table; and what is wrong with a limit as entered."""

from typing import Any

import pytest

from hutong.hotline.cases.rules import OPEN
from hutong.hotline.rulebook import rules

# As the rulebook says it: real minutes and days for I and II, working minutes and days for III and IV.
TABLE = {
    "intake": ("5 min", "10 min", "30 wmin", "30 wmin"),
    "assessment": ("10 min", "30 min", "240 wmin", "1 wday"),
    "dispatch": ("10 min", "30 min", "420 wmin", "1 wday"),
    "acceptance": ("15 min", "30 min", "1 wday", "1 wday"),
    "handling": ("5 day", "7 day", "15 wday", "3 wday"),
    "review": ("120 min", "1 day", "2 wday", "1 wday"),
    "reply": ("1 day", "2 day", "3 wday", "420 wmin"),
    "follow_up": ("3 day", "7 day", "15 wday", "15 wday"),
    "order_receipt": ("30 min", "240 min", "1 wday", "1 wday"),
    "order_answer": ("1 day", "3 day", "5 wday", "5 wday"),
}
SHORT = {"minute": "min", "day": "day", "working_minute": "wmin", "working_day": "wday"}


def test_every_stage_and_tier_has_the_limit_of_the_rulebook() -> None:
    limits = {(row.step, row.tier): f"{row.amount} {SHORT[row.unit]}" for row in rules.DEFAULTS}
    wanted = {(step, tier): row[place] for step, row in TABLE.items() for place, tier in enumerate(rules.TIERS)}
    assert limits == wanted | {("contact_pending", "I"): "5 min"}
    assert len(limits) == len(rules.DEFAULTS)
    assert set(rules.STEPS) == {*OPEN, "contact_pending", "order_receipt", "order_answer"}


def test_no_default_claims_to_be_a_public_rule() -> None:
    assert [row for row in rules.DEFAULTS if not row.basis.startswith("护童默认")] == []
    assert [row for row in rules.DEFAULTS if len(row.basis) > 200] == []


def test_the_limit_of_every_default_is_one_that_may_be_set() -> None:
    faults = [
        rules.limit_faults(tier=row.tier, step=row.step, amount=row.amount, unit=row.unit, warn_at=rules.WARN_AT) for row in rules.DEFAULTS
    ]
    assert [fault for fault in faults if fault] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tier": "V"}, "tier"),
        ({"step": "closed"}, "step"),
        ({"unit": "fortnight", "amount": 0}, "unit"),
        ({"tier": "I", "unit": "working_day"}, "unit"),
        ({"tier": "II", "unit": "working_minute"}, "unit"),
        ({"amount": -1}, "amount"),
        ({"amount": 251}, "amount"),
        ({"warn_at": [80, 50]}, "warn_at"),
        ({"warn_at": [50, 50]}, "warn_at"),
        ({"warn_at": [0, 50]}, "warn_at"),
        ({"warn_at": [50, 100]}, "warn_at"),
    ],
)
def test_a_limit_that_cannot_be_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    row = {"tier": "III", "step": "handling", "amount": 15, "unit": "working_day", "warn_at": [50, 80]} | changes
    assert list(rules.limit_faults(**row)) == [field]


@pytest.mark.parametrize(
    "changes", [{"amount": 0}, {"amount": 250}, {"warn_at": []}, {"tier": "IV", "unit": "day"}, {"tier": "I", "unit": "minute"}]
)
def test_what_may_be_set(changes: dict[str, Any]) -> None:
    row = {"tier": "III", "step": "handling", "amount": 15, "unit": "working_day", "warn_at": [50, 80]} | changes
    assert rules.limit_faults(**row) == {}


@pytest.mark.parametrize(
    ("code", "chain"),
    [("610104", ["61", "6101", "610104"]), ("610104001002", ["61", "6101", "610104", "610104001", "610104001002"]), ("", [])],
)
def test_a_division_inherits_from_those_above_it(code: str, chain: list[str]) -> None:
    assert rules.chain(code) == chain
