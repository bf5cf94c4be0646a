"""What the database says of its second wall."""

from django.db import connection

TABLES = """
SELECT relname, relrowsecurity AND relforcerowsecurity
  AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT polpermissive AND 'hutong_desk'::regrole = ANY (polroles))
FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"""


def tables() -> dict[str, bool]:
    """Every table, and whether the pages see only part of its rows."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return dict(cursor.fetchall())


def walled_tables() -> list[str]:
    """Those of which they see part."""
    return [table for table, is_walled in tables().items() if is_walled]
