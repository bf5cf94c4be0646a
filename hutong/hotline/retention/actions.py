"""Erasing what is past its time, as the schedule says."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import Case
from hutong.hotline.retention import queries, rules
from hutong.hotline.retention.models import Erasure


@transaction.atomic
def erase(kind: str, ids: Sequence[UUID], *, at: datetime) -> int:
    """Erase rows of a kind that are past their time, in one transaction with one line of the log; how many it were.

    What somebody else is erasing, what was held meanwhile, and what is erased already, is left alone.
    """
    line = rules.schedule().kinds[kind]
    due = queries.DUE[kind](at).filter(pk__in=ids).select_for_update(of=("self",), skip_locked=True)
    found = sorted(due.values_list("pk", flat=True))
    if not found:
        return 0
    if line.then == "delete":
        queries.DUE[kind](at).filter(pk__in=found).delete()
    else:
        Erasure.objects.bulk_create(Erasure(kind=kind, row_id=pk, at=at) for pk in found)
        wipe(line, found, at=at)
    digest = hashlib.sha256(b"".join(pk.bytes for pk in found)).hexdigest()
    audit.record("erased", by=None, at=at, subject="retention", kind=kind, count=len(found), digest=digest)
    return len(found)


def wipe(kind: rules.Kind, ids: Sequence[UUID], *, at: datetime) -> None:
    """Empty the columns that a line of the schedule names, of these rows. The ONE place where personal data end."""
    for model, link in queries.TABLES[kind.name].items():
        columns = set(kind.of(model._meta.db_table))
        values = {field.attname: _nothing(field) for field in model._meta.concrete_fields if field.column in columns}
        if model is Case:
            _through_the_door(ids, values, at)
        else:
            model._default_manager.filter(**{f"{link}__in": list(ids)}).update(**values)


def _through_the_door(ids: Sequence[UUID], values: dict[str, object], at: datetime) -> None:
    """A case changes with an event of its own, the last of its story; then the texts of its story go, which the database alone can do."""
    for pk in ids:
        with door(pk, "erase", by=None, at=at) as step:
            for name, value in values.items():
                setattr(step.case, name, value)
            step.case.erased_at = at
        with connection.cursor() as cursor:
            cursor.execute("SELECT hutong_forget(%s)", [pk])


def _nothing(field: Any) -> object:
    """What a column holds once it holds nothing."""
    if field.null:
        return None
    if isinstance(field, models.TextField) or (isinstance(field, models.CharField) and not field.blank and not field.has_default()):
        return rules.ERASED
    return field.get_default()
