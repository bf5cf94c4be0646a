"""A report whose every personal value can be told anywhere, and where it might have gone to."""

import json
from collections.abc import Iterator

from django.db import connection

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.models import CallEvent, Wish
from hutong.hotline.cases.models import Event

CHILD, REPORTER, SUSPECTED = "欧阳标记", "上官标记", "司马标记"
PHONE, CALLER, IDENTITY = "13987650001", "13987650002", "61010420141120002X"
ADDRESS, HOUSE, SCHOOL = "标记巷 77 号", "标记里三单元", "标记小学"
TOLD = "标记的孩子今晚一个人在家"
PEOPLE = (CHILD, REPORTER, SUSPECTED, PHONE, CALLER, IDENTITY, ADDRESS, HOUSE, SCHOOL)
MARKED = (*PEOPLE, TOLD)


def found(texts: Iterator[str] | list[str], marks: tuple[str, ...] = MARKED) -> set[str]:
    """The values of the report that stand in these texts, as they are or as JSON writes them."""
    whole = "\n".join(texts)
    return {mark for mark in marks if mark in whole or json.dumps(mark)[1:-1] in whole}


def written() -> Iterator[str]:
    """What the platform writes by itself: the log, the particulars of events, what was asked of the exchange."""
    for model, column in ((AuditEntry, "detail"), (CallEvent, "detail"), (Event, "detail"), (Wish, "arguments")):
        yield from (str(row) for row in model._default_manager.values_list(column))


def stored() -> Iterator[str]:
    """Every row of every table, as a dump has it; bytes in hexadecimal."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT whole::text FROM "{table}" AS whole')  # noqa: S608 names of tables
            yield from (row for (row,) in cursor.fetchall())
