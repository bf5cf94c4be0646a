"""Every attack has its test, or says what it waits for; and a proof that proves nothing is told."""

import re
from pathlib import Path

import pytest

from tests.abuse.attack import attack
from tests.abuse.attacks import ATTACKS, WAITS

HERE = Path(__file__).parent


def proved() -> set[int]:
    """The numbers that tests name."""
    return {int(number) for file in HERE.glob("test_*.py") for number in re.findall(r"^ *@attack\(\s*(\d+)", file.read_text(), re.M)}


def test_every_attack_has_a_test_or_waits_for_something() -> None:
    assert sorted(proved() | set(WAITS)) == list(ATTACKS)


def test_no_attack_waits_that_has_a_test() -> None:
    assert proved() & set(WAITS) == set(), "these have a test: take them out of WAITS"


@pytest.mark.parametrize("number", [pytest.param(number, marks=attack(number)) for number in WAITS])
def test_what_waits(number: int) -> None:
    pytest.skip(WAITS[number])
