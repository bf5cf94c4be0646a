"""Bulk changes and raw SQL cannot change a case in silence: the database itself asks for the line."""

from contextlib import closing, suppress

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from hutong.hotline.cases.models import Case, Event
from hutong.project.database import Addresses
from tests.abuse.attack import attack, sql
from tests.loop import case_at

ASIDE = sql("ALTER TABLE cases_case DISABLE TRIGGER USER", undo="ALTER TABLE cases_case ENABLE TRIGGER USER")


@attack(30, ASIDE)
@pytest.mark.parametrize("changes", [{"title": "改"}, {"title": "改", "version": 99}])
def test_a_bulk_change_that_leaves_no_event_does_not_commit(committed: Addresses, changes: dict[str, object]) -> None:
    case = case_at("handling")
    try:
        Case.objects.filter(pk=case.pk).update(**changes)
    except DatabaseError:
        connection.close()
    case.refresh_from_db()

    assert case.title != "改"


@attack(30, ASIDE)
def test_nor_does_a_statement_that_somebody_types(committed: Addresses) -> None:
    case = case_at("handling")
    with suppress(psycopg.Error), closing(psycopg.connect(committed.work)) as shell:
        shell.execute("UPDATE cases_case SET title = '改', version = version + 1 WHERE id = %s", [case.pk])
        shell.commit()
    case.refresh_from_db()

    assert case.title != "改"


@attack(30, sql("ALTER TABLE audit_entry DISABLE TRIGGER audit_waits", undo="ALTER TABLE audit_entry ENABLE TRIGGER audit_waits"))
def test_a_line_that_is_written_past_the_verbs_is_sealed_like_every_other(committed: Addresses) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_entry (id, at, verb, subject, detail) VALUES (gen_random_uuid(), now(), 'looked', 'case', '{}')")
        cursor.execute("SELECT count(*) FROM audit_waiting")
        assert cursor.fetchone() == (1,)
    assert not Event.objects.exists()
