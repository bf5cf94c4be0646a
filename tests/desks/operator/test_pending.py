from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import Contact, Draft
from hutong.hotline.network.models import Division
from tests import cast
from tests.clients import signed_in
from tests.desks.operator.sheets import child, typed

pytestmark = pytest.mark.django_db
FROM_THE_WEB = "网页上说隔壁孩子被锁在家里。"


@pytest.fixture
def waiting() -> Contact:
    contact, _created = contacts.receive(
        centre=cast.office("xian"), channel="web", narrative=FROM_THE_WEB, idempotency_key="w-1", by=None, at=datetime.now(UTC),
        place=Division.objects.get(code="610104"), reporter=ReporterFacts(phone="13900001234", relation="邻居"),
    )  # fmt: skip
    return contact


def settle(client: Client, waiting: Contact, end: str, **changes: Any) -> HttpResponse:
    sheet = typed(**changes)
    del sheet["narrative"], sheet["channel"]
    return client.post(reverse("operator:contact", args=[waiting.pk]), sheet | {"end": end})  # type: ignore[return-value]


def test_what_waits_is_on_every_desk_of_the_centre_with_its_clock(waiting: Contact) -> None:
    page = signed_in().get(reverse("operator:desk"), follow=True).content.decode()
    assert reverse("operator:contact", args=[waiting.pk]) in page
    assert "<case-clock" in page
    region = signed_in("he").get(reverse("operator:pending")).content.decode()
    assert reverse("operator:contact", args=[waiting.pk]) in region
    assert "没有" not in signed_in("qin").get(reverse("operator:pending")).content.decode()


def test_the_region_is_the_same_on_the_page_and_alone(waiting: Contact) -> None:
    client = signed_in()
    region = client.get(reverse("operator:pending")).content.decode()
    page = client.get(reverse("operator:desk"), follow=True).content.decode()
    assert without_time(region) in without_time(page)


def without_time(text: str) -> str:
    return text.split("<case-clock", maxsplit=1)[0].strip().removeprefix("\n")


def test_opening_it_fills_the_sheet_and_leaves_a_line_in_the_log(waiting: Contact) -> None:
    page = signed_in().get(reverse("operator:contact", args=[waiting.pk])).content.decode()
    for value in (FROM_THE_WEB, "13900001234", "邻居", "陕西省西安市莲湖区"):
        assert value in page
    assert AuditEntry.objects.filter(verb="looked", subject="contact", subject_id=waiting.pk, post_id=cast.post("xu").pk).count() == 1


def test_it_becomes_a_case(waiting: Contact) -> None:
    answer = settle(signed_in(), waiting, "case_opened", phone="13900001234", **child())
    assert answer.status_code == 302
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.narrative) == ("case_opened", FROM_THE_WEB)
    assert Case.objects.get().child_links.get().child.name == "小雨"


@pytest.mark.parametrize(("end", "outcome"), [("answered", "answered"), ("prank", "not_a_case")])
def test_it_is_answered_or_marked(waiting: Contact, end: str, outcome: str) -> None:
    assert settle(signed_in(), waiting, end, answer="已回电" if end == "answered" else "").status_code == 302
    waiting.refresh_from_db()
    assert waiting.outcome == outcome


def test_the_second_person_hears_who_was_first_and_keeps_what_they_typed(waiting: Contact) -> None:
    settle(signed_in("xu"), waiting, "answered", answer="已回电")
    answer = settle(signed_in("he"), waiting, "answered", answer="我也回了电")
    assert answer.status_code == 422
    assert "已由徐宁处理：当场答复" in answer.content.decode()
    assert "我也回了电" in answer.content.decode()
    back = signed_in("he").get(reverse("operator:contact", args=[waiting.pk]), follow=True)
    assert "已由徐宁处理" in back.content.decode()


def test_its_draft_is_the_writers_and_is_not_a_draft_of_a_new_sheet(waiting: Contact) -> None:
    client = signed_in()
    page = client.get(reverse("operator:contact", args=[waiting.pk])).content.decode()
    address = page.split('<draft-keeper data-url="')[1].split('"')[0]
    client.post(address, typed(answer="已回电，孩子"))
    assert "已回电，孩子" in client.get(reverse("operator:contact", args=[waiting.pk])).content.decode()
    assert client.get(reverse("operator:desk")).headers["Location"] != reverse("operator:desk", query={"sheet": Draft.objects.get().pk})
    settle(client, waiting, "answered", answer="已回电，孩子没事")
    client.post(address, typed(answer="迟到", version="9"))
    assert not Draft.objects.exists()


def test_another_centres_contact_is_not_there(waiting: Contact) -> None:
    assert signed_in("qin").get(reverse("operator:contact", args=[waiting.pk])).status_code == 404
    assert settle(signed_in("qin"), waiting, "prank").status_code == 404
