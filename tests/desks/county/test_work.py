"""The work list of who acts: what to do next, one button each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.assignments import actions as assignments
from tests.cast import office, post
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db


def shown(who: str, **headers: str) -> str:
    return signed_in(who).get(reverse("county:work"), headers=headers).content.decode()


@pytest.mark.parametrize(("stage", "who", "code"), [("acceptance", "ma", "accept"), ("handling", "wang", "report")])
def test_each_card_has_the_button_of_the_next_step(stage: str, who: str, code: str) -> None:
    case = case_at(stage)
    assert reverse("cases:act", args=[case.pk, code]) in shown(who)


def test_a_departments_part_is_taken_and_finished_from_its_card() -> None:
    case = case_at("handling")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=START, seen=None, text="请落实复学")
    assert reverse("cases:act", args=[case.pk, "accept_part"]) in shown("shi")
    assignments.accept_part(case.pk, by=post("shi"), at=START, seen=None)
    assert reverse("cases:act", args=[case.pk, "finish_part"]) in shown("shi")


def test_an_empty_list_says_that_new_work_comes_by_itself() -> None:
    assert "新交办的个案会自动出现在这里，不必刷新。" in shown("bai")


def test_the_list_alone_is_the_list_on_the_page() -> None:
    case_at("handling")
    assert "".join(shown("wang", **{"HX-Request": "true"}).split()) in "".join(shown("wang").split())


def test_it_asks_the_same_number_of_questions_however_much_there_is() -> None:
    counts = []
    for rows in (1, 3):
        for _row in range(rows):
            case_at("handling")
            asked = case_at("handling")
            assignments.assist(asked.pk, office=office("lianhu-police"), by=post("zhou"), at=START, seen=None, text="请协助")
        for who in ("wang", "jiang"):
            client = signed_in(who)
            with CaptureQueriesContext(connection) as caught:
                client.get(reverse("county:work"))
            counts.append(len(caught))
    assert counts[:2] == counts[2:]
