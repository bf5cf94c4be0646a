"""What a browser changed in the network is put back afterwards: the network belongs to the template of the test database."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from hutong.project.database import Addresses

TABLES = ("network_division", "network_office", "network_staff", "network_post", "network_api_token")


@pytest.fixture
def network_put_back(committed: Addresses) -> Iterator[None]:
    """Foreign keys are checked at the commit, so that rows may be taken out and put back in any order."""
    pairs = [(sql.Identifier(table), sql.Identifier(f"kept_{table}")) for table in TABLES]
    with psycopg.connect(committed.owner) as owner:
        for table, kept in pairs:
            owner.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {table}").format(table=table, kept=kept))
    yield
    with psycopg.connect(committed.owner) as owner:
        for table, kept in pairs:
            changed = sql.SQL("DELETE FROM {table} t USING (TABLE {table} EXCEPT TABLE {kept}) new WHERE t = new::{table}")
            owner.execute(changed.format(table=table, kept=kept))
            owner.execute(sql.SQL("INSERT INTO {table} (TABLE {kept} EXCEPT TABLE {table})").format(table=table, kept=kept))
            owner.execute(sql.SQL("DROP TABLE {kept}").format(kept=kept))
