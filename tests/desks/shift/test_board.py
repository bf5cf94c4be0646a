"""The shift's board; every number opens its list; a wall shows nobody by name."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.cases import timers
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from tests.cast import office
from tests.clients import signed_in
from tests.loop import case_at, opened

pytestmark = pytest.mark.django_db
NUMBER = r'<a class="figure" href="([^"]+)" title="([^"]+)"><strong[^>]*>(\d+)</strong><span>([^<]+)</span>'


def board(who: str = "lu", *, live: bool = False, **query: str) -> str:
    address = reverse("shift:board", query=query or None)
    return signed_in(who).get(address, headers={"HX-Request": "true"} if live else {}).content.decode()


def busy() -> Case:
    """Something of everything, now."""
    now = timezone.now()
    for channel in ("web", "wechat"):
        Contact.objects.create(
            centre=office("xian"),
            channel=channel,
            received_at=now,
            narrative="孩子走失",
            outcome="pending",
            due_at=now + timedelta(minutes=5),
        )
    opened(tier="I", at=now - timedelta(minutes=9))
    opened(tier="I", at=now - timedelta(minutes=30))
    timers.sweep(at=now)
    return case_at("handling", at=now - timedelta(hours=1))


def test_every_number_opens_a_list_of_as_many_and_says_what_it_counts() -> None:
    busy()
    client = signed_in("lu")
    shown = re.findall(NUMBER, board())
    assert [(name, int(value)) for _address, _meaning, value, name in shown] == [
        ("待处理来访", 2), ("无人处理", 2), ("快到期", 1), ("今日逾期", 1), ("在岗", 1),
    ]  # fmt: skip
    for address, meaning, value, _name in shown:
        page = client.get(address).content.decode()
        assert page.count('<li class="row-item">') == int(value)
        assert meaning in page


def test_the_bar_counts_orders_and_nothing_of_the_board() -> None:
    busy()
    assert '<span class="count"><span class="visually-hidden">等待本机构处理' not in board()


def test_a_channel_opens_its_own_list() -> None:
    busy()
    client = signed_in("lu")
    channels = re.findall(r'<li><a href="([^"]+channel=[^"]+)"><strong>(\d+)</strong> ([^<]+)</a>', board())
    assert [(name, int(count)) for _address, count, name in channels] == [("电话", 0), ("网页", 1), ("微信", 1)]
    for address, count, _name in channels:
        page = client.get(address.replace("&amp;", "&")).content.decode()
        assert page.count('<li class="row-item">') == int(count)


def test_what_was_missed_says_who_was_told_and_whether_they_read_it() -> None:
    busy()
    assert "已报：陕西省民政厅（未读）、西安市12349热线中心（未读）" in board()
    signed_in("zhou").post(reverse("cases:read"))
    assert "陕西省民政厅（未读）、西安市12349热线中心（已读）" in board()


def test_an_empty_board_says_so() -> None:
    page = board()
    for words in ("都有人接手了", "没有快到期的", "今天没有逾期"):
        assert words in page
    assert "这里什么也没有" in signed_in("lu").get(reverse("shift:list", query={"what": "low"})).content.decode()


@pytest.mark.parametrize(("who", "status"), [("xu", 200), ("lu", 200), ("zhou", 200), ("ma", 403), ("song", 403), ("gao", 403)])
def test_it_is_for_the_people_of_a_centre(who: str, status: int) -> None:
    for name in ("shift:board", "shift:list"):
        assert signed_in(who).get(reverse(name, query={"what": "low"})).status_code == status


def test_another_centre_sees_nothing_of_it() -> None:
    busy()
    assert {int(value) for _address, _meaning, value, name in re.findall(NUMBER, board("qin")) if name != "在岗"} == {0}


@pytest.mark.parametrize("query", [{"what": "?"}, {}, {"what": "waiting", "channel": "pigeon"}])
def test_an_unknown_list_is_not_there(query: dict[str, str]) -> None:
    assert signed_in("lu").get(reverse("shift:list", query=query)).status_code == 404


@pytest.mark.parametrize("query", [{}, {"wall": "1"}])
def test_the_board_alone_is_the_board_on_the_page(query: dict[str, str]) -> None:
    busy()
    still = re.compile(r"\s+|\d\d:\d\d:\d\d|(还剩|已超)[^<]*")
    assert still.sub("", board(live=True, **query)) in still.sub("", board(**query))


def test_a_wall_shows_numbers_and_nobody_by_name() -> None:
    case = busy()
    page = board(wall="1").split("<main")[1].split("</main>")[0]
    assert "待处理来访" in page
    for secret in (case.title, case.number, "小雨", "孩子走失", "陆远"):
        assert secret not in page
    assert not re.search(r"<a |<button|<form", page)


@pytest.mark.parametrize("address", ["shift:board", "shift:list"])
@pytest.mark.parametrize("what", ["waiting", "untouched", "low", "missed_today", "at_work"])
def test_it_asks_the_same_number_of_questions_however_much_there_is(address: str, what: str) -> None:
    counts = []
    for rows in (1, 3):
        for _row in range(rows):
            busy()
        client = signed_in("lu")
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse(address, query={"what": what}))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_who_only_has_a_page_open_is_not_at_work() -> None:
    client = signed_in("he")
    minutes_ago = timezone.now() - timedelta(minutes=4)
    from hutong.hotline.network.models import Seen

    Seen.objects.update(at=minutes_ago)
    client.get(reverse("shift:board"), headers={"HX-Request": "true"})
    assert Seen.objects.get().at == minutes_ago
    client.get(reverse("shift:board"))
    assert Seen.objects.get().at > minutes_ago
