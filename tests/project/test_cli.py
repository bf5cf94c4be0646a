"""The command line: help for everything, and sentences instead of tracebacks."""

import subprocess
import sys
from pathlib import Path

import pytest

from hutong.project.cli import COMMANDS
from tests.project.product import without_ours


def hutong(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command; no database can be reached unless the environment names one."""
    told = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", **environment}
    command = [Path(sys.executable).with_name("hutong"), *arguments]
    return subprocess.run(command, env=without_ours() | told, capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    said = hutong("--help")
    assert said.returncode == 0
    for name, command in COMMANDS.items():
        assert f"    {name:<10}" in said.stdout
        assert command.help in " ".join(said.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_without_a_database(name: str) -> None:
    said = hutong(name, "--help")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"usage: hutong {name} ")
    assert COMMANDS[name].help in " ".join(said.stdout.split())


@pytest.mark.parametrize(("typed", "said"), [((), "required: COMMAND"), (("dance",), "invalid choice: 'dance'")])
def test_what_is_no_command_is_told(typed: tuple[str, ...], said: str) -> None:
    answer = hutong(*typed)
    assert answer.returncode == 2
    assert said in answer.stderr


def test_a_database_out_of_reach_is_told_in_a_sentence(tmp_path: Path) -> None:
    answer = hutong("migrate", HUTONG_DATA=str(tmp_path))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("hutong: The database cannot be used: ")
    assert "Traceback" not in answer.stderr


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence() -> None:
    answer = hutong("up", HUTONG_DATA="/dev/null/data")
    assert (answer.returncode, answer.stderr) == (1, "hutong: Not a directory: /dev/null/data\n")
