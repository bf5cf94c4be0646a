"""The frame of the abuse suite: the guards taken away where that is asked for, and the table at the end."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest

from hutong.project.database import Addresses
from tests.abuse.attacks import ATTACKS

SAID = {"passed": "passed", "skipped": "waits", "failed": "FAILED", "error": "FAILED"}
NOT_ASKED, NO_TEST = "", "no test"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--abuse", choices=["suite", "proof"], default=NOT_ASKED, help="close with a table of the attacks; proof: unguarded")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "attack(number, *without): proves that this attack fails (tests/abuse/attack.py)")


def asked(config: pytest.Config) -> str:
    """What was asked for: the suite's table, the proof, or nothing (a run of all tests)."""
    return str(config.getoption("--abuse", default=NOT_ASKED))


@pytest.fixture(scope="class", autouse=True)
def guards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Away, where the proof is asked for. Of class scope: before a test's own transaction begins, and put back when that has ended."""
    mark = request.node.get_closest_marker("attack")
    if mark is None or asked(request.config) != "proof":
        yield
        return
    addresses: Addresses = request.getfixturevalue("addresses")
    request.getfixturevalue("django_db_setup")
    with ExitStack() as stack:
        for guard in mark.args[1:]:
            stack.enter_context(guard.away(addresses))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Without its guard a test must fail, and by an assertion: an error proves nothing, a skip says what it waits for."""
    mark = pyfuncitem.get_closest_marker("attack")
    if mark is None or asked(pyfuncitem.config) != "proof":
        return (yield)
    try:
        yield
    except (AssertionError, pytest.fail.Exception):
        return True
    guards = "the guards taken away" if mark.args[1:] else "no guard named that could be taken away"
    raise RuntimeError(f"The test of attack {mark.args[0]} passes with {guards}: it proves nothing.")


def pytest_itemcollected(item: pytest.Item) -> None:
    """The number travels with the report."""
    if mark := item.get_closest_marker("attack"):
        item.user_properties.append(("attack", mark.args[0]))


def outcomes(reporter: pytest.TerminalReporter) -> dict[int, str]:
    """What became of each attack; of several tests, the worst."""
    found: dict[int, str] = {}
    for outcome, said in SAID.items():
        for report in reporter.stats.get(outcome, []):
            number = dict(getattr(report, "user_properties", ())).get("attack")
            if number:
                why = f": {report.longrepr[2].removeprefix('Skipped: ')}" if outcome == "skipped" else ""
                found[number] = f"{said}{why}"
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Number, sentence, what became of it."""
    if not asked(config):
        return
    found = outcomes(terminalreporter)
    terminalreporter.section("attacks without their guards" if asked(config) == "proof" else "attacks")
    for number, sentence in ATTACKS.items():
        terminalreporter.write_line(f"{number:>2}  {sentence}  ·  {found.get(number, NO_TEST)}")
    shown = [found.get(number, NO_TEST).partition(":")[0] for number in ATTACKS]
    terminalreporter.write_line("  ".join(f"{said}: {shown.count(said)}" for said in dict.fromkeys([*SAID.values(), NO_TEST])))
