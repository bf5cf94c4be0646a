"""After a leak: whose data an account touched between two moments, in one question to the log.

个人信息保护法第五十七条: the kinds of data, the cause and the harm are to be told at once; 未成年人网络保护条例第三十五条.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from hutong.hotline.cases import looks
from hutong.hotline.kernel import masks
from hutong.hotline.network.models import Post, Staff

TOUCHED = """
WITH lines AS (
  SELECT at, verb, subject_id, detail FROM audit_entry WHERE staff_id = %(staff)s AND at >= %(start)s AND at < %(end)s AND verb <> 'refused'
), things (at, verb, thing) AS (
  SELECT at, verb, subject_id FROM lines WHERE subject_id IS NOT NULL
  UNION ALL SELECT at, verb, shown::uuid FROM lines, jsonb_array_elements_text(detail -> 'shown') AS shown WHERE detail ? 'shown'
), found AS (
  SELECT at, verb, case_id FROM things t CROSS JOIN LATERAL (
    SELECT id AS case_id FROM cases_case WHERE id = t.thing
    UNION SELECT case_id FROM cases_contact WHERE contact_id = t.thing
    UNION SELECT case_id FROM cases_child WHERE child_id = t.thing
    UNION SELECT case_id FROM cases_party WHERE person_id = t.thing
    UNION SELECT case_id FROM supervision_order WHERE id = t.thing
    UNION SELECT case_id FROM recordings_recording WHERE id = t.thing
    UNION SELECT coalesce(c.case_id, l.case_id) FROM calls_call c
      LEFT JOIN cases_contact l ON l.contact_id = c.contact_id WHERE c.id = t.thing
  ) AS of WHERE case_id IS NOT NULL
)
SELECT f.case_id, c.number, count(*), min(f.at), max(f.at), array_agg(DISTINCT f.verb),
  ARRAY(SELECT h.name FROM cases_child l JOIN people_child h ON h.id = l.child_id WHERE l.case_id = f.case_id ORDER BY l.id)
FROM found f JOIN cases_case c ON c.id = f.case_id GROUP BY f.case_id, c.number ORDER BY max(f.at) DESC
"""


class Touched(NamedTuple):
    """A case that the account touched: how often, from when to when, by which deeds; its children by surname."""

    case: UUID
    number: str
    times: int
    first: datetime
    last: datetime
    verbs: list[str]
    children: list[str]


def touched(staff: Staff, start: datetime, end: datetime) -> Iterator[Touched]:
    """Every case of whose data the account saw or changed something, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"staff": staff.pk, "start": start, "end": end})
        for row in cursor.fetchall():
            found = Touched(*row)
            yield found._replace(children=[masks.name(name) for name in found.children])


def known_to(rows: list[Touched], post: Post) -> tuple[list[Touched], int]:
    """Those of which an auditor may know, and how many there are beside them, for another auditor to tell."""
    known = set(looks.cases_for(post).filter(pk__in=[row.case for row in rows]).values_list("pk", flat=True))
    mine = [row for row in rows if row.case in known]
    return mine, len(rows) - len(mine)
