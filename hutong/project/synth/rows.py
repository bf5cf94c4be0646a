"""Rows of every work table in memory, as COPY takes them: what is not given is the model's default."""

import json
import random
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Model

from hutong.hotline.keys.fields import BlindIndex, RowKey, SealedRow, seal_columns
from hutong.hotline.models import (
    Assignment,
    AuditEntry,
    Case,
    CaseChild,
    CaseContact,
    Child,
    Clock,
    Contact,
    Event,
    FollowUp,
    Notice,
    Party,
    Person,
    Recusal,
    Reply,
    Reporter,
)

Row = dict[str, Any]
MODELS: tuple[type[Model], ...] = (
    AuditEntry, Child, Person, Contact, Reporter, Case, Clock, Event, CaseContact, CaseChild, Party, Recusal, Notice, Assignment, Reply,
    FollowUp,
)  # fmt: skip


def _default(field: "Field[Any, Any]") -> Any:
    given = field.default if field.has_default() else None if field.null else ""
    if callable(given):
        given = given() if given in (dict, list) else None
    if isinstance(field, ArrayField):
        return given
    if isinstance(field, RowKey | BlindIndex):
        return b""
    return json.dumps(given) if isinstance(given, dict | list) else getattr(given, "value", given)


def _defaults(model: type[Model]) -> Row:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return {field.column: _default(field) for field in fields}


DEFAULTS: dict[str, Row] = {model._meta.db_table: _defaults(model) for model in MODELS}
SEALED = {model._meta.db_table: model for model in MODELS if issubclass(model, SealedRow)}


class Rows:
    """Rows by table. A row may be changed until it is copied."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, **given: Any) -> Row:
        """One more row."""
        row = {**DEFAULTS[table], **given}
        self.tables[table].append(row)
        return row

    def seal(self) -> None:
        """As they are copied: what the database holds sealed is."""
        for table, model in SEALED.items():
            for row in self.tables.get(table, ()):
                seal_columns(model, row)


def new_id(dice: random.Random, at: datetime) -> str:
    """A UUIDv7 of that moment; the same for the same dice."""
    chance = dice.getrandbits(74)
    return f"{int(at.timestamp() * 1000):012x}7{chance >> 62:03x}{8 | chance >> 60 & 3:x}{chance & (1 << 60) - 1:015x}"
