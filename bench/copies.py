"""One open case so many times over, each with a deadline that rings when it is told to: for the drill and for the bench.

Written as superuser with triggers and foreign keys set aside; the copies keep every promise that a real case keeps.
"""

from psycopg import Connection

# The first `due` clocks ring now, the first `missed` of these because all their time has passed; the others some time tomorrow.
NUMBERS = """
CREATE TABLE copies AS SELECT i, gen_random_uuid() AS case_id, gen_random_uuid() AS clock_id, i <= %(missed)s AS is_missed,
  now() + make_interval(secs => CASE WHEN i <= %(due)s THEN 0 ELSE 86400 + i %% 86400 END) AS rings_at
FROM generate_series(1, %(count)s) AS i"""
CLOCKS = """
INSERT INTO clocks_clock SELECT (jsonb_populate_record(k, jsonb_build_object(
    'id', d.clock_id, 'case_id', d.case_id, 'started_at', d.rings_at - interval '1 hour',
    'due_at', CASE WHEN is_missed THEN d.rings_at ELSE d.rings_at + interval '40 minutes' END,
    'warnings_at', CASE WHEN is_missed THEN ARRAY[d.rings_at - interval '30 minutes', d.rings_at - interval '12 minutes']
                   ELSE ARRAY[d.rings_at, d.rings_at + interval '30 minutes'] END,
    'warned', CASE WHEN is_missed THEN 80 ELSE 0 END, 'next_alarm_at', d.rings_at, 'low_at', d.rings_at + interval '30 minutes',
    'missed_at', NULL, 'rung', 0, 'next_rung_at', NULL, 'replaces_id', NULL, 'is_provisional', false))).*
FROM copies d, clocks_clock k JOIN cases_case c ON c.deadline_id = k.id WHERE c.id = %(case)s"""
CASES = """
INSERT INTO cases_case SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', d.case_id, 'number', 'COPY-' || d.i, 'deadline_id', d.clock_id, 'due_at', k.due_at, 'missed_at', NULL))).*
FROM copies d JOIN clocks_clock k ON k.id = d.clock_id, cases_case c WHERE c.id = %(case)s"""
EVENTS = """
INSERT INTO cases_event SELECT (jsonb_populate_record(e, jsonb_build_object(
    'id', gen_random_uuid(), 'case_id', d.case_id, 'action', 'note'))).*
FROM copies d, cases_event e JOIN cases_case c ON c.id = e.case_id AND c.version = e.seq WHERE c.id = %(case)s"""
A_CASE = """
SELECT id FROM cases_case c WHERE stage = 'handling' AND tier = 'II'
AND NOT EXISTS (SELECT FROM cases_recusal WHERE case_id = c.id) ORDER BY number LIMIT 1"""
# Searching is not what is tried here, and its indexes take longest to fill.
INDEXES = "DROP INDEX case_tokens, event_tokens"


def copy(connection: Connection[tuple[object, ...]], *, count: int, due: int, missed: int = 0) -> None:
    """So many copies of one urgent case that is being handled, `due` of them ringing now, `missed` of these for the last time."""
    given = {"case": connection.execute(A_CASE).fetchall()[0][0], "count": count, "due": due, "missed": missed}
    for statement in (INDEXES, "SET session_replication_role = replica", NUMBERS, CLOCKS, CASES, EVENTS):
        connection.execute(statement, given if "%(" in statement else None)
    connection.execute("SET session_replication_role = origin")
    connection.execute("ANALYZE cases_case, clocks_clock, cases_event, copies")
