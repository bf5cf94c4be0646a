"""The province's board: places with their numbers, what waits for its word, the trend; every number opens its list."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers
from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import Role
from hutong.hotline.statistics.rules import MEASURES
from tests import network
from tests.cast import office, post
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=3)
NUMBER = r'<a class="(?:tile-)?figure" href="([^"]+)" title="[^"]+"><strong[^>]*>(?:<svg.*?</svg>)?([^<]+)</strong><span>([^<]+)</span>'


def board(who: str = "song", *, live: bool = False, **query: str) -> str:
    address = reverse("province:board", query=query or None)
    return signed_in(who).get(address, headers={"HX-Request": "true"} if live else {}).content.decode()


def listed(**query: str) -> str:
    return signed_in("song").get(reverse("province:cases", query=query)).content.decode()


def late() -> Case:
    case = case_at("handling", tier="I")
    timers.sweep(at=START + timedelta(days=9))
    return case


def recent() -> Case:
    """A case of these days, late at several steps and returned once."""
    start = timezone.now() - timedelta(days=3)
    case = case_at("acceptance", tier="I", at=start)
    timers.sweep(at=start + timedelta(hours=20))
    assignments.return_(case.pk, by=post("ma"), at=start + timedelta(hours=21), seen=None, text="不在本区")
    assignments.dispatch(case.pk, office=office("changan"), by=post("zhou"), at=start + timedelta(hours=22), seen=None)
    return case


def numbers(page: str) -> list[tuple[str, str, str]]:
    """The address, the value and the name of each number of a board that is not a share."""
    found = [(address.replace("&amp;", "&"), value.strip(), name) for address, value, name in re.findall(NUMBER, page)]
    return [each for each in found if "%" not in each[1] and each[1] != "—"]


def test_a_transfer_across_prefectures_waits_on_the_board_until_it_is_received() -> None:
    case = case_at("handling")
    assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="去了岐山")
    assert "西安市12349热线中心 → 宝鸡市12349热线中心" in board()
    assert case.title in listed(what="transfers")
    assignments.settle_transfer(case.pk, by=post("song"), at=LATER, seen=None)
    assert "待接收" in board()
    assignments.accept_transfer(case.pk, by=post("qin"), at=LATER, seen=None)
    assert "没有跨市移送" in board()


def test_a_second_return_waits_on_the_board() -> None:
    case = case_at("acceptance")
    assignments.return_(case.pk, by=post("ma"), at=LATER, seen=None, text="不在本区")
    assert "没有待裁定的退单" in board()
    assignments.dispatch(case.pk, office=office("changan"), by=post("zhou"), at=LATER, seen=None)
    assignments.return_(case.pk, by=post("cui"), at=LATER, seen=None, text="也不在")
    assert "没有待裁定的退单" not in board()
    assert case.number in listed(what="held")


def test_an_extension_of_a_case_that_the_centre_keeps_waits_on_the_board() -> None:
    case = case_at("dispatch")
    assignments.keep(case.pk, by=post("zhou"), at=LATER, seen=None)
    assert "没有待批的延期" in board()
    assignments.ask_extension(case.pk, days=3, by=post("zhou"), at=LATER, seen=None, text="等鉴定")
    assert "没有待批的延期" not in board()
    assert case.number in listed(what="extend")


def test_what_is_late_below_is_on_the_board_and_in_the_list_of_its_number() -> None:
    case = late()
    assert case.number in board()
    assert case.number in listed(what="late", by="prefecture", at="xian")
    assert case.number in listed(what="late", by="county", at="lianhu")
    assert case.number not in listed(what="open", by="prefecture", at="baoji")
    assert case.number not in listed(what="open", by="county", at="xian")  # the centre's own work


@pytest.mark.parametrize("by", ["prefecture", "county"])
def test_every_number_opens_a_list_of_as_many(by: str) -> None:
    recent(), late(), case_at("follow_up", at=timezone.now() - timedelta(days=1))
    shown, client = numbers(board(by=by)), signed_in("song")
    assert {name for _address, value, name in shown if value != "0"} >= {"在办", "逾期", "退单"}
    for address, value, name in shown:
        page = client.get(address).content.decode()
        assert re.search(r'<span class="count[^"]*">(\d+)</span></div>', page)[1] == value, (address, name)  # type: ignore[index]
        assert page.count('<li class="row-item">') == int(value)
        assert name in page


def test_a_share_says_what_went_well_and_opens_what_did_not() -> None:
    recent()
    shown = re.search(r'href="([^"]+what=overran[^"]+)" title="[^"]*"><strong>(\d+)%', board(by="prefecture"))
    assert shown
    ended, overran = (int(re.search(r"<h1>.*?</h1>.*?count[^>]*>(\d+)<", listed(what=name, by="prefecture", at="xian"), re.S)[1])  # type: ignore[index]
                      for name in ("ended", "overran"))  # fmt: skip
    assert ended > overran > 0
    assert int(shown[2]) == 100 * (ended - overran) // ended
    page = signed_in("song").get(shown[1].replace("&amp;", "&")).content.decode()
    assert "签收：逾期" in page
    assert 'aria-current="page">逾期的环节' in page


def test_the_days_of_the_trend_open_their_lists() -> None:
    recent()
    page, client = board(), signed_in("song")
    cells = re.findall(r'<td class="number"><a href="([^"]+)">(\d+)</a>', page)
    assert len(cells) == 90
    for address, value in cells:
        if value != "0":
            assert client.get(address.replace("&amp;", "&")).content.decode().count('<li class="row-item">') == int(value)
    assert sum(int(value) for address, value in cells if "missed" in address) == 1


def test_places_are_sorted_by_what_is_late_or_by_their_code() -> None:
    late()
    names = r'class="tile-name"[^>]*>([^<]+)<'
    assert re.findall(names, board(by="county")) == ["莲湖区", "长安区", "岐山县"]
    assert re.findall(names, board(by="county", at="xian", sort="place")) == ["莲湖区", "长安区"]
    assert re.findall(names, board(by="prefecture", sort="place")) == ["西安市", "宝鸡市"]
    assert re.findall(names, board(by="county", at="baoji")) == ["岐山县"]


def test_each_number_says_on_hover_what_it_counts() -> None:
    late()
    page = board()
    for name in ("open", "late", "returned", "reopened", "on_time", "satisfaction", "held", "extend", "transfers"):
        assert f'title="{MEASURES[name].meaning}"' in page
        if name not in ("on_time", "satisfaction"):
            assert str(MEASURES[name].meaning) in listed(what=name)


@pytest.mark.parametrize("query", [
    {"what": "?"}, {"what": "open", "by": "prefecture", "at": "nobody"}, {"what": "held", "by": "prefecture", "at": "xian"},
    {"what": "closed", "day": "2026-02-31"},
])  # fmt: skip
def test_an_unknown_list_is_not_there(query: dict[str, str]) -> None:
    assert signed_in("song").get(reverse("province:cases", query=query)).status_code == 404


def test_an_unknown_level_is_not_there_and_a_centre_has_no_board() -> None:
    for query in ({"by": "village"}, {"by": "province"}, {"by": "?", "at": "xian"}):
        assert signed_in("song").get(reverse("province:board", query=query)).status_code == 404
    assert signed_in("zhou").get(reverse("province:board")).status_code == 403


def test_the_ministry_goes_from_the_provinces_down_to_the_counties() -> None:
    network.post("bu", "卜文", Role.SUPERVISOR, "mca")
    late()
    names, ways = [], [reverse("province:board")]
    for _level in range(3):
        page = signed_in("bu").get(ways[-1].replace("&amp;", "&")).content.decode()
        names.append(re.findall(r'class="tile-name"[^>]*>([^<]+)<', page)[0])
        ways += re.findall(r'class="tile-name" href="([^"]+)"', page)[:1]
    assert names == ["陕西省", "西安市", "莲湖区"]
    assert signed_in("bu").get(reverse("province:board", query={"by": "county"})).status_code == 404  # of the whole country: too many


@pytest.mark.parametrize("query", [{}, {"by": "county"}, {"wall": "1"}])
def test_the_board_alone_is_the_board_on_the_page(query: dict[str, str]) -> None:
    late()
    still = re.compile(r"\s+|\d\d:\d\d:\d\d")
    assert still.sub("", board(live=True, **query)) in still.sub("", board(**query))


def test_a_wall_shows_numbers_and_nobody_by_name() -> None:
    case = late()
    page = board(wall="1")
    assert "西安市" in page
    assert case.title not in page
    assert case.number not in page
    assert "小雨" not in page
    assert not re.search(r"<a |<button|<form", page.split("<main")[1].split("</main>")[0])


@pytest.mark.parametrize("query", [{}, {"by": "county"}, {"wall": "1"}])
def test_it_asks_the_same_number_of_questions_however_much_there_is(query: dict[str, str]) -> None:
    counts = []
    for rows in (1, 3):
        for _row in range(rows):
            late(), recent()
            case = case_at("dispatch")
            assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="去了岐山")
        client = signed_in("song")
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("province:board", query=query))
        counts.append(len(caught))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["late", "transfers", "returned", "ended", "asked"])
def test_each_list_asks_the_same_number_of_questions_however_long_it_is(name: str) -> None:
    counts = []
    for rows in (1, 3):
        for _row in range(rows):
            late(), recent(), case_at("closed", at=timezone.now() - timedelta(days=2))
            case = case_at("dispatch")
            assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="去了岐山")
        client = signed_in("song")
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("province:cases", query={"what": name}))
        counts.append(len(caught))
    assert counts[0] == counts[1]
