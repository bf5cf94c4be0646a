"""Making a backup: PostgreSQL's base backup, sealed as it comes out of the server, so that nothing of it lies open on a disk."""

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from hutong.project.keeping import rules, sealing, source
from hutong.project.keeping.rules import Backup
from hutong.project.keeping.sealing import SealingKey
from hutong.project.keeping.shelf import BASE, BLOCKS, Shelf
from hutong.project.keeping.source import Facts, Source
from hutong.project.trouble import Trouble

BLOCK = tarfile.BLOCKSIZE


def make(server: Source, facts: Facts, shelf: Shelf, key: SealingKey, *, full: bool) -> Backup:
    """A backup of the whole server onto its shelf: of all, or of what changed since the last one. Raises Trouble."""
    began = timezone.now()
    parent = None if full or not facts.summarizes else rules.parent_for(shelf.backups(), at=began, timeline=facts.timeline)
    kind = rules.INCREMENT if parent else rules.FULL
    name = f"{began:%Y%m%dT%H%M%SZ}-{kind}"
    with shelf.making() as aside:
        before = ("--incremental=" + str(shelf.path(parent, BLOCKS)),) if parent else ()
        sealed, blocks = _copy(server, before, aside / BASE, name=f"{name}/{BASE}", key=key)
        (aside / BLOCKS).write_bytes(blocks)
        timeline, start, end = source.ranges(json.loads(blocks))
        backup = Backup(
            name=name, kind=kind, parent=parent.name if parent else "", system=facts.system, timeline=timeline, start=start, end=end,
            segment=facts.segment, major=facts.major, database=server.name, began=began, ended=timezone.now(), plain=sealed.plain,
            files={BASE: asdict(sealed), BLOCKS: {"size": len(blocks), "sha256": hashlib.sha256(blocks).hexdigest()}},
        )  # fmt: skip
        shelf.put(aside, backup, key)
    return backup


def _copy(server: Source, before: tuple[str, ...], target: Path, *, name: str, key: SealingKey) -> tuple[sealing.Sealed, bytes]:
    """Seal the server's base backup, the WAL that it needs within it; with PostgreSQL's own list of what is in it."""
    with tempfile.TemporaryFile() as said:
        process = server.program(
            "pg_basebackup", "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", *before,
            stdout=subprocess.PIPE, stderr=said,
        )  # fmt: skip
        passing = Passing(process.stdout or io.BytesIO(), BLOCKS)
        try:
            sealed = sealing.seal(passing, target, name=name, key=key)
        except BaseException:
            process.kill()
            raise
        finally:
            ended = process.wait()
        if ended:
            said.seek(0)
            raise Trouble(f"PostgreSQL made no backup: {said.read().decode(errors='replace').strip()}")
    return sealed, bytes(passing.kept)


class Passing:
    """A tar as it passes by, of which one member is kept."""

    def __init__(self, source: sealing.Readable, wanted: str) -> None:
        self._source, self._wanted = source, wanted
        self._head, self._left, self._keep = b"", 0, 0
        self.kept = bytearray()

    def read(self, size: int, /) -> bytes:
        """What comes next."""
        data = self._source.read(size)
        rest = memoryview(data)
        while rest:
            rest = rest[self._pass(rest) if self._left else self._begin(rest) :]
        return data

    def _pass(self, data: memoryview) -> int:
        """Let the present member go by, or keep it; how much of `data` belongs to it."""
        part = data[: self._left]
        self._left -= len(part)
        if self._keep:
            self.kept += part[: self._keep]
            self._keep = max(0, self._keep - len(part))
        return len(part)

    def _begin(self, data: memoryview) -> int:
        """Read the head of the next member; the empty blocks at the end are none."""
        part = bytes(data[: BLOCK - len(self._head)])
        self._head += part
        if len(self._head) == BLOCK:
            if self._head.strip(b"\0"):
                member = tarfile.TarInfo.frombuf(self._head, "utf-8", "surrogateescape")
                self._left = -(-member.size // BLOCK) * BLOCK
                self._keep = member.size if member.name == self._wanted else 0
            self._head = b""
        return len(part)


def moment(at: datetime) -> str:
    """As it is said to whoever reads the lines of a command."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
