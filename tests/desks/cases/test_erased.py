"""The page of an erased case says what was erased, when and by which rule, and offers nothing that would be refused."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.cases import queries
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people.models import Child, Person
from hutong.hotline.recordings import rules as listening
from hutong.hotline.recordings.actions import grant
from hutong.hotline.recordings.models import Play, Recording
from hutong.hotline.retention.rules import ERASED
from tests import cast
from tests.clients import signed_in
from tests.hotline.retention.test_erasing import LATER, closed_case, sweep
from tests.loop import START, case_at
from tests.talks import a_call, kept

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r'(?:href|hx-get|hx-post|action)="(/[^"]+)"')


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = closed_case()
    kept(a_call(case=case), tmp_path)
    sweep(LATER)
    case.refresh_from_db()
    return case


def page(client: Client, case: Case) -> str:
    answer = client.get(reverse("cases:case", args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_nobody_is_offered_what_would_be_refused(case: Case) -> None:
    seers = [who for who in cast.PEOPLE if queries.visible_to(cast.post(who)).filter(pk=case.pk).exists()]
    assert {"zhou", "lu", "wang", "song", "xu"} <= set(seers)
    for who in seers:
        client = signed_in(who)
        found = {address.partition("?")[0] for address in ADDRESS.findall(page(client, case))}
        own = {address.removeprefix(f"/cases/{case.pk}/") for address in found if str(case.pk) in address}
        assert own <= {"archive", "here", "region/top", "region/story", "region/file", "story"}, who
        for address in found - {f"/cases/{case.pk}/here"}:
            assert client.get(address, follow=True).status_code == 200, (who, address)


def test_it_says_what_was_erased_when_by_which_rule_and_what_still_stands(case: Case) -> None:
    told = words(page(signed_in("zhou"), case))
    for said in (
        "本案保存期限已满，内容已按规定删除",
        "个案卷宗 已删除 2042年9月14日",
        "期限：个案办结；且案中儿童都已满二十一周岁 · 120 个月",
        "依据：心理援助热线技术指南；民法典第一百八十八条",
        "儿童资料 已删除",
        "来访记录与报告人 已删除",
        "通话录音 还在",
        "还留着：编号、等级、类别、办结结果，谁在何时做了什么",
    ):
        assert said in told
    for untrue in ("姓名不详", "未评估", "报告人身份与个案分开保存", "处置方案"):
        assert untrue not in told


def test_of_a_child_with_another_case_it_says_that_the_data_stand_there(tmp_path: Path) -> None:
    case = closed_case()
    other = case_at("handling")
    other.child_links.update(child=case.child_links.get().child)
    sweep(LATER)
    case.refresh_from_db()
    assert Child.objects.filter(pk=case.child_links.get().child_id).exclude(row_key=b"").exists()
    shown = page(signed_in("zhou"), case)
    assert "儿童资料 还在" in words(shown)
    assert "小雨" not in shown
    assert reverse("cases:case", args=[other.pk]) in shown


def test_it_asks_the_same_number_of_questions_however_much_there_was(tmp_path: Path) -> None:
    counts = []
    for rows in (1, 4):
        case = closed_case()
        for row in range(rows):
            case.child_links.create(child=Child.objects.create(name=f"小{row}", born_on=START.date() - timedelta(days=3000)))
            case.parties.create(person=Person.objects.create(name=f"某{row}"), role="witness", relation="邻居")
        kept(a_call(case=case), tmp_path)
        sweep(LATER)
        client = signed_in("zhou")
        page(client, case)
        with CaptureQueriesContext(connection) as caught:
            assert "已删除" in page(client, case)
        counts.append(len(caught))
    assert counts[0] == counts[1]


# --- a recording that outlives the words


@pytest.fixture
def recording(case: Case) -> Recording:
    return Recording.objects.get(case=case)


def test_it_is_heard_for_a_purpose_and_no_words_are_asked_for(recording: Recording) -> None:
    client, there = signed_in("lu"), reverse("recordings:ask", args=[recording.pk])
    asked = client.get(there).content.decode()
    assert "录音到期前仍可收听，但不能再写文字" in asked
    assert ('name="text"' in asked, 'value="other"' in asked) == (False, False)
    assert client.post(there, {"purpose": "evidence"}).status_code == 302
    assert (Play.objects.get().purpose, Play.objects.get().text) == ("evidence", "")


@pytest.mark.parametrize(
    "typed", [{"purpose": "evidence", "text": "小雨的案子"}, {"purpose": "other", "text": "小雨的案子"}, {"purpose": "other"}]
)
def test_what_was_typed_all_the_same_is_refused_kindly_and_still_there(recording: Recording, typed: dict[str, str]) -> None:
    answer = signed_in("lu").post(reverse("recordings:ask", args=[recording.pk]), typed)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert str(listening.NO_WORDS.sentence) in told
    assert "写在新立的个案里" in told
    assert typed.get("text", "") in told
    assert not Play.objects.exists()


def test_the_database_takes_up_no_words_of_it_either(recording: Recording) -> None:
    said = {"recording": recording, "post": cast.post("lu"), "purpose": "evidence", "at": LATER, "until": LATER + timedelta(minutes=15)}
    with pytest.raises(DatabaseError, match="is erased"), transaction.atomic():
        Play.objects.create(**said, text="小雨的案子")
    Play.objects.create(**said)


def test_words_typed_while_the_case_was_being_erased_go_with_it_or_are_refused(tmp_path: Path) -> None:
    case = closed_case()
    recording = kept(a_call(case=case), tmp_path)
    listening_to(recording, "小雨的案子")
    sweep(LATER)
    assert Play.objects.get().text == ERASED
    with pytest.raises(Refusal):
        listening_to(recording, "小雨的案子")  # what this row said of its case was read before


def listening_to(recording: Recording, text: str) -> None:
    grant(recording, by=cast.post("lu"), at=LATER, purpose="evidence", text=text)
