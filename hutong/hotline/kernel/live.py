"""Telling whoever listens that something changed. PostgreSQL delivers on commit; a message carries names and ids only."""

import json

from django.db import connection

CHANNEL = "hutong"


def tell(*topics: str) -> None:
    """Announce a change of each topic, such as `case:<id>` or `office:<id>`, when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, message) FROM unnest(%s::text[]) AS message",
            [CHANNEL, [json.dumps({"topic": topic}) for topic in sorted(set(topics))]],
        )
