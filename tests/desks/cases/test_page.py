"""The page of a case: for whoever may see it, at every stage, with every form that is offered."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries, rules
from hutong.hotline.cases.actions import recording, recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Child, Person
from tests.cast import PEOPLE, office, post
from tests.clients import ONCE, signed_in
from tests.loop import START, case_at, contact

pytestmark = pytest.mark.django_db


def page(who: str, case: Case) -> str:
    answer = signed_in(who).get(reverse("cases:case", args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_names_who_must_keep_away_an_office_or_a_person() -> None:
    case = case_at("dispatch")
    recusing.recuse(case.pk, office=office("qishan"), by=post("xu"), at=START, seen=None, text="亲属在该局工作")
    recusing.recuse(case.pk, staff=post("bai").staff, by=post("xu"), at=START, seen=None, text="当事人的亲属")
    shown = page("zhou", case)
    assert "<strong>岐山县民政局</strong>" in shown
    assert "<strong>白雪</strong>" in shown


@pytest.mark.parametrize("stage", rules.STAGES)
def test_at_every_stage_each_person_opens_the_page_and_every_form_that_is_offered(stage: str) -> None:
    case = case_at(stage)
    for who in PEOPLE:
        client = signed_in(who)
        if not queries.visible_to(post(who)).filter(pk=case.pk).exists():
            assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404
            continue
        assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
        for action, reason in queries.offers(case, post(who)):
            form = client.get(reverse("cases:act", args=[case.pk, action.code]), headers={"HX-Request": "true"})
            assert form.status_code == 200
            assert (reason is None) == ('type="submit"' in form.content.decode())


def test_a_case_that_one_may_not_see_answers_like_one_that_is_not_there() -> None:
    case, client = case_at("handling"), signed_in("bai")
    hidden, missing = (client.get(reverse("cases:case", args=[pk])) for pk in (case.pk, new_id()))
    assert hidden.status_code == missing.status_code == 404
    assert ONCE.sub("", hidden.content.decode()) == ONCE.sub("", missing.content.decode())
    assert AuditEntry.objects.filter(verb="refused").count() == 2


@pytest.mark.parametrize("name", ["top", "story", "file"])
def test_a_region_alone_is_the_region_on_the_page(name: str) -> None:
    case, client = case_at("review"), signed_in("zhou")
    whole = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    alone = client.get(reverse("cases:region", args=[case.pk, name])).content.decode()
    same = [re.sub(r"\s+|csrfmiddlewaretoken\" value=\"\w+|还剩 [^<]+|data-looks=\"\d+\"", "", text) for text in (alone, whole)]
    if name == "file":  # the second look counts one more
        same = [re.sub(r"谁看过.*", "", text) for text in same]
        assert same[0][:-40] in same[1]
    else:
        assert same[0] in same[1]


def test_each_look_is_recorded_and_the_case_shows_who_looked() -> None:
    case = case_at("handling")
    page("wang", case)
    page("zhou", case)
    assert AuditEntry.objects.filter(verb="looked", subject_id=case.pk).count() == 2
    assert "王海 · 莲湖区民政局" in page("song", case)


def test_the_reporter_is_for_the_centre_while_it_speaks_with_them() -> None:
    for stage, whole in (("assessment", True), ("handling", False), ("reply", True)):
        shown = page("xu", case_at(stage))
        assert ("13800001234" in shown, "138****1234" in shown) == (whole, not whole)
    case = case_at("handling")
    for who in ("wang", "ma", "song"):
        shown = page(who, case)
        assert "郑重" not in shown
        assert "138****1234" not in shown


def fill(case: Case, rows: int) -> None:
    for row in range(rows):
        recording.note(case.pk, by=post("zhou"), at=START, text=f"第 {row} 记")
        recording.add_child(case.pk, child=Child.objects.create(name=f"小{row}", present_division_id="610104"), by=post("zhou"), at=START)
        recording.add_party(
            case.pk, person=Person.objects.create(name=f"某{row}"), role="witness", relation="邻居", by=post("zhou"), at=START
        )
        recording.add_contact(case.pk, contact=contact(outcome="case_added"), by=post("xu"), at=START)
        page("song", case)


@pytest.mark.parametrize("who", ["zhou", "wang", "song"])
def test_the_page_asks_the_same_number_of_questions_however_much_there_is(who: str) -> None:
    case, counts = case_at("handling"), []
    fill(case, 1)
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=START, seen=None, text="复学")
    recusing.recuse(case.pk, staff=post("jiang").staff, by=post("xu"), at=START, seen=None, text="亲属")
    for _again in range(2):
        client = signed_in(who)
        client.get(reverse("cases:case", args=[case.pk]))  # reads its notices, says that somebody is here
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("cases:case", args=[case.pk]))
        counts.append(len(caught))
        fill(case, 3)
    assert counts[0] == counts[1]
    assert counts[0] == {"zhou": 48, "wang": 47, "song": 48}[who]  # who may hold a person asks for these holds


def test_a_long_story_is_shown_in_two_steps() -> None:
    case = case_at("handling")
    for row in range(65):
        recording.note(case.pk, by=post("zhou"), at=START, text=f"第 {row} 记")
    shown = page("zhou", case)
    assert "第 64 记" in shown
    assert "第 0 记" not in shown
    everything = signed_in("zhou").get(reverse("cases:story", args=[case.pk])).content.decode()
    assert "第 0 记" in everything


def test_who_may_look_but_has_no_place_on_a_case_is_told_so() -> None:
    case = case_at("handling")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=START, seen=None, text="复学")
    assignments.accept_part(case.pk, by=post("shi"), at=START, seen=None)
    assignments.finish_part(case.pk, by=post("shi"), at=START, seen=None, text="已复学")
    answer = signed_in("shi").post(reverse("cases:act", args=[case.pk, "note"]), {"text": "?"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "您的岗位不能做这一步。" in answer.content.decode()
