"""My work, by deadline; what waits for a word; what is watched; notices; search."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers
from hutong.hotline.cases.actions import judging, recording
from hutong.hotline.cases.models import Case, Notice
from tests.cast import office, post
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=3)


def titles(who: str, name: str = "", **headers: str) -> list[str]:
    """The titles on a list, in order."""
    shown = signed_in(who).get(reverse("cases:work", query={"list": name}), headers=headers).content.decode()
    return re.findall(r'class="row-link cut"[^>]*>([^<]+)<', shown)


def named(title: str, stage: str = "handling", tier: str = "III") -> Case:
    case = case_at(stage, tier=tier)
    recording.correct(case.pk, by=post("zhou"), at=LATER, seen=None, title=title, place=case.place)
    return Case.objects.get(pk=case.pk)


def test_my_work_is_what_waits_for_my_office_due_first() -> None:
    named("慢", "review"), named("急", "assessment", "I"), named("在县里", "handling"), named("已办结", "dispatch")
    assert titles("zhou", "own") == ["急", "已办结", "慢"]
    assert titles("zhou", "watched") == ["在县里"]
    assert titles("qin", "own") == []


def test_a_case_worker_sees_what_is_theirs_or_nobodys() -> None:
    case = named("王海的")
    assert titles("wang", "own") == ["王海的"]
    assignments.name_worker(case.pk, worker=post("ma"), by=post("ma"), at=LATER, seen=None)
    assert titles("wang", "own") == []
    assert titles("ma", "own") == ["王海的"]


def test_a_part_stands_on_the_list_of_the_office_that_was_asked() -> None:
    case = named("要复学")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=LATER, seen=None, text="请落实复学")
    assert titles("shi") == ["要复学"]
    assert titles("jiang") == []


def test_what_waits_for_a_word_stands_with_who_must_say_it() -> None:
    one, two, three = named("要延期"), named("要降级", tier="II"), named("要移送")
    assignments.ask_extension(one.pk, days=3, by=post("wang"), at=LATER, seen=None, text="等鉴定")
    judging.propose_lower(two.pk, tier="III", by=post("zhou"), at=LATER, seen=None, text="已安全")
    assignments.propose_transfer(three.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="去了岐山")
    assert titles("zhou", "decisions") == ["要延期"]
    assert titles("tan", "decisions") == ["要延期", "要降级"]
    assert titles("song", "decisions") == ["要移送"]
    assignments.settle_transfer(three.pk, by=post("song"), at=LATER, seen=None)
    assert titles("qin", "decisions") == ["要移送"]


def test_notices_stand_until_somebody_of_the_office_has_read_them() -> None:
    case = named("新交办", "acceptance")
    assert titles("ma", "notices") == ["新交办"]
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    assert titles("ma", "notices") == []
    named("又一件", "acceptance")
    signed_in("ma").post(reverse("cases:read"))
    assert titles("ma", "notices") == []
    assert {notice.read_by for notice in Notice.objects.filter(office=office("lianhu"))} == {post("wang"), post("ma")}


def row(case: Case) -> str:
    """What the list of its centre says of a case that is being handled."""
    shown = signed_in("zhou").get(reverse("cases:work", query={"list": "watched"})).content.decode()
    return next(each for each in shown.split('<li class="row-item">') if case.number in each)


def test_a_row_is_late_while_its_limit_now_running_is_and_was_late_afterwards() -> None:
    case = named("一件", "acceptance")
    assert "逾期" not in row(case)
    timers.sweep(at=START + timedelta(days=9))
    assert re.search(r'class="missed">.*逾期', row(case))
    assignments.accept(case.pk, by=post("wang"), at=START + timedelta(days=9), seen=None)
    assert ("曾逾期" in row(case), "missed" in row(case)) == (True, False)


def test_the_list_alone_is_the_list_on_the_page() -> None:
    named("一")
    client = signed_in("wang")
    whole, alone = (
        client.get(reverse("cases:work"), headers=headers).content.decode() for headers in ({}, {"HX-Request": "true"})
    )  # fmt: skip
    assert re.sub(r"\s+", "", alone) in re.sub(r"\s+", "", whole)


@pytest.mark.parametrize("name", ["own", "watched", "parts", "decisions", "notices"])
def test_each_list_asks_the_same_number_of_questions_however_much_there_is(name: str) -> None:
    counts = []
    for rows in (1, 3):
        for _row in range(rows):
            case = named("件", "review")
            handled = named("件")
            assignments.assist(handled.pk, office=office("lianhu-police"), by=post("zhou"), at=LATER, seen=None, text="请协助")
            assignments.ask_extension(handled.pk, days=3, by=post("wang"), at=LATER, seen=None, text="等鉴定")
            judging.propose_lower(case.pk, tier="IV", by=post("tan"), at=LATER, seen=None, text="已安全")
        client = signed_in("jiang" if name == "parts" else "zhou")
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("cases:work", query={"list": name})).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_search_shows_the_cases_and_how_many() -> None:
    named("小雨的事"), named("小雨的另一件事")
    shown = signed_in("zhou").post(reverse("cases:search"), {"q": "小雨"}, follow=True).content.decode()
    assert "找到 2 件" in shown
    assert "没有找到" in signed_in("zhou").post(reverse("cases:search"), {"q": "查无此词"}, follow=True).content.decode()
    assert "找到" not in signed_in("zhou").get(reverse("cases:search")).content.decode()
