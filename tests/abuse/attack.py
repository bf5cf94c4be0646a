"""How a test says which attack it stands for, and which guard stands against it.

    @attack(2, patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()))
    def test_a_case_of_another_office_is_one_that_is_not_there() -> None: ...

`make abuse` runs the tests as they are. `make abuse-proof` runs each with all its guards taken away, and demands that it then
fails with an assertion: a test that passes either way proves nothing. The product itself has no such switch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import psycopg
import pytest

from hutong.project.database import Addresses


@dataclass(frozen=True)
class Patched:
    """A guard in the code: what stands at this dotted path is replaced."""

    path: str
    replacement: object

    @contextmanager
    def away(self, _addresses: Addresses) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.path, self.replacement)
            yield


@dataclass(frozen=True)
class Sql:
    """A guard in the database: the owner takes it away before the test, and puts it back after."""

    statement: str
    undo: str

    @contextmanager
    def away(self, addresses: Addresses) -> Iterator[None]:
        as_owner(addresses, self.statement)
        try:
            yield
        finally:
            as_owner(addresses, self.undo)


Guard: TypeAlias = Patched | Sql


def attack(number: int, *without: Guard) -> pytest.MarkDecorator:
    """Mark a test as the proof of this attack of `attacks.py`; `without` are the guards without which it must fail."""
    return pytest.mark.attack.with_args(number, *without)


def patched(path: str, replacement: object) -> Patched:
    """Take away a guard in the code. The name must be looked up when it is used: a decorator is bound before any test begins."""
    return Patched(path, replacement)


def sql(statement: str, *, undo: str) -> Sql:
    """Take away a guard in the database, as its owner."""
    return Sql(statement, undo)


# The second wall around cases: what a view lets through, it holds.
NO_WALL = sql("ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY", undo="ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY")


def as_owner(addresses: Addresses, statement: str) -> None:
    """What only the owner of the tables may do; it rather fails than waits for a lock that the test holds."""
    with psycopg.connect(addresses.owner, options="-c lock_timeout=10s") as owner:
        owner.execute(statement)
