"""What a post, an office, a wall and a report are, they are for good; what ended does not begin again, whoever writes what."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hutong.hotline.contacts.models import Contact
from hutong.hotline.network.models import Session
from hutong.hotline.retention.models import Erasure
from tests import cast
from tests.loop import contact

pytestmark = pytest.mark.django_db


def is_refused(statement: str, *given: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, given)
    except DatabaseError as error:
        return "hutong: " in str(error)
    return False


@pytest.mark.parametrize(
    "change",
    [
        "role = 'coordinator'",
        "office_id = (SELECT id FROM network_office WHERE code = 'xian')",
        "staff_id = (SELECT staff_id FROM network_post LIMIT 1)",
    ],
)
def test_a_post_is_nobody_elses_and_no_other_one(change: str) -> None:
    assert is_refused(f"UPDATE network_post SET {change} WHERE id = %s", cast.post("wang").pk)  # noqa: S608 constants


@pytest.mark.parametrize("table", ["network_post", "network_office"])
def test_what_ended_does_not_begin_again(table: str) -> None:
    which = cast.post("wang").pk if table == "network_post" else cast.office("lianhu-police").pk
    end = f"UPDATE {table} SET valid_to = CURRENT_DATE + %s WHERE id = %s"  # noqa: S608 constants
    assert not is_refused(end, 30, which)
    assert not is_refused(end, 60, which)  # it has not ended yet
    assert not is_refused(end, 0, which)
    assert is_refused(end, 1, which)
    assert is_refused(f"UPDATE {table} SET valid_to = NULL WHERE id = %s", which)  # noqa: S608 constants
    assert not is_refused(end, -1, which)


def test_an_office_becomes_no_other_kind() -> None:
    assert is_refused("UPDATE network_office SET kind = 'county_bureau' WHERE code = 'baoji'")
    assert is_refused("UPDATE network_office SET code = 'other' WHERE code = 'baoji'")


def test_a_wall_stays_a_wall() -> None:
    now = timezone.now()
    wall = Session.objects.create(staff=cast.post("xu").staff, begun_at=now, seen_at=now, proved_at=now, is_wall=True)
    assert is_refused("UPDATE network_session SET is_wall = false WHERE id = %s", wall.pk)


def test_what_was_told_stays_as_it_came_until_its_time_is_over() -> None:
    told = contact(outcome="answered")
    for change in ("narrative = '没有这回事'", "received_at = now()", "centre_id = (SELECT id FROM network_office WHERE code = 'baoji')"):
        assert is_refused(f"UPDATE contacts_contact SET {change} WHERE id = %s", told.pk)  # noqa: S608 constants
    Erasure.objects.create(kind="contact", row_id=told.pk, at=timezone.now())
    Contact.objects.filter(pk=told.pk).update(narrative="")
