"""What a file that is handed in does, or would do: the dry run's answer, to which a person agrees by its mark."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.db import models

L = TypeVar("L")


@dataclass(frozen=True)
class Report(Generic[L]):
    """A line for each of the file's, each with its `outcome`; `applied` only when nothing was refused and somebody agreed to just that.

    `outcomes` are those that a line may have, `refused` among them.
    """

    lines: tuple[L, ...]
    applied: bool = False
    outcomes: ClassVar[type[models.TextChoices]]

    @property
    def counts(self) -> dict[Any, int]:
        """How many lines of each outcome."""
        return {outcome: sum(line.outcome == outcome for line in self.lines) for outcome in self.outcomes}  # type: ignore[attr-defined]

    @property
    def mark(self) -> str:
        """What a person agrees to: the same for a later run only where that does exactly the same."""
        return hashlib.sha256(repr(self.lines).encode()).hexdigest()

    def agreed_to(self, mark: str) -> Self:
        """The report of the run for real, where the mark is this one's and nothing was refused; else of the dry run, as it is."""
        return replace(self, applied=self.mark == mark and not self.counts["refused"])
