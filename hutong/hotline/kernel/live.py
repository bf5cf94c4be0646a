"""Telling whoever listens that something changed. PostgreSQL delivers on commit; a message carries names and ids only."""

import json

from django.db import connection
from psycopg import pq
from psycopg.conninfo import make_conninfo

CHANNEL = "hutong"


def tell(*topics: str) -> None:
    """Announce a change of each topic, such as `case:<id>` or `office:<id>`, when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, message) FROM unnest(%s::text[]) AS message",
            [CHANNEL, [json.dumps({"topic": topic}) for topic in sorted(set(topics))]],
        )


def address() -> str:
    """Where whoever listens connects: as Django's own connection does, with all that is asked of the way there."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    return make_conninfo("", **{name: value for name, value in connection.get_connection_params().items() if name in known})
