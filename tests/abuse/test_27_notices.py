"""Attack 27: a message outside the house is read by whoever holds the telephone; so it names no child and no matter, and opens nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from hutong.hotline.cases.actions import recording
from hutong.hotline.notices import queries, timers
from hutong.hotline.notices.models import Delivery, Way
from hutong.hotline.notices.rules import Told
from hutong.hotline.people.models import Child
from tests.abuse.attack import attack, patched
from tests.abuse.marked import CHILD, HOUSE, PHONE, SCHOOL, found
from tests.cast import office, post
from tests.loop import START, WORDS, case_at

pytestmark = pytest.mark.django_db
WHERE = "https://12349.example"


def telling(delivery: Delivery, *, address: str, at: object) -> Told:
    """A notice as a helpful colleague might have written it."""
    case = delivery.notice.case if delivery.notice else None
    names = [link.child.name for link in case.child_links.all()] if case else []
    return Told(f"{case}", f"{names} {address}")


@attack(27, patched("hutong.hotline.notices.queries.told", telling))
def test_a_notice_goes_to_one_address_and_names_no_child_and_no_matter() -> None:
    ways = [
        Way.objects.create(office=office("lianhu"), name="局群", address="json://127.0.0.1:9/a", busy_until=START),
        Way.objects.create(staff=post("ma").staff, name="马兰", address="json://127.0.0.1:9/b", busy_until=START),
    ]
    case = case_at("acceptance", tier="I")
    recording.add_child(case.pk, child=Child.objects.create(name=CHILD, phone=PHONE, school=SCHOOL), by=post("zhou"), at=START)
    recording.correct(case.pk, by=post("zhou"), at=START, seen=None, title=case.title, place=case.place, place_text=HOUSE)
    timers.sweep(at=START + timedelta(hours=1))
    sent = Delivery.objects.filter(notice__case=case)
    assert {delivery.way for delivery in sent} == set(ways)
    for delivery in sent:
        assert delivery.way.address.count("://") == 1
        told = queries.told(delivery, address=f"{WHERE}/cases/{case.pk}", at=START)
        assert found([told.title, told.body], (CHILD, PHONE, SCHOOL, HOUSE, case.title, WORDS[:6], "小雨")) == set()
        for link in re.findall(rf"{WHERE}(\S+)", told.body):
            answer = Client().get(link, follow=True)
            assert case.number not in answer.content.decode()
