"""The alert in the frame: for whom, on every page, until somebody of the office has confirmed; and what the case shows of it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.cases.actions import recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.notices import timers
from hutong.hotline.notices.models import Acknowledgement
from tests.cast import office, post
from tests.clients import bare, signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
ALERTS = reverse("notices:alerts")
WORK = reverse("cases:work")


def urgent(tier: str = "I") -> Case:
    """A case that Lianhu has just been given."""
    case = case_at("acceptance", tier=tier)
    timers.sweep(at=START)
    return case


def alert(who: str, address: str = WORK) -> list[str]:
    """The numbers of the cases that the alert of a page names."""
    shown = signed_in(who).get(address, follow=True).content.decode()
    return re.findall(r'class="alert">.*?<span class="nowrap">([^<]+)<', shown, re.DOTALL)


def test_it_is_on_every_page_of_the_office_that_was_told_and_of_no_other() -> None:
    case = urgent()
    assert alert("wang") == alert("ma", reverse("cases:search")) == alert("ma", reverse("notices:own")) == alert("song") == [case.number]
    assert alert("zhou") == alert("bai") == alert("gao", reverse("office:index")) == []
    urgent("II")
    assert alert("wang") == [case.number]


def test_the_button_ends_it_for_the_whole_office() -> None:
    case = urgent()
    answer = signed_in("wang").post(reverse("notices:acknowledge", args=[case.pk]), headers={"HX-Request": "true"})
    assert answer.content.decode().strip() == ""
    assert alert("ma") == []
    assert Acknowledgement.objects.get(office__code="lianhu").by == post("wang")
    assert alert("song") == [case.number]


def test_without_scripts_the_button_leads_home() -> None:
    case = urgent()
    assert signed_in("wang").post(reverse("notices:acknowledge", args=[case.pk])).headers["Location"] == reverse("home")


def test_opening_the_case_confirms_it() -> None:
    case = urgent()
    assert alert("wang", reverse("cases:case", args=[case.pk])) == []
    assert Acknowledgement.objects.get(office__code="lianhu").by == post("wang")


def test_marking_all_notices_as_read_confirms_nothing() -> None:
    case = urgent()
    signed_in("wang").post(reverse("cases:read"))
    assert alert("wang") == [case.number]


def test_who_must_keep_away_neither_sees_nor_confirms() -> None:
    case = urgent()
    recusing.recuse(case.pk, staff=post("ma").staff, by=post("xu"), at=START, seen=None, text="亲属")
    assert alert("ma") == []
    assert signed_in("ma").post(reverse("notices:acknowledge", args=[case.pk])).status_code == 404
    assert signed_in("bai").post(reverse("notices:acknowledge", args=[case.pk])).status_code == 404
    assert Acknowledgement.objects.get(office__code="lianhu").by is None


def test_who_is_called_in_the_place_of_others_reads_it_so() -> None:
    case = urgent()
    timers.sweep(at=START + timedelta(minutes=35))
    words = "五分钟内无人确认，请您确认"
    assert words in signed_in("ma").get(ALERTS).content.decode()
    assert words not in signed_in("wang").get(ALERTS).content.decode()
    assert f"请{post('ma').staff.name}确认" in signed_in("wang").get(f"{WORK}?list=notices").content.decode()
    case.refresh_from_db()


def test_the_case_shows_who_was_told_who_has_not_confirmed_and_who_was_told_then() -> None:
    case = urgent()
    for minutes in (35, 40):
        timers.sweep(at=START + timedelta(minutes=minutes))
    shown = re.sub(r"<[^>]+>", "", signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode())
    for words in ("已通知莲湖区民政局，未确认", "另通知马兰", "已报西安市12349热线中心", "特急通知无人确认，已另行通知"):
        assert words in shown
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    shown = re.sub(r"<[^>]+>", "", signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode())
    assert "已通知莲湖区民政局，未确认" not in shown
    assert "王海已确认" in shown


def test_more_than_three_are_counted_and_a_page_asks_no_more_for_them() -> None:
    counts = []
    for number in (1, 5):
        for _each in range(number):
            urgent()
        client = signed_in("wang")
        with CaptureQueriesContext(connection) as caught:
            shown = client.get(ALERTS).content.decode()
        counts.append(len(caught))
    assert (shown.count('<div class="alert">'), "另有 3 件特急待确认" in shown) == (3, True)
    assert counts[0] == counts[1]


def test_the_region_alone_is_the_region_on_the_page() -> None:
    urgent()
    client = signed_in("wang")
    page, region = (client.get(each).content.decode() for each in (WORK, ALERTS))
    assert bare(region) in bare(page)


def test_an_office_is_asked_once_however_many_of_its_people_look() -> None:
    case = urgent()
    for who in ("wang", "ma"):
        signed_in(who).get(reverse("cases:case", args=[case.pk]))
    assert [each.by for each in Acknowledgement.objects.filter(office=office("lianhu"))] == [post("wang")]
