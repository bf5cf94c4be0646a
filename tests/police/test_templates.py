"""Rules for templates, and for the files that the browser loads."""

import re
from pathlib import Path

import pytest
from django.template import engines

DESKS = Path(__file__).resolve().parents[2] / "hutong" / "desks"
TEMPLATES = {str(path.relative_to(path.parents[1])): path for path in DESKS.glob("*/templates/*/*.html")}
FORBIDDEN = {
    "an inline handler": r"\son\w+=",
    "hx-on, which needs eval": r"\shx-on[:=-]",
    "an inline style": r"\sstyle=|<style",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "a script from elsewhere": r"(?:src|href)=[\"']?(?:https?:)?//",
    "text marked safe": r"\|safe\b|autoescape off",
    "a form without a token": r"<form[^>]*method=\"post\"[^>]*>(?:(?!</form>|csrf_token).)*</form>",
    "a leftover": r"TODO|FIXME|XXX|lorem",
}
# htmx inherits nothing here: an element that asks says itself where the answer goes.
ASKS = re.compile(r"<[^>]*\shx-(?:get|post|put|patch|delete)=(?:[^>{]|\{[{%][^}]*[}%]\}|\{)*>", re.DOTALL)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_it_compiles(name: str) -> None:
    engines["django"].get_template(name)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_it_holds_nothing_forbidden(name: str) -> None:
    text = TEMPLATES[name].read_text()

    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.DOTALL)] == []


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_each_htmx_element_says_where_its_answer_goes(name: str) -> None:
    asking = ASKS.findall(TEMPLATES[name].read_text())

    assert [element for element in asking if "hx-target=" not in element or "hx-swap=" not in element] == []


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_it_is_read_in_one_sitting(name: str) -> None:
    assert len(TEMPLATES[name].read_text().splitlines()) <= 150


def test_each_template_is_used() -> None:
    source = "".join(path.read_text() for pattern in ("**/*.py", "*/templates/**/*.html") for path in DESKS.glob(pattern))

    assert [name for name in TEMPLATES if name not in source] == []


def test_each_file_for_the_browser_is_loaded() -> None:
    source = "".join(path.read_text() for path in TEMPLATES.values())
    files = [str(path.relative_to(DESKS / "static")) for path in (DESKS / "static").rglob("*.*")]

    assert [name for name in files if name not in source] == []


def test_each_custom_element_and_behaviour_is_short() -> None:
    assert [path.name for path in (DESKS / "static" / "js").glob("*.js") if len(path.read_text().splitlines()) > 150] == []


@pytest.mark.parametrize("path", sorted((DESKS / "static").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_build_no_markup_and_evaluate_nothing(path: Path) -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|localStorage|sessionStorage", path.read_text()) == []


def test_a_class_in_a_template_is_one_of_the_styles() -> None:
    styles = "".join(path.read_text() for path in (DESKS / "static" / "css").glob("*.css"))
    used = {word for path in TEMPLATES.values() for value in re.findall(r'\sclass="([^"{]*)"', path.read_text()) for word in value.split()}

    assert sorted(word for word in used if f".{word}" not in styles) == []
