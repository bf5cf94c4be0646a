"""The checkpoints by which a log is judged: those that lie elsewhere, and those of the database where none does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from hutong.hotline.audit import keys, rules
from hutong.hotline.audit.models import Checkpoint, Sink, SinkKind
from hutong.hotline.audit.rules import Signed, Statement

NAME = re.compile(r"checkpoint-(\d{8})\.json")


@dataclass
class Anchors:
    """The checkpoints that hold, in their order and without their prints, and what is wrong with any."""

    folder: Path | None
    held: list[Statement] = field(default_factory=list)
    outside: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def prints(self, anchor: Statement) -> list[bytes]:
        """The prints of the lines of one; fetched again, for all of them may be more than memory holds."""
        signed = self._laid_down(anchor.number) or _kept(anchor.number)
        return list(Statement.read(signed.statement).each_print()) if signed else []

    def gather(self, known: frozenset[str]) -> "Anchors":
        """Look at each by itself, at its copy, and at the one before. Where a copy lies elsewhere, that one counts."""
        if self.folder and self.folder.is_dir():
            self.outside = {int(name[1]) for path in self.folder.iterdir() if (name := NAME.fullmatch(path.name))}
        numbers = self.outside | set(Checkpoint.objects.values_list("number", flat=True))
        sink = Sink.objects.filter(name=SinkKind.FOLDER).first()
        promised = max([*self.outside, sink.through if sink and self.folder else 0])
        before: tuple[Statement, str] | None = None
        for number in range(1, max(numbers, default=0) + 1):
            laid_down, kept = self._laid_down(number), _kept(number)
            faults = list(_copies(number, laid_down, kept, is_promised=number <= promised))
            if signed := laid_down or kept:
                try:
                    statement = Statement.read(signed.statement)
                except (ValueError, TypeError, KeyError):
                    faults.append("cannot be read")
                else:
                    faults += _faults(number, statement, signed, known, before)
                    before = statement, signed.signature
                    self.held.append(replace(statement, prints=""))
            self.wrong += [f"checkpoint {number} {fault}" for fault in faults]
        return self

    def _laid_down(self, number: int) -> Signed | None:
        if number not in self.outside or self.folder is None:
            return None
        try:
            return Signed.of_file((self.folder / rules.file_name(number)).read_text())
        except (ValueError, TypeError, KeyError, OSError):
            return Signed("", "", "")


def _kept(number: int) -> Signed | None:
    """The copy of the database."""
    row = Checkpoint.objects.filter(number=number).first()
    return Signed(row.statement, row.key, row.signature) if row else None


def _copies(number: int, laid_down: Signed | None, kept: Signed | None, *, is_promised: bool) -> Iterator[str]:
    """What the two copies say of one another."""
    if laid_down is None and is_promised:
        yield "does not lie where it was laid down"
    if kept is None:
        yield "is gone from the database"
    elif laid_down and laid_down != kept:
        yield "is another in the database than the one that was laid down"


def _faults(number: int, said: Statement, signed: Signed, known: frozenset[str], before: tuple[Statement, str] | None) -> Iterator[str]:
    """What is wrong with a statement."""
    if not keys.is_signed(signed, known):
        yield "is signed by nobody known here"
    if said.number != number:
        yield f"says that it is checkpoint {said.number}"
    if before and (said.previous, said.first) != (before[1], before[0].through + 1):
        yield "does not follow from the one before"
