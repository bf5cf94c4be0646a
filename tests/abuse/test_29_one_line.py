"""Each look and each refusal writes one line, in the same transaction; where the line cannot be written, nothing is shown."""

from contextlib import suppress

import pytest
from django.db import DatabaseError
from django.urls import reverse

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.ids import new_id
from hutong.project.database import Addresses
from tests.abuse.attack import as_owner, attack, patched
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import case_at

SILENT = patched("hutong.hotline.audit.actions.record", lambda *_args, **_more: None)


def lines(verb: str) -> int:
    return AuditEntry.objects.filter(verb=verb).count()


@pytest.mark.django_db
@attack(29, SILENT)
def test_a_look_and_a_refusal_are_one_line_each() -> None:
    case = case_at("handling")
    address = reverse("cases:case", args=[case.pk])
    signed_in("zhou").get(address)
    Software.of("zhou").get(f"cases/{case.pk}")
    signed_in("bai").get(address)
    signed_in("bai").get(reverse("cases:case", args=[new_id()]))

    assert (lines("looked"), lines("refused")) == (2, 2)


@attack(29, SILENT)
def test_where_the_log_is_dead_nothing_is_shown(committed: Addresses) -> None:
    case, client, shown = case_at("handling"), signed_in("zhou"), b""
    as_owner(committed, "CREATE TRIGGER dead BEFORE INSERT ON audit_entry EXECUTE FUNCTION hutong_refuse_change()")
    try:
        with suppress(DatabaseError):
            shown = client.get(reverse("cases:case", args=[case.pk])).content
    finally:
        as_owner(committed, "DROP TRIGGER dead ON audit_entry")
    assert case.number.encode() not in shown
