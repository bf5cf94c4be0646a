import pytest
from django.urls import reverse

from hutong.hotline.contacts.models import Contact, Draft
from hutong.hotline.kernel.ids import new_id
from tests.clients import signed_in
from tests.desks.operator.sheets import WORDS, child, hand_in, typed

pytestmark = pytest.mark.django_db


def test_opening_the_desk_shows_the_newest_draft_as_it_was() -> None:
    client, draft_id = signed_in(), new_id()
    kept = client.post(
        reverse("operator:draft", args=[draft_id]), typed(phone="１３８", tier="I", version="4") | child(born_on="2031-02-31")
    )
    assert kept.status_code == 204
    answer = client.get(reverse("operator:desk"), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("operator:desk", query={"sheet": draft_id}), 302)]
    for value in (WORDS, "１３８", "小雨", "2031-02-31", 'name="version" value="4"'):
        assert value in page
    assert 'value="I" id="id_tier_0" checked' in page.replace("checked required", "checked")
    assert "aria-invalid" not in page


def test_the_address_of_a_sheet_shows_it_again() -> None:
    client, first, second = signed_in(), new_id(), new_id()
    for draft_id, words in ((first, "第一件"), (second, "第二件")):
        client.post(reverse("operator:draft", args=[draft_id]), typed(narrative=words))
    page = client.get(reverse("operator:desk", query={"sheet": first})).content.decode()
    assert "第一件</textarea>" in page
    assert reverse("operator:desk", query={"sheet": second}) in page


def test_an_older_draft_that_arrives_late_changes_nothing() -> None:
    client, draft_id = signed_in(), new_id()
    for version, words in (("9", "楼上孩子夜里哭"), ("8", "楼上")):
        client.post(reverse("operator:draft", args=[draft_id]), typed(narrative=words, version=version))
    assert Draft.objects.get().fields["narrative"] == ["楼上孩子夜里哭"]


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_strange_count_of_the_page_breaks_nothing(version: str) -> None:
    assert signed_in().post(reverse("operator:draft", args=[new_id()]), typed(version=version)).status_code == 204


def test_a_long_text_is_kept_as_a_draft_until_it_is_shortened() -> None:
    client, draft_id = signed_in(), new_id()
    client.post(reverse("operator:draft", args=[draft_id]), typed(narrative="护" * 30_000))
    assert "护" * 30_000 in client.get(reverse("operator:desk", query={"sheet": draft_id})).content.decode()


def test_anothers_draft_is_not_there() -> None:
    draft_id = new_id()
    signed_in("xu").post(reverse("operator:draft", args=[draft_id]), typed())
    other = signed_in("he")
    assert other.get(reverse("operator:desk", query={"sheet": draft_id})).status_code == 404
    assert other.post(reverse("operator:draft", args=[draft_id]), typed(narrative="改")).status_code == 404
    assert hand_in(other, typed(narrative="改"), draft_id=draft_id).status_code == 404
    other.post(reverse("operator:discard", args=[draft_id]))
    assert Draft.objects.get().fields["narrative"] == [WORDS]


def test_a_discarded_draft_is_gone() -> None:
    client, draft_id = signed_in(), new_id()
    client.post(reverse("operator:draft", args=[draft_id]), typed())
    client.post(reverse("operator:discard", args=[draft_id]))
    assert not Draft.objects.exists()


def test_a_saved_sheet_leaves_no_draft_and_a_late_one_is_not_kept() -> None:
    client, draft_id = signed_in(), new_id()
    client.post(reverse("operator:draft", args=[draft_id]), typed())
    hand_in(client, typed(), draft_id=draft_id)
    assert client.post(reverse("operator:draft", args=[draft_id]), typed(version="7")).status_code == 204
    assert not Draft.objects.exists()
    answer = client.get(reverse("operator:desk", query={"sheet": draft_id}), follow=True)
    assert "已经登记，不再显示" in answer.content.decode()
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("address", ["/operator/?sheet=1", "/operator/?sheet=", "/operator/contact/0190d0c5-0000-7000-8000-000000000000"])
def test_a_sheet_that_cannot_be_is_not_there(address: str) -> None:
    assert signed_in().get(address).status_code == 404
