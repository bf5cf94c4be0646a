"""docs/security.md: every requirement of the standard once, and no test named that does not exist."""

import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| \d \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
REQUIREMENTS = 345  # of OWASP ASVS 5.0.0


def test_each_requirement_stands_once_with_what_became_of_it() -> None:
    rows = ROW.findall(PAGE)
    assert len({number for number, _said, _why in rows}) == len(rows) == REQUIREMENTS
    assert {said for _number, said, _why in rows} == {"met", "met in part", "not met", "not applicable"}


def test_the_sums_are_those_of_the_table() -> None:
    said = [said for _number, said, _why in ROW.findall(PAGE)]
    counts = {name: said.count(name) for name in set(said)}
    sums = f"{counts['met']} met, {counts['met in part']} in part, {counts['not met']} not met, {counts['not applicable']} do not apply."
    assert sums in PAGE


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_each_test_that_is_named_is_there(file: str, name: str) -> None:
    assert f"def {name}" in (ROOT / file).read_text()
