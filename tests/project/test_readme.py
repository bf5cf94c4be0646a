"""What the README promises is there."""

import re

from hutong.hotline.network import demo
from hutong.project.cli import COMMANDS
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_it_names_everybody_who_can_sign_in() -> None:
    (table,) = re.findall(r"(?<=\| 账号 \| 是谁 \|\n)(?:\|.*\n)+", README)
    assert re.findall("`([a-z0-9]+)`", table) == [username for username, _password, _who in demo.SIGN_INS]
    assert f"`{demo.PASSWORD}`" in README


def test_every_command_in_it_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall("make ([a-z-]+)", README)) <= {name for target in targets for name in target.split()}
    assert set(re.findall("bin/hutong ([a-z]+)", README)) <= set(COMMANDS)


def test_every_variable_in_it_is_heeded() -> None:
    program = "".join(path.read_text() for path in (ROOT / "hutong").rglob("*.py"))
    named = set(re.findall("(?:HUTONG|DATABASE)_[A-Z_]+", README))
    assert named == {name for name in named if f'"{name}"' in program} != set()
