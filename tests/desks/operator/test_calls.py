"""A call and its sheet: begun by the call, saved once, one contact."""

import pytest
from django.test import Client
from django.urls import reverse

from hutong.hotline.calls.models import Call
from hutong.hotline.contacts.models import Contact, Draft
from tests.clients import signed_in
from tests.desks.operator.sheets import hand_in, typed
from tests.desks.phone.playing import call_in, hang_up, open_line, ring, sit_down, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    open_line(mode="government_line", name="市 12345")
    return signed_in()


def sheet(client: Client, call: Call) -> str:
    """The address of the call's sheet."""
    answer = client.get(reverse("operator:call", args=[call.pk]))
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def saved(call: Call) -> Call:
    call.refresh_from_db()
    return call


def test_a_call_that_rings_has_its_sheet_with_number_time_place_and_way_in(client: Client) -> None:
    sit_down()
    call = call_in("09173262222")
    ring()
    page = client.get(sheet(client, call)).content.decode()
    for word in ('value="0917-3262222"', "陕西省宝鸡市", "市 12345", "12345 转来", f'name="call" value="{call.pk}"', "振铃"):
        assert word in page
    assert Draft.objects.get().fields["phone"] == ["0917-3262222"]


def test_the_sheet_is_begun_once_and_what_was_typed_stays(client: Client) -> None:
    call = talk()
    address = sheet(client, call)
    draft = Draft.objects.get()
    client.post(reverse("operator:draft", args=[draft.pk]), typed(narrative="孩子在哭", version="2", call=str(call.pk)))
    assert sheet(client, call) == address
    assert "孩子在哭</textarea>" in client.get(address).content.decode()


def test_saving_tells_the_call_its_contact_and_a_second_press_changes_nothing(client: Client) -> None:
    call = talk()
    sheet(client, call)
    draft = Draft.objects.get()
    for _ in range(2):
        assert hand_in(client, typed(phone="13900001234", call=str(call.pk)), draft_id=draft.pk).status_code == 302
    contact = Contact.objects.get()
    assert saved(call).contact == contact
    assert contact.link.case.calls.count() == 0, "the call is reached by its contact"
    page = client.get(reverse("cases:case", args=[contact.link.case_id])).content.decode()
    assert reverse("phone:call", args=[call.pk]) in page


def test_the_sheet_of_a_call_that_is_written_down_leads_to_the_call(client: Client) -> None:
    call = hang_up(talk())
    hand_in(client, typed(call=str(call.pk)))
    assert sheet(client, call) == reverse("phone:call", args=[call.pk])


def test_a_second_matter_of_the_same_call_is_a_contact_of_its_own(client: Client) -> None:
    call = talk()
    hand_in(client, typed(narrative="第一件", call=str(call.pk)))
    hand_in(client, typed(narrative="第二件", call=str(call.pk)))
    assert Contact.objects.count() == 2
    assert saved(call).contact == Contact.objects.get(narrative="第一件")


def test_an_untouched_sheet_goes_when_the_call_was_no_matter_of_ours(client: Client) -> None:
    call = hang_up(talk())
    sheet(client, call)
    client.post(reverse("phone:mark", args=[call.pk]), {"reason": "prank"})
    assert not Draft.objects.exists()
    assert saved(call).contact.not_a_case == "prank"  # type: ignore[union-attr]


def test_a_sheet_with_words_stays_when_the_call_was_marked(client: Client) -> None:
    call = hang_up(talk())
    sheet(client, call)
    draft = Draft.objects.get()
    client.post(reverse("operator:draft", args=[draft.pk]), typed(version="2", call=str(call.pk)))
    client.post(reverse("phone:mark", args=[call.pk]), {"reason": "prank"})
    assert Draft.objects.exists()


@pytest.mark.parametrize("name", ["", "x", "01a20000-0000-7000-8000-000000000000"])
def test_a_strange_call_on_a_sheet_loses_nothing(client: Client, name: str) -> None:
    assert hand_in(client, typed(call=name)).status_code == 302
    assert Contact.objects.exists()


def test_anothers_centres_call_has_no_sheet_here(client: Client) -> None:
    call = talk()
    other = signed_in("qin")
    assert other.get(reverse("operator:call", args=[call.pk])).status_code == 404
    assert other.get(reverse("operator:on_the_line", args=[call.pk])).status_code == 404
    hand_in(other, typed(place="岐山县", call=str(call.pk)))
    assert saved(call).contact is None


def test_the_region_of_the_call_is_the_same_on_the_page_and_alone(client: Client) -> None:
    call = talk()
    page = client.get(sheet(client, call)).content.decode()
    assert client.get(reverse("operator:on_the_line", args=[call.pk])).content.decode().strip() in page
