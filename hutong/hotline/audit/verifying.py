"""Finding what was changed, removed, added or put in another place in the log.

Three things are compared: each line with its seal, each seal with the one before, and both with the checkpoints, which lie where
who can rewrite the database cannot reach them. All of it is read in order and in pieces: memory does not grow with the log.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from hutong.hotline.audit import chain, rules
from hutong.hotline.audit.anchors import Anchors
from hutong.hotline.audit.chain import Sealed
from hutong.hotline.audit.models import Seal
from hutong.hotline.audit.rules import PRINT, Statement

PIECE = 20_000  # lines asked for at once
MOST = 10_000  # of what is gone or was added
KEPT = 200  # findings that are told in words; the others are counted

# Lines that have no seal and do not wait for one.
ADDED = """
    SELECT e.id FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id AND s.position > 0)
    AND NOT EXISTS (SELECT 1 FROM audit_waiting w WHERE w.entry_id = e.id)"""
# Seals without their lines, and places without a seal: of whose case they were cannot be told any more.
GONE = "SELECT s.position, s.entry_id FROM audit_seal s WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = s.entry_id) ORDER BY 1"
MISSING = """
    SELECT before + 1, position - 1 FROM (SELECT position, lag(position, 1, 0::bigint) OVER (ORDER BY position) AS before FROM audit_seal) s
    WHERE position <> before + 1"""


@dataclass
class Report:
    """How many lines were looked at, and what is wrong: so many things, the first of them in words."""

    lines: int = 0
    count: int = 0
    wrong: list[str] = field(default_factory=list)

    def found(self, what: str) -> None:
        """One thing more."""
        self.count += 1
        if self.count <= KEPT:
            self.wrong.append(what)


def whole(anchors: Anchors, *, since: datetime | None = None) -> Report:
    """The log, from its beginning or from the last checkpoint before `since`."""
    walk = Walk(anchors, since)
    walk.go()
    for (entry,) in _asked(ADDED):
        walk.report.found(f"line {entry} was never sealed: it was added past the program")
    return walk.report


def of_case(anchors: Anchors, case: UUID) -> Report:
    """The lines about one case, each against its seal and its checkpoint; and whatever is gone, which may have been of this case."""
    report = Report()
    for what in anchors.wrong:
        report.found(what)
    anchored = _Anchored(anchors)
    for line in [Sealed.of(row) for row in chain.rows(chain.OF_CASE, case=str(case))]:
        report.lines += 1
        if line.leaf != chain.leaf_of(line.suite, line.body):
            report.found(_changed(line.position, line.entry))
        elif fault := anchored.fault(line):
            report.found(fault)
    for (entry,) in _asked(f"{ADDED} AND e.subject_id = %(case)s", case=str(case)):
        report.found(f"line {entry} was never sealed: it was added past the program")
    for position, entry in _asked(GONE):
        report.found(_gone(position, entry))
    for first, last in _asked(MISSING):
        report.found(_missing(first, last))
    through = max((anchor.through for anchor in anchors.held), default=0)
    last = Seal.objects.aggregate(last=Max("position"))["last"] or 0
    if last < through:
        report.found(_missing(last + 1, through))
    return report


class _Anchored:
    """The checkpoint that covers each of some lines, in their order."""

    def __init__(self, anchors: Anchors) -> None:
        self.anchors, self.ahead = anchors, iter(anchors.held)
        self.anchor: Statement | None = None
        self.prints: list[bytes] = []

    def fault(self, line: Sealed) -> str:
        """What the checkpoint says against the line; empty where nothing, or where none covers it yet."""
        while self.anchor is None or self.anchor.through < line.position:
            self.anchor, self.prints = next(self.ahead, None), []
            if self.anchor is None:
                self.ahead = iter(())
                return ""
        self.prints = self.prints or self.anchors.prints(self.anchor)
        place = line.position - self.anchor.first
        return _other(line.position, line.entry, self.anchor) if self.prints[place : place + 1] != [line.leaf[:PRINT]] else ""


class Walk:
    """One way along the whole chain."""

    def __init__(self, anchors: Anchors, since: datetime | None) -> None:
        self.anchors, self.report = anchors, Report()
        for what in anchors.wrong:
            self.report.found(what)
        earlier = [anchor for anchor in anchors.held if since and anchor.at <= since]
        self.ahead = anchors.held[len(earlier) :]
        self.position = earlier[-1].through if earlier else 0
        self.link: bytes | None = bytes.fromhex(earlier[-1].link) if earlier else rules.START
        self.before = b""  # no line after this place may tell of an earlier moment
        self.is_anew = False  # the chain was made anew from some place on; told once
        for anchor in earlier:
            self._close(anchor)

    def go(self) -> None:
        """From checkpoint to checkpoint, and then to the end."""
        for anchor in self.ahead:
            self._compare(anchor, list(self._lines(anchor.through)))
            self._close(anchor)
        last = Seal.objects.aggregate(last=Max("position"))["last"] or 0
        for _line in self._lines(last):
            pass

    def _close(self, anchor: Statement) -> None:
        """From here on the checkpoint is past: what was written before it was sealed before it."""
        if anchor.says_nothing_waited:
            self.before = f"{anchor.at - rules.LATE:%Y-%m-%d %H:%M:%S}".encode()

    def _lines(self, through: int) -> Iterator[tuple[int, str, bytes]]:
        """The lines up to a place: place, id and what a checkpoint would have of each. What is wrong with any is found on the way."""
        for start in range(self.position, through, PIECE):
            for row in chain.rows(chain.SEALED, after=start, through=min(start + PIECE, through)):
                line = Sealed.of(row)
                self._look(line)
                yield line.position, line.entry, line.leaf[:PRINT]
        if self.position < through:
            self.report.found(_missing(self.position + 1, through))
            self.position, self.link = through, None

    def _look(self, line: Sealed) -> None:
        self.report.lines += 1
        if line.position != self.position + 1:
            self.report.found(_missing(self.position + 1, line.position - 1))
            self.link = None
        if line.told_at == chain.NULL:
            self.report.found(_gone(line.position, line.entry))
        elif line.leaf != chain.leaf_of(line.suite, line.body):
            self.report.found(_changed(line.position, line.entry))
        if self.link and line.link != chain.link_of(line.suite, self.link, line.position, line.leaf):
            self.report.found(f"the seal of line {line.position:,} ({line.entry}) does not follow from the one before")
        if line.told_at[:19] < self.before:
            told, sealed = line.told_at.decode(), line.sealed_at.decode()
            self.report.found(f"line {line.position:,} ({line.entry}) tells of {told} and was added later, before {sealed}")
        self.position, self.link = line.position, line.link

    def _compare(self, anchor: Statement, ours: list[tuple[int, str, bytes]]) -> None:
        """The lines that a checkpoint covers with what it has of them."""
        theirs = self.anchors.prints(anchor)
        if theirs != [leaf for _position, _entry, leaf in ours]:
            for what in _differences(anchor, theirs, ours):
                self.report.found(what)
        if self.link and self.link.hex() != anchor.link and not self.is_anew:
            self.is_anew = True
            self.report.found(f"the chain was made anew: its end at line {anchor.through:,} is not the one of checkpoint {anchor.number}")


def _differences(anchor: Statement, theirs: list[bytes], ours: list[tuple[int, str, bytes]]) -> Iterator[str]:
    """What became of the lines of a checkpoint, one by one; of places without a seal it has been told already."""
    here = {position: entry for position, entry, _leaf in ours}
    leaves = {leaf for _position, _entry, leaf in ours}
    gone = {anchor.first + place for place, leaf in enumerate(theirs) if leaf not in leaves}
    had = set(theirs)
    strange = {position for position, _entry, leaf in ours if leaf not in had}
    for position in sorted(gone | strange):
        if position in gone and position in strange:
            yield _other(position, here[position], anchor)
        elif position in strange:
            yield f"line {position:,} ({here[position]}) is not among those of checkpoint {anchor.number}"
        elif position in here:
            yield f"the line that checkpoint {anchor.number} has at {position:,} is gone"
    if not gone and not strange:
        moved = [position for (position, _entry, leaf), print_ in zip(ours, theirs, strict=False) if leaf != print_]
        if moved:
            yield f"lines {moved[0]:,} to {moved[-1]:,} stand in another order than checkpoint {anchor.number} has them"


def _asked(question: str, **given: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a question, as many as anybody would look through."""
    with connection.cursor() as cursor:
        cursor.execute(f"{question} LIMIT {MOST}", given or None)
        yield from cursor.fetchall()


def _changed(position: int, entry: str) -> str:
    return f"line {position:,} ({entry}) is not what was sealed: it was changed"


def _gone(position: int, entry: object) -> str:
    return f"line {position:,} ({entry}) is gone: it was removed"


def _missing(first: int, last: int) -> str:
    return f"lines {first:,} to {last:,} are gone, and their seals too" if last > first else f"line {first:,} is gone, and its seal too"


def _other(position: int, entry: str, anchor: Statement) -> str:
    return f"line {position:,} ({entry}) is another than checkpoint {anchor.number} has: line and seal were changed"
