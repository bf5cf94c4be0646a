"""After a leak: whose data an account touched between two moments, in one question to the log.

个人信息保护法第五十七条: the kinds of data, the cause and the harm are to be told at once; 未成年人网络保护条例第三十五条.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from hutong.hotline.cases import looks
from hutong.hotline.kernel import masks, wall
from hutong.hotline.network.models import Post, Staff
from hutong.hotline.people.models import Child

TOUCHED = "SELECT * FROM hutong_touched(%(staff)s, %(start)s, %(end)s)"


class Touched(NamedTuple):
    """A case that the account touched: how often, from when to when, by which deeds; its children by surname."""

    case: UUID
    number: str
    times: int
    first: datetime
    last: datetime
    verbs: list[str]
    children: list[Any]


def touched(staff: Staff, start: datetime, end: datetime) -> Iterator[Touched]:
    """Every case of whose data the account saw or changed something, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"staff": staff.pk, "start": start, "end": end})
        rows = [Touched(*row) for row in cursor.fetchall()]
    wall.look_across("named", *(row.case for row in rows))
    names = {
        child.pk: masks.name(child.name) or str(child) for child in Child.objects.filter(pk__in={pk for row in rows for pk in row.children})
    }
    for row in rows:
        yield row._replace(children=[names[pk] for pk in row.children])


def known_to(rows: list[Touched], post: Post) -> tuple[list[Touched], int]:
    """Those of which an auditor may know, and how many there are beside them, for another auditor to tell."""
    known = set(looks.cases_for(post).filter(pk__in=[row.case for row in rows]).values_list("pk", flat=True))
    mine = [row for row in rows if row.case in known]
    return mine, len(rows) - len(mine)
