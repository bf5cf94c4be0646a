"""Rules for the code itself."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "hutong"
RULES = sorted(PACKAGE.glob("hotline/*/rules.py"))
DESKS = sorted(PACKAGE.glob("desks/**/*.py"))
OURS = [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]
VERBS = [path for path in sorted(PACKAGE.glob("hotline/**/*.py")) if "actions" in str(path) or path.stem in {"door", "timers"}]


@cache
def nodes(path: Path) -> list[ast.AST]:
    """What a file is made of; the file itself first. Many rules ask, and each file is parsed once."""
    return list(ast.walk(ast.parse(path.read_text())))


def imports(path: Path) -> set[str]:
    """The modules that a file imports."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.parent.name)
def test_rules_know_no_database_and_no_clock(path: Path) -> None:
    django = {name for name in imports(path) if name.split(".")[0] == "django"}
    assert {name for name in django if not name.startswith("django.utils.")} == set()
    assert "timezone.now" not in path.read_text()
    assert "datetime.now" not in path.read_text()


@pytest.mark.parametrize("path", DESKS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_desk_reaches_rows_only_through_the_questions_of_the_work(path: Path) -> None:
    reached = [node.lineno for node in nodes(path) if isinstance(node, ast.Attribute) and node.attr == "objects"]
    assert reached == []


def test_a_case_is_saved_only_by_the_door() -> None:
    saving = [path.name for path in OURS if "case.save(" in path.read_text()]
    assert saving == ["door.py"]


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_read_in_one_sitting_and_functions_fit_on_a_screen(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    long = {
        node.name: length
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 50
    }  # fmt: skip
    assert long == {}


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_file_says_what_is_in_it(path: Path) -> None:
    module = nodes(path)[0]
    assert isinstance(module, ast.Module)
    assert not path.read_text().strip() or ast.get_docstring(module)
