"""The province's board: what crosses prefectures, what is late below; every number opens its list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers
from hutong.hotline.cases.models import Case
from tests.cast import office, post
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=3)


def board(**headers: str) -> str:
    return signed_in("song").get(reverse("province:board"), headers=headers).content.decode()


def late() -> Case:
    case = case_at("handling", tier="I")
    timers.sweep(at=START + timedelta(days=9))
    return case


def test_a_transfer_across_prefectures_waits_on_the_board_until_it_is_received() -> None:
    case = case_at("handling")
    assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="去了岐山")
    assert "西安市12349热线中心 → 宝鸡市12349热线中心" in board()
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
    assert case.number in signed_in("song").get(reverse("province:cases", query={"what": "held"})).content.decode()


def test_what_is_late_below_is_on_the_board_and_in_the_list_of_its_number() -> None:
    case = late()
    assert case.number in board()
    listed = signed_in("song").get(reverse("province:cases", query={"what": "late", "centre": "xian"})).content.decode()
    assert case.number in listed
    other = signed_in("song").get(reverse("province:cases", query={"what": "open", "centre": "baoji"}))
    assert other.status_code == 404


def test_an_unknown_list_is_not_there_and_a_centre_has_no_board() -> None:
    assert signed_in("song").get(reverse("province:cases", query={"what": "?"})).status_code == 404
    assert signed_in("zhou").get(reverse("province:board")).status_code == 403


def test_the_board_alone_is_the_board_on_the_page() -> None:
    late()
    assert "".join(board(**{"HX-Request": "true"}).split()) in "".join(board().split())


def test_it_asks_the_same_number_of_questions_however_much_there_is() -> None:
    counts = []
    for rows in (1, 3):
        for _row in range(rows):
            late()
            case = case_at("dispatch")
            assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="去了岐山")
        client = signed_in("song")
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("province:board"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
