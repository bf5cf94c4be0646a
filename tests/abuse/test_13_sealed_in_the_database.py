"""Attack 13, where it is kept: whoever reads the tables past the platform finds no name, number or address in them."""

import pytest
from django.utils import timezone

from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.secrets.sealing import Key, Place, seal
from hutong.hotline.people.models import Child, Person
from tests.abuse.attack import attack, patched
from tests.abuse.marked import ADDRESS, CALLER, CHILD, HOUSE, IDENTITY, PEOPLE, PHONE, REPORTER, SCHOOL, SUSPECTED, found, stored
from tests.cast import post
from tests.loop import START, contact
from tests.talks import missed

pytestmark = pytest.mark.django_db


def plain_values(plain: bytes, *, key: Key, place: Place) -> bytes:
    """Nothing is sealed but the key of the row."""
    return seal(plain, key=key, place=place) if place.column == "row_key" else plain


@attack(13, patched("hutong.hotline.keys.fields.seal", plain_values))
def test_a_dump_of_the_database_names_nobody() -> None:
    told = contact(outcome="answered")
    told.place_text = HOUSE
    told.save()
    Reporter.objects.update_or_create(contact=told, defaults={"name": REPORTER, "phone": PHONE, "id_number": IDENTITY})
    Child.objects.create(name=CHILD, id_number=IDENTITY, phone=PHONE, address=ADDRESS, school=SCHOOL)
    Person.objects.create(name=SUSPECTED, phone=CALLER, address=ADDRESS)
    typed = {"name": [REPORTER], "phone": [PHONE], "place_text": [HOUSE], "children-0-name": [CHILD]}
    contacts.save_draft(new_id(), post=post("xu"), form="intake", fields=typed, version=1, at=START)
    missed(at=timezone.now(), caller=CALLER)
    assert (Call.objects.get().caller, CallBack.objects.get().number) == (CALLER, CALLER)
    rows = list(stored())
    assert found(rows, PEOPLE) == set()
    assert {mark for mark in PEOPLE if mark.encode().hex() in "\n".join(rows)} == set()
