"""Sent twice, retried after a time-out, typed in again from paper: one contact, one case, nothing lost."""

import pytest
from django.urls import reverse

from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.ids import new_id
from tests.abuse.attack import attack, patched, sql
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.desks.operator.sheets import WORDS, hand_in, typed

NEW_EACH_TIME = (
    patched("hutong.hotline.contacts.queries.with_key", lambda *_all, **_more: None),
    patched("hutong.hotline.contacts.queries.with_slip", lambda *_all: None),
    sql(
        "DROP INDEX contact_idempotency; DROP INDEX contact_sender_idempotency; DROP INDEX contact_slip_once",
        undo="DELETE FROM contacts_reporter; DELETE FROM contacts_contact;"
        "CREATE UNIQUE INDEX contact_idempotency ON contacts_contact (centre_id, idempotency_key)"
        " WHERE (NOT (idempotency_key = '') AND sender_id IS NULL);"
        "CREATE UNIQUE INDEX contact_sender_idempotency ON contacts_contact (sender_id, idempotency_key) WHERE NOT (idempotency_key = '');"
        "CREATE UNIQUE INDEX contact_slip_once ON contacts_contact (centre_id, paper_slip) WHERE NOT (paper_slip = '')",
    ),
)
BODY = {"channel": "work_order", "narrative": WORDS, "place": "610104"}


@pytest.mark.django_db
@attack(48, *NEW_EACH_TIME)
def test_what_software_sends_again_under_its_key_is_one_contact() -> None:
    software = Software.of("shi")
    answers = [software.post("contacts", BODY, key="again").json()["id"] for _time in range(3)]  # type: ignore[attr-defined]

    assert (len(set(answers)), Contact.objects.count()) == (1, 1)


@pytest.mark.django_db
@attack(48, *NEW_EACH_TIME)
def test_a_sheet_that_is_handed_in_twice_is_one_case() -> None:
    client, draft_id = signed_in("xu"), new_id()
    for _time in range(2):
        hand_in(client, typed(), draft_id=draft_id)

    assert (Contact.objects.count(), Case.objects.count()) == (1, 1)
    assert client.get(reverse("cases:work")).status_code == 200
