from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from hutong.desks.operator import queries
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import Case, Party, Recusal
from hutong.hotline.contacts.models import Contact, Draft, Reporter
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Child, Person
from tests import cast
from tests.clients import signed_in
from tests.desks.operator.sheets import WORDS, child, hand_in, party, typed
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()


def said(answer: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


def test_a_report_becomes_a_case_with_its_child_people_and_recusal(client: Client) -> None:
    sheet = typed(
        title="孩子夜里独自在家", place_text="环城西路 3 号", is_anonymous="no", name="刘桂芳", phone="１３９ ００００ １２３４",
        relation="邻居", wants_answer="phone", call_back="message_only", recusal_office="莲湖区教育局",
    )  # fmt: skip
    answer = hand_in(client, sheet | child(registered_division="岐山县") | party())
    assert answer.status_code == 302
    case = Case.objects.get()
    assert (case.title, case.tier, case.stage, case.call_back) == ("孩子夜里独自在家", "III", "assessment", "message_only")
    assert case.place_id == "610104"
    girl = Child.objects.get()
    assert (girl.name, girl.age, girl.present_division_id, girl.registered_division_id) == ("小雨", 7, "610104", "610323")
    assert Party.objects.get().relation == "继父"
    assert not Person.objects.get().tell_guardian
    assert Recusal.objects.get().office == cast.office("lianhu-education")
    contact = Contact.objects.get()
    assert contact.link.case == case  # type: ignore[attr-defined]
    assert (contact.reporter.name, contact.reporter.phone) == ("刘桂芳", "13900001234")
    assert case.number in said(answer)


def test_without_a_title_the_beginning_of_the_report_is_one(client: Client) -> None:
    hand_in(client, typed(narrative="第一行。\n第二行。"))
    assert Case.objects.get().title == "第一行"


def test_a_question_is_answered_on_the_spot(client: Client) -> None:
    hand_in(client, typed(answer="已告知材料和地址。"), "answered")
    assert Contact.objects.get().answer == "已告知材料和地址。"
    assert not Case.objects.exists()


@pytest.mark.parametrize("reason", ["silent", "prank", "wrong_number", "test", "other_business"])
def test_one_key_marks_what_is_no_case(client: Client, reason: str) -> None:
    answer = hand_in(client, typed(narrative="", tier="", place=""), reason)
    contact = Contact.objects.get()
    assert (contact.outcome, contact.not_a_case) == ("not_a_case", reason)
    assert contact.get_not_a_case_display() in said(answer)


@pytest.mark.parametrize("by_button", [True, False])
def test_a_report_is_added_to_a_case(client: Client, by_button: bool) -> None:
    hand_in(client, typed())
    case = Case.objects.get()
    if by_button:
        hand_in(client, typed(narrative="又听见哭声。") | child(), into=str(case.pk))
    else:
        hand_in(client, typed(narrative="又听见哭声。", into_number=f" {case.number.lower()} ") | child(), "case_added")
    assert set(case.contact_links.values_list("contact__outcome", flat=True)) == {"case_opened", "case_added"}
    assert case.child_links.get().child.name == "小雨"


def test_a_case_of_another_centre_is_not_there(client: Client) -> None:
    hand_in(signed_in("qin"), typed(place="岐山县"))
    answer = hand_in(client, typed(into_number=Case.objects.get().number), "case_added")
    assert answer.status_code == 422
    assert "没有这个个案" in answer.content.decode()


@pytest.mark.parametrize("by_button", [True, False])
def test_a_case_whose_words_were_erased_takes_no_report_up_and_is_not_offered(client: Client, by_button: bool) -> None:
    case = case_at("closed")
    with transaction.atomic(), door(case.pk, "erase", by=None, at=timezone.now()) as step:
        step.case.erased_at = timezone.now()
    given = {"into": str(case.pk)} if by_button else {"end": "case_added"}
    answer = hand_in(client, typed(into_number=case.number), **given)
    assert answer.status_code == 422
    assert "内容已按规定删除" in answer.content.decode()
    assert "另立新案" in answer.content.decode()
    recent = queries.known(cast.post("xu"), phone="13800001234", place="莲湖区", names=["小雨"], at=START)
    assert recent.same == []


def test_the_same_sheet_twice_is_one_case(client: Client) -> None:
    draft_id, sheet = new_id(), typed() | child()
    first, second = (hand_in(client, sheet, draft_id=draft_id) for _try in range(2))
    assert Case.objects.get().number in said(first)
    assert second.status_code == 302
    assert (Contact.objects.count(), Case.objects.count(), Child.objects.count()) == (1, 1, 1)


def test_a_changed_sheet_that_was_handed_in_already_is_refused_and_kept_on_the_page(client: Client) -> None:
    draft_id = new_id()
    hand_in(client, typed(), draft_id=draft_id)
    answer = hand_in(client, typed(narrative="改过的内容"), draft_id=draft_id)
    assert answer.status_code == 422
    assert "已经登记过了" in answer.content.decode()
    assert "改过的内容" in answer.content.decode()
    assert Case.objects.count() == 1


BAD: list[tuple[dict[str, Any], str]] = [
    ({"narrative": ""}, "请写下反映的内容"),
    ({"narrative": "护" * 20_001}, "20,001"),
    ({"tier": ""}, "请选择初步等级"),
    ({"place": "没有这个县"}, "没有叫“没有这个县”的行政区划"),
    ({"place": "999999"}, "没有代码为“999999”的行政区划"),
    ({"place": "陕西省"}, "请选到区县"),
    ({"received_at": "2026-13-45T10:00"}, "输入一个有效的日期/时间"),
    ({"received_at": "2999-01-01T10:00"}, "收到时间在现在之后"),
    ({"phone": "１３８１"}, "电话号码不完整"),
    ({"wants_answer": "phone"}, "请记下电话"),
    ({"name": "刘桂芳"}, "匿名报告不记姓名"),
    ({"is_anonymous": "no", "id_number": "12"}, "身份证号应为 18 位"),
    ({"recusal_office": "没有这个局"}, "没有叫“没有这个局”的机构"),
    (child(born_on="2031-01-01"), "出生日期在今天之后"),
    (child(born_on="2031-02-31"), "输入一个有效的日期"),
    (child(born_on="1990-01-01", age=""), "已满 18 周岁"),
    (child(age="40"), "已满 18 周岁"),
    (child(age="七"), "输入整数"),
    (child(id_number="123"), "身份证号应为 18 位"),
    (child(present_division="陕西省"), "请选到区县"),
    (party(phone="12"), "电话号码不完整"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD)
def test_what_cannot_be_is_said_and_all_that_was_typed_stays(client: Client, changes: dict[str, Any], sentence: str) -> None:
    draft_id = new_id()
    answer = hand_in(client, typed(place_text="环城西路 3 号") | changes, draft_id=draft_id)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "环城西路 3 号" in page
    assert all(value in page for value in changes.values() if len(value) > 1)
    assert not Contact.objects.exists()
    assert not Child.objects.exists()
    assert Draft.objects.get(pk=draft_id).fields["place_text"] == ["环城西路 3 号"]


def test_all_errors_are_said_at_once(client: Client) -> None:
    page = hand_in(client, typed(narrative="", tier="", phone="1") | child(age="40") | party(phone="12")).content.decode()
    for sentence in ("请写下反映的内容", "请选择初步等级", "电话号码不完整", "已满 18 周岁"):
        assert sentence in page


def test_children_are_not_lost_by_an_answer_on_the_spot(client: Client) -> None:
    answer = hand_in(client, typed(answer="已答") | child(), "answered")
    assert answer.status_code == 422
    assert "只有立案或并入个案才会保存" in answer.content.decode()


def test_a_row_that_was_taken_out_is_not_saved(client: Client) -> None:
    hand_in(client, typed() | child() | {"children-0-DELETE": "on"})
    assert Case.objects.exists()
    assert not Child.objects.exists()


def test_half_a_surrogate_is_left_out_and_said(client: Client) -> None:
    answer = hand_in(client, typed(narrative="孩子\ufffd在哭\x00"))
    assert Contact.objects.get().narrative == "孩子在哭"
    assert "1 处无法识别" in said(answer)


def test_a_wrong_check_digit_is_said_and_kept_as_not_verified(client: Client) -> None:
    answer = hand_in(client, typed() | child(id_number="６１０１０４２０１９１１２０００２１", age=""))
    assert not Child.objects.get().id_number_verified
    assert Child.objects.get().id_number == "610104201911200021"
    assert "儿童 1：身份证号校验位不符" in said(answer)
    assert "小雨" not in said(answer)  # it waits in a cookie


def test_twenty_thousand_characters_are_taken(client: Client) -> None:
    hand_in(client, typed(narrative="护" * 20_000))
    assert len(Contact.objects.get().narrative) == 20_000


def test_the_place_of_a_common_name_is_the_one_in_the_centres_own_area(client: Client) -> None:
    hand_in(client, typed(place="长安区"))
    assert Case.objects.get().place_id == "610116"


def test_the_reporter_is_nowhere_in_the_case(client: Client) -> None:
    hand_in(client, typed(is_anonymous="no", name="刘桂芳", phone="13900001234"))
    case = Case.objects.get()
    told = f"{case.title} {[(event.text, event.detail) for event in case.events.all()]}"
    assert "刘桂芳" not in told
    assert "13900001234" not in told
    assert Reporter.objects.get().name == "刘桂芳"


@pytest.mark.parametrize("username", ["wang", "ma", "song", "gao", "an"])
def test_only_those_who_take_reports_have_the_desk(username: str) -> None:
    assert signed_in(username).get("/operator/").status_code == 403


def test_words_of_the_sheet_are_never_markup(client: Client) -> None:
    page = hand_in(client, typed(narrative=f"<script>{WORDS}</script>", tier="")).content.decode()
    assert f"<script>{WORDS}" not in page
