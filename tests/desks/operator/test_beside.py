from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.kernel.ids import new_id
from tests import cast
from tests.clients import signed_in
from tests.desks.operator.sheets import child, hand_in, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()


def beside(client: Client, **typed_so_far: str) -> str:
    return client.post(reverse("operator:known"), typed_so_far).content.decode()


def test_a_number_shows_its_earlier_contacts_and_cases(client: Client) -> None:
    hand_in(client, typed(phone="13900001234", narrative="第一次打来", place=""))
    hand_in(client, typed(phone="13900009999", narrative="别人打来", place=""))
    region = beside(client, phone="１３９－００００－１２３４")
    assert "第一次打来" in region
    assert "同一号码" in region
    assert '<span class="count">2</span>' in region
    assert "别人打来" not in region


def test_a_child_and_a_place_show_cases_that_may_be_the_same(client: Client) -> None:
    hand_in(client, typed(narrative="小雨的事", place="莲湖区") | child())
    hand_in(client, typed(narrative="长安区的事", place="长安区"))
    by_child, by_place = beside(client, **{"children-0-name": "小雨"}), beside(client, place="长安区")
    assert "小雨的事" in by_child
    assert "同名儿童" in by_child
    assert "长安区的事" not in by_child
    assert "长安区的事" in by_place
    assert "同一地点" in by_place


def test_another_centres_history_is_not_shown(client: Client) -> None:
    hand_in(signed_in("qin"), typed(phone="13900001234", narrative="宝鸡的事", place="岐山县"))
    assert "宝鸡的事" not in beside(client, phone="13900001234", place="岐山县")


@pytest.mark.parametrize("typed_so_far", [{}, {"phone": "138"}, {"place": "莲"}, {"place": "没有"}, {"children-0-name": " "}])
def test_half_a_word_finds_nothing_and_breaks_nothing(client: Client, typed_so_far: dict[str, str]) -> None:
    hand_in(client, typed())
    assert "并入此案" not in beside(client, **typed_so_far)


def test_the_region_is_the_same_on_the_page_and_alone(client: Client) -> None:
    hand_in(client, typed(phone="13900001234"))
    draft_id = new_id()
    client.post(reverse("operator:draft", args=[draft_id]), typed(phone="13900001234", place="莲湖区"))
    page = client.get(reverse("operator:desk", query={"sheet": draft_id})).content.decode()
    assert beside(client, phone="13900001234", place="莲湖区").strip() in page


@pytest.mark.parametrize(
    ("text", "first", "among"),
    [
        ("", "陕西省西安市新城区", "陕西省西安市长安区"),
        ("长安", "陕西省西安市长安区", ""),
        ("西安 莲湖", "陕西省西安市莲湖区", ""),
        ("岐山", "陕西省宝鸡市岐山县", ""),
    ],
)
def test_places_to_pick_are_the_centres_own_first(client: Client, text: str, first: str, among: str) -> None:
    names = [name for name, _code in client.get(reverse("components:divisions"), {"q": text}).json()]
    assert names[0] == first
    assert not among or among in names


def test_offices_to_pick_are_those_of_the_centres_area(client: Client) -> None:
    def names(text: str) -> list[str]:
        return [name for name, _kind in client.get(reverse("components:offices"), {"q": text}).json()]

    assert names("教育") == ["莲湖区教育局"]
    assert names("岐山") == []


def fill(rows: int) -> None:
    client, post = signed_in(), cast.post("xu")
    for row in range(rows):
        hand_in(client, typed(phone="13900001234") | child())
        client.post(reverse("operator:draft", args=[new_id()]), typed(narrative=f"草稿 {row}"))
        contacts.receive(
            centre=post.office, channel="web", narrative="网页", idempotency_key=f"{row}-{new_id()}", by=None, at=datetime.now(UTC),
            reporter=ReporterFacts(phone="13900001234"),
        )  # fmt: skip


def queries_of_the_desk(rows: int) -> int:
    fill(rows)
    client, draft_id = signed_in(), new_id()
    client.post(reverse("operator:draft", args=[draft_id]), typed(phone="13900001234") | child())
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(reverse("operator:desk", query={"sheet": draft_id})).status_code == 200
    return len(caught)


def test_the_desk_asks_the_same_number_of_questions_however_much_there_is() -> None:
    few = queries_of_the_desk(1)
    assert queries_of_the_desk(4) == few
    assert few == 19
    assert Case.objects.count() == 5


def test_registering_asks_the_same_number_of_questions_however_much_there_is() -> None:
    counts = []
    for rows in (0, 3):
        fill(rows)
        client = signed_in()
        with CaptureQueriesContext(connection) as caught:
            assert hand_in(client, typed(phone="13900001234") | child()).status_code == 302
        counts.append(len(caught))
    assert counts[0] == counts[1]
