"""A draft against what is in force, row by row: what it adds, changes and takes away, as it would hold in the division."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from hutong.hotline.rulebook import queries
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.rulebook.tables import TABLES, Key, Table


class Outcome(models.TextChoices):
    ADDED = "added", _("新增")
    CHANGED = "changed", _("修改")
    REMOVED = "removed", _("移除")


@dataclass(frozen=True)
class Change:
    """What becomes of one row: each column that differs, as people read it, before and after; whose row it was and would be."""

    table: Table
    key: Key
    outcome: Outcome
    fields: tuple[tuple[str, str, str], ...]
    before: Rulebook | None
    after: Rulebook | None

    @property
    def name(self) -> str:
        """The row's name."""
        return self.table.named(self.key)


def changes(draft: Rulebook, at: datetime) -> list[Change]:
    """Every row that would hold otherwise in the draft's division. Two queries a table, and one."""
    now = queries.in_force(draft.division_id, at) or Rulebook(division_id=draft.division_id)
    return [change for table in TABLES.values() for change in _of_table(table, now, draft, at)]


def _of_table(table: Table, now: Rulebook, draft: Rulebook, at: datetime) -> Iterator[Change]:
    before, after = ({table.key_of(row): row for row in table.sorted(queries.effective(table.model, table.key, book=book, at=at))}
                     for book in (now, draft))  # fmt: skip
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        fields = tuple(table.differing(old, new))
        if fields:
            outcome = Outcome.CHANGED if old and new else Outcome.ADDED if new else Outcome.REMOVED
            yield Change(table, key, outcome, fields, old.rulebook if old else None, new.rulebook if new else None)
