"""The working roles cannot rewrite what is append-only; whoever can, is found out."""

import psycopg
import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.project.database import Addresses
from tests.abuse.attack import attack, patched, sql
from tests.hotline.audit import logs

STATEMENTS = (
    "UPDATE audit_entry SET staff_id = NULL",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "ALTER TABLE audit_entry DISABLE TRIGGER USER",
    "SET session_replication_role = replica",
)
GRANTED = sql(
    "GRANT UPDATE, DELETE, TRUNCATE ON audit_entry TO hutong_work; ALTER TABLE audit_entry DISABLE TRIGGER USER",
    undo="REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM hutong_work; ALTER TABLE audit_entry ENABLE TRIGGER USER",
)


@attack(31, GRANTED)
@pytest.mark.parametrize("role", ["work", "desk"])
def test_no_role_that_works_rewrites_the_log(committed: Addresses, role: str) -> None:
    logs.write(3)
    with psycopg.connect(getattr(committed, role), autocommit=True) as connection:
        for statement in STATEMENTS:
            try:
                connection.execute(statement)  # type: ignore[call-overload]
            except psycopg.Error:
                continue
    assert AuditEntry.objects.exclude(staff_id=None).count() == 3


@attack(31, patched("hutong.hotline.audit.chain.leaf_of", lambda _suite, _line: b"the same" * 4))
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET post_id = NULL WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 7)",
        "UPDATE audit_entry SET detail = '{}' WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 55)",
    ],
)
def test_what_the_owner_rewrites_is_found(kept_apart: None, log: None, statement: str) -> None:
    with logs.past_every_right():
        logs.do(statement)
        assert [line for line in logs.verify().wrong if "line 7 " in line or "line 55 " in line] != []
