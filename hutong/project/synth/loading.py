"""Writing many rows at once, as the owner: guards, links and indexes stand aside meanwhile, all in one transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from hutong.project.synth.rows import DEFAULTS, Rows

Owner = psycopg.Connection[tuple[Any, ...]]
# Keys before the links that point to them; checks stay.
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype IN ('p', 'u', 'f') AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY contype = 'f', conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indrelid = 'cases_case'::regclass FROM pg_index
    WHERE indrelid = ANY(%(tables)s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""
# Rows are not copied into a table whose wall stands before its owner too.
FORCED = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND oid = ANY(%(tables)s::regclass[])"
# As an event does that is written for a day (`hutong_uncount_day`): nobody counts the days of the boards meanwhile, or has counted them.
UNCOUNT = """
    SELECT pg_advisory_xact_lock_shared(hashtext('statistics_day'), extract(epoch FROM now())::int / 900 - back)
    FROM generate_series(-4 * 24, 32 * 4 * 24) AS back;
    DELETE FROM statistics_day
"""
# Without knowing how few rows a case has there, the next statement would read all offices for each case.
KNOWN = "ANALYZE assignments_assignment, assignments_transfer, network_office"
SEEN_BY = "UPDATE cases_case c SET seen_by = hutong_case_seen_by(c) WHERE seen_by = '{}'"
ROOM = "SET LOCAL maintenance_work_mem = '256MB'"


@contextmanager
def all_aside(owner: Owner) -> Iterator[None]:
    """Without triggers, keys, links and indexes on the work tables inside; with all of them, proved, afterwards."""
    owner.execute(UNCOUNT)
    tables = list(DEFAULTS)
    constraints = owner.execute(CONSTRAINTS, {"tables": tables}).fetchall()
    indexes = owner.execute(INDEXES, {"tables": tables}).fetchall()
    forced = owner.execute(FORCED, {"tables": tables}).fetchall()
    _each(owner, "ALTER TABLE {} DISABLE TRIGGER USER", ([table] for table in tables))
    owner.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_waits")  # for its seal
    _each(owner, "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", forced)
    _each(owner, "ALTER TABLE {} DROP CONSTRAINT {}", (names[:2] for names in reversed(constraints)))
    _each(owner, "DROP INDEX {}", (names[:1] for names in indexes))
    yield
    owner.execute(ROOM)
    of_cases, others = ([each for _name, each, is_of_cases in indexes if is_of_cases == which] for which in (True, False))
    for statement in (*others, KNOWN, SEEN_BY, *of_cases):  # each case is written once more, which its indexes would make six times as long
        owner.execute(statement)
    for table, name, definition in constraints:
        _each(owner, f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {definition}", [(table, name)])
    _each(owner, "ALTER TABLE {} FORCE ROW LEVEL SECURITY", forced)
    _each(owner, "ALTER TABLE {} ENABLE TRIGGER USER", ([table] for table in tables))


def _each(owner: Owner, statement: str, names: Iterable[Iterable[str]]) -> None:
    for each in names:
        owner.execute(sql.SQL(statement).format(*map(sql.Identifier, each)))


def copy(owner: Owner, rows: Rows) -> None:
    """Write the rows, sealed."""
    rows.seal()
    for table, found in rows.tables.items():
        columns = sql.SQL(", ").join(map(sql.Identifier, DEFAULTS[table]))
        with owner.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)) as into:
            for row in found:
                into.write_row(tuple(row.values()))
