"""A clock that nobody keeps, and two that differ, are told to whoever runs the machine."""

import argparse
import ctypes
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hutong.project import check, clock, runner
from hutong.project.database import Addresses


def kernel(monkeypatch: pytest.MonkeyPatch, *, status: int, answer: int = 0) -> None:
    """A kernel that says this of its clock."""

    def adjtimex(asked: Any) -> int:
        told = ctypes.cast(asked, ctypes.POINTER(clock.Timex)).contents
        assert told.modes == 0
        told.status = status
        return answer

    monkeypatch.setattr(clock.ctypes, "CDLL", lambda _name: SimpleNamespace(adjtimex=adjtimex))


def test_the_kernel_of_this_machine_answers_where_it_may_be_asked() -> None:
    told = clock.Timex()
    if ctypes.CDLL(None).adjtimex(ctypes.byref(told)) >= 0:
        assert told.most > 0  # by how much it may be wrong, in microseconds: the fields stand where the kernel writes them
    assert clock.is_kept() in {True, False}


@pytest.mark.parametrize(("status", "answer", "kept"), [(0x2001, 0, True), (0x40, 5, False), (0x41, 5, False), (0x40, -1, True)])
def test_a_clock_that_nobody_keeps_is_known_by_the_kernels_word(
    status: int, answer: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel(monkeypatch, status=status, answer=answer)
    assert clock.is_kept() == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "wrong"), [(0, []), (0.5, []), (90, [clock.APART]), (-90, [clock.APART])])
def test_a_database_whose_clock_differs_is_told(ahead: float, wrong: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kernel(monkeypatch, status=0)
    monkeypatch.setattr(clock, "QUESTION", f"SELECT clock_timestamp() + {ahead} * interval '1 second'")
    assert clock.faults() == wrong
    assert abs(clock.apart().total_seconds() - abs(ahead)) < 1


def test_the_check_says_what_is_wrong_with_the_clocks(
    committed: Addresses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel(monkeypatch, status=0)
    assert check.run(argparse.Namespace()) == 0
    assert "clock" not in capsys.readouterr().out.lower()
    monkeypatch.setattr(clock, "MOST", timedelta(seconds=-1))
    kernel(monkeypatch, status=clock.UNSYNCHRONIZED)
    check.run(argparse.Namespace())
    assert capsys.readouterr().out.splitlines()[-2:] == [clock.NOT_KEPT, clock.APART]


def test_up_says_it_once_and_again_after_it_was_well(
    committed: Addresses, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known: list[str] = []
    for status in (0, 0x40, 0x40, 0, 0x40):
        kernel(monkeypatch, status=status)
        known = runner.tell_of_clocks(known)
    assert capsys.readouterr().out.splitlines() == [clock.NOT_KEPT] * 2
