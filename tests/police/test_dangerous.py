"""What the code never does, whoever writes it: shells, built patterns and formats, templates of strings, code out of data."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.police.test_code import OURS, PACKAGE, nodes

SERVED = [path for path in OURS if not {"synth", "demo", "demo.py"} & set(path.parts)]  # what fills a trial network is asked by nobody
SCRIPTS = sorted((PACKAGE / "desks" / "static" / "js").glob("*.js"))
IDS = {"ids": lambda path: str(path.relative_to(PACKAGE))}

STARTS = {"run", "Popen", "call", "check_call", "check_output"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell"}
FROM_DATA = {
    "eval", "exec", "compile", "__import__", "pickle.loads", "pickle.load", "marshal.loads", "shelve.open", "yaml.load", "yaml.unsafe_load",
}  # fmt: skip
FROM_TEXT = {"Template", "Engine", "engines", "from_string", "SafeString"}
# Formats that are handed over by a name: where, and the name. Each comes from a constant of the same package.
HANDED = {
    ("desks/components/templatetags/hutong.py", "text"), ("desks/components/wording.py", "text"),
    ("hotline/notices/rules.py", "which"), ("telephony/speech.py", "part"), ("project/keeping/source.py", "each.remedy"),
    ("project/database.py", "sql.SQL(making)"),
}  # fmt: skip
CONSTANT_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "recorded", "sql.SQL"}


@cache
def calls(path: Path) -> list[tuple[ast.Call, str]]:
    """Each call in a file, and the name of what is called."""
    return [(node, ast.unparse(node.func)) for node in nodes(path) if isinstance(node, ast.Call)]


def is_constant(node: ast.AST) -> bool:
    """Whether what stands there is written in the code: a text, a translated text, a name in capitals, or a choice of such."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in CONSTANT_CALLS and all(map(is_constant, node.args))
    if isinstance(node, ast.IfExp):
        return is_constant(node.body) and is_constant(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return all(is_constant(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    if isinstance(node, ast.Subscript):
        return is_constant(node.value)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).rpartition(".")[2].isupper())


@pytest.mark.parametrize("path", OURS, **IDS)
def test_a_cancellation_is_never_swallowed(path: Path) -> None:
    """`wait_for` of Python 3.11 goes on where what it waits for ends in the same moment; `asyncio.timeout` does not."""
    assert "asyncio.wait_for" not in {name for _call, name in calls(path)}


@pytest.mark.parametrize("path", OURS, **IDS)
def test_programs_are_started_with_lists_and_never_by_a_shell(path: Path) -> None:
    for call, name in calls(path):
        assert name not in SHELLS
        assert "shell" not in {each.arg for each in call.keywords}
        if name.startswith("subprocess.") and name.rpartition(".")[2] in STARTS:
            assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr | ast.BinOp)


@pytest.mark.parametrize("path", OURS, **IDS)
def test_no_data_becomes_code(path: Path) -> None:
    assert [name for _call, name in calls(path) if name in FROM_DATA] == []


@pytest.mark.parametrize("path", OURS, **IDS)
def test_templates_are_files_and_never_made_of_texts(path: Path) -> None:
    assert [name for _call, name in calls(path) if name.rpartition(".")[2] in FROM_TEXT] == []
    marked = [call.args[0] for call, name in calls(path) if name in {"mark_safe", "format_html"} and call.args]
    named = {"link": "desks/components/templatetags/hutong.py"}  # one of two constants, chosen in the line above
    assert [ast.unparse(each) for each in marked if not is_constant(each) and named.get(ast.unparse(each)) not in str(path)] == []


@pytest.mark.parametrize("path", OURS, **IDS)
def test_patterns_are_written_and_never_built_of_what_somebody_typed(path: Path) -> None:
    patterns = [call.args[0] for call, name in calls(path) if re.fullmatch(r"re\.(?!escape)\w+", name)]
    assert [ast.unparse(each) for each in patterns if not is_constant(each)] == []


@pytest.mark.parametrize("path", SERVED, **IDS)
def test_formats_are_constants(path: Path) -> None:
    for call, name in calls(path):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"format", "format_map"}:
            of = call.func.value
            assert is_constant(of) or (str(path.relative_to(PACKAGE)), ast.unparse(of)) in HANDED, name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_keep_nothing_global_and_write_no_key_that_came_from_elsewhere(path: Path) -> None:
    """A name that a page holds takes no variable's place, and no object is given a property that somebody else named."""
    text = path.read_text()
    assert re.findall(r"\b(?:window|globalThis|self)\.\w+\s*=[^=]|\bdocument\.(?!title\b)\w+\s*=[^=]|__proto__|Object\.assign", text) == []
    for key in re.findall(r"\w\[([a-zA-Z_.]+)\]\s*=[^=]", text):
        assert re.search(rf"for \(const {key} of \[\"", text), key  # the names stand in the script


def test_every_script_is_a_module_and_so_in_a_scope_of_its_own() -> None:
    templates = "".join(path.read_text() for path in PACKAGE.glob("desks/*/templates/*/*.html"))
    others = [tag for tag in re.findall(r"<script[^>]*>", templates) if 'type="module"' not in tag]
    assert [tag for tag in others if "htmx" not in tag] == []


# Each pattern of the code, against what makes patterns go back and forth. Whoever takes a second for each is not ready in a minute.
SLOW = """
import importlib, pkgutil, re, resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
import django; django.setup()
import hutong
seen = 0
for found in pkgutil.walk_packages(hutong.__path__, "hutong."):
    if "migrations" in found.name or found.name.endswith(("wsgi", "asgi", "__main__")) or found.name in {SKIP}:
        continue
    for pattern in vars(importlib.import_module(found.name)).values():
        if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
            seen += 1
            for piece in ("1", "a", "A", " ", "-", "、", ",", "村", "街", "A-", "1-", "1 ", "至", "8:00至", "年1月", "转", "=1", "?"):
                for end in ("!", "", "\\x00"):
                    evil = piece * (2_000 // len(piece)) + end
                    pattern.search(evil), pattern.fullmatch(evil), pattern.match(evil)
print(seen)
"""


def test_no_pattern_is_slow_whatever_is_typed() -> None:
    skip = {"hutong.project.worker", "hutong.project.sender", "hutong.project.phone"}
    ended = subprocess.run(
        [sys.executable, "-c", SLOW.replace("{SKIP}", repr(skip))], capture_output=True, text=True, check=False, cwd=PACKAGE.parent
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 20
