"""Handing in the form of an action: done once, refused in words, nothing lost."""

import pytest
from django.urls import reverse

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case, Event, Party, Recusal
from hutong.hotline.contacts.models import Draft
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Child, Person
from tests.cast import office, post
from tests.clients import signed_in
from tests.desks.cases.deeds import act, did
from tests.loop import START, case_at, opened
from tests.rulebooks import in_force

pytestmark = pytest.mark.django_db

ONWARD = [
    ("assessment", "zhou", "assess", {"tier": "II", "category": "hardship", "phase": "emergency", "place": "莲湖区", "text": "上门"}),
    ("dispatch", "zhou", "dispatch", {"office": "lianhu", "text": ""}),
    ("dispatch", "zhou", "keep", {}),
    ("acceptance", "ma", "accept", {"worker": "wang"}),
    ("acceptance", "ma", "return", {"text": "不在本区"}),
    ("handling", "wang", "report", {"child_state": "safe", "text": "已上门"}),
    ("review", "zhou", "approve", {}),
    ("review", "zhou", "send_back", {"text": "补充就学情况"}),
    ("reply", "he", "answer", {"outcome": "answered", "text": "已告知"}),
    ("reply", "he", "not_reached", {}),
    ("follow_up", "he", "close", {"is_safe": "yes", "is_solved": "yes", "satisfaction": "satisfied", "text": "外婆照料"}),
    ("follow_up", "he", "reassess", {"is_safe": "no", "is_solved": "no", "satisfaction": "not_asked", "text": "又独自在家"}),
    ("closed", "zhou", "reopen", {"text": "再次来电"}),
    ("handling", "ma", "name_worker", {"worker": "wang"}),
    ("handling", "wang", "ask_extension", {"days": "5", "text": "等鉴定"}),
    ("handling", "zhou", "refer", {"office": "lianhu-education", "text": "复学"}),
    ("handling", "wang", "assist", {"office": "lianhu-police", "text": "一起上门"}),
    ("handling", "wang", "consult", {"office": "lianhu-police", "text": "怎样取证"}),
    ("handling", "wang", "propose_transfer", {"office": "changan", "text": "搬走了"}),
    ("handling", "wang", "raise_tier", {"tier": "I", "text": "受伤"}),
    ("handling", "zhou", "propose_lower", {"tier": "IV", "text": "已安全"}),
    ("handling", "xu", "set_call_back", {"call_back": "not_at_all", "text": "父亲查手机"}),
    ("handling", "wang", "set_phase", {"phase": "emergency", "text": "有危险"}),
    ("handling", "wang", "correct", {"title": "新事由", "place": "长安区", "place_text": "三单元"}),
    ("handling", "wang", "note", {"text": "已电话联系"}),
    ("handling", "xu", "recuse", {"office": "莲湖区教育局", "staff": "", "text": "被反映人在该局"}),
    ("handling", "xu", "recuse", {"office": "", "staff": "jiang", "text": "亲属"}),
]  # fmt: skip


def typed(fields: dict[str, str]) -> dict[str, str]:
    """The fields as a browser sends them: rows by their ids."""
    rows = dict(fields)
    if "worker" in rows:
        rows["worker"] = str(post(rows["worker"]).pk)
    if rows.get("office", "").isascii() and rows.get("office"):
        rows["office"] = str(office(rows["office"]).pk)
    return rows


@pytest.mark.parametrize(("stage", "who", "code", "fields"), ONWARD, ids=[f"{row[1]}-{row[2]}" for row in ONWARD])
def test_the_form_of_an_action_does_the_action(stage: str, who: str, code: str, fields: dict[str, str]) -> None:
    case = case_at(stage)
    assert did(act(who, case, code, **typed(fields)))
    event = case.events.order_by("-seq")[0]
    assert (event.action, event.by) == (code, post(who))
    assert event.text == fields.get("text", "")


def test_without_scripts_the_form_is_a_page_and_leads_back_to_the_case() -> None:
    case = case_at("handling")
    address = reverse("cases:act", args=[case.pk, "note"])
    assert "<html" in signed_in("wang").get(address).content.decode()
    answer = act("wang", case, "note", htmx=False, text="已到现场")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("cases:case", args=[case.pk]))


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays() -> None:
    case = case_at("handling")
    answer = act("wang", case, "report", text="已上门，孩子在外婆家")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "已上门，孩子在外婆家" in shown
    assert 'aria-invalid="true"' in shown
    answer = act("wang", case, "report", child_state="safe", text=" ")
    assert answer.status_code == 422
    assert "请写明：做了什么，结果怎样。" in answer.content.decode()


def test_a_stale_form_is_answered_with_what_changed_and_goes_through_when_handed_in_again() -> None:
    case = case_at("review")
    recording.note(case.pk, by=post("xu"), at=START, text="报告人又来电，孩子受伤了")
    answer = act("zhou", case, "approve", seen=case.version, text="同意")
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "报告人又来电，孩子受伤了" in shown
    assert "同意</textarea>" in shown
    assert f'name="seen" value="{case.version + 1}"' in shown
    assert did(act("zhou", case, "approve", seen=case.version + 1, text="同意"))


def test_the_same_form_twice_is_one_note() -> None:
    case, once = case_at("handling"), new_id()
    assert did(act("wang", case, "note", once=once, text="已到现场"))
    assert did(act("wang", case, "note", once=once, text="已到现场"))
    assert Event.objects.filter(case=case, action="note").count() == 1


def test_the_same_form_twice_is_one_deed() -> None:
    case = case_at("acceptance")
    assert did(act("ma", case, "accept", seen=case.version, worker=str(post("wang").pk)))
    again = act("ma", case, "accept", seen=case.version, worker=str(post("wang").pk))
    assert again.status_code == 409
    assert case.events.filter(action="accept").count() == 1


def test_an_action_that_the_stage_does_not_allow_says_where_it_could_be_done() -> None:
    case = case_at("handling")
    answer = act("zhou", case, "approve")
    assert answer.status_code == 422
    assert "只有在“审核”阶段才能做这一步。" in answer.content.decode()


def test_an_action_of_somebody_else_is_refused_in_words() -> None:
    case = case_at("review")
    answer = act("wang", case, "approve")
    assert answer.status_code == 422
    assert "您的岗位不能做这一步。" in answer.content.decode()


def test_an_action_on_a_case_that_one_may_not_see_answers_like_one_that_is_not_there() -> None:
    case = case_at("handling")
    assert act("bai", case, "note", seen=1, text="?").status_code == 404
    assert signed_in("wang").get(reverse("cases:act", args=[new_id(), "note"])).status_code == 404
    assert act("wang", case, "warn").status_code == 404


def test_who_hands_a_case_over_and_loses_it_comes_home() -> None:
    case = case_at("handling")
    act("wang", case, "propose_transfer", office=str(office("changan").pk), text="搬走了")
    act("zhou", case, "settle_transfer")
    recording.note(case.pk, by=post("wang"), at=START, text="等待接收")
    assert act("bai", case, "accept_transfer").headers["HX-Redirect"] == reverse("cases:case", args=[case.pk])
    assert act("cui", case, "note", text="接手").headers["HX-Redirect"] == reverse("cases:case", args=[case.pk])
    assert signed_in("wang").get(reverse("cases:case", args=[case.pk])).status_code == 404


def test_a_new_child_is_added_and_one_that_is_known_is_linked_after_asking() -> None:
    case, other = opened(), opened(child=Child.objects.create(name="小满", age=9, present_division_id="610104"))
    assert did(act("xu", case, "add_child", name="小树", sex="male", age="5"))
    asked = act("xu", case, "add_child", name="小满", sex="female", age="9")
    known = other.child_links.get().child
    assert asked.status_code == 422
    assert f'value="{known.pk}"' in asked.content.decode()
    assert did(act("xu", case, "add_child", name="小满", same_as=str(known.pk)))
    assert list(known.case_links.values_list("case", flat=True).order_by("case")) == sorted([case.pk, other.pk])
    assert did(act("xu", case, "add_child", name="小满", age="9", same_as="new"))
    assert Child.objects.filter(name_index="小满").count() == 2


def test_a_child_and_a_person_are_corrected_with_an_event_that_names_the_fields_only() -> None:
    case = opened()
    child = case.child_links.get().child
    assert did(
        act(
            "xu",
            case,
            "change_child",
            which=str(child.pk),
            name="小羽",
            age="8",
            sex="female",
            lawful_basis="emergency",
            present_division="莲湖区",
        )
    )
    child.refresh_from_db()
    assert (child.name, child.age, child.tell_guardian, child.lawful_basis) == ("小羽", 8, False, "emergency")
    event = case.events.get(action="change_child")
    assert set(event.detail["fields"]) == {"name", "age", "sex", "tell_guardian", "lawful_basis"}
    assert "小羽" not in str(event.detail["fields"])
    assert did(act("xu", case, "add_party", role="guardian", name="钱某", relation="父亲", phone="１３９０００００００１"))
    party = Party.objects.get()
    assert party.person.phone == "13900000001"
    assert did(act("xu", case, "change_party", which=str(party.pk), name="钱强", relation="继父", tell_guardian="on"))
    party.refresh_from_db()
    assert (party.relation, Person.objects.get().name, Person.objects.get().tell_guardian) == ("继父", "钱强", True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "小树", "id_number": "610104201703010012"}, ""),
        ({"name": "小树", "id_number": "６１０"}, "身份证号应为 18 位"),
        ({"name": "小树", "born_on": "2026-02-30"}, "输入一个有效的日期"),
        ({"name": "小树", "age": "43"}, "已满 18 周岁"),
        ({"name": "小树", "present_division": "没有这个地方"}, "没有叫“没有这个地方”的行政区划"),
        ({"name": "小树", "present_division": "陕西省"}, "请选到区县、乡镇或村居"),
    ],
)
def test_bad_input_about_a_child_is_said_in_words(fields: dict[str, str], said: str) -> None:
    case = opened()
    answer = act("xu", case, "add_child", **fields)
    assert did(answer) if not said else answer.status_code == 422
    assert said in answer.content.decode()
    assert said == "" or "小树" in answer.content.decode()


def test_text_of_more_than_twenty_thousand_characters_is_refused_and_half_a_surrogate_is_left_out() -> None:
    case = case_at("handling")
    answer = act("wang", case, "note", text="长" * 20_001)
    assert answer.status_code == 422
    assert "20,001" in answer.content.decode()
    half = "孩子\ufffd笑了"  # what a browser makes of half a surrogate
    client = signed_in("wang")
    assert did(act(client, case, "note", text=half))
    assert Event.objects.get(action="note").text == "孩子笑了"
    assert "有 1 处无法识别的字符" in client.get(reverse("cases:case", args=[case.pk])).content.decode()


def test_an_action_by_get_changes_nothing() -> None:
    case = case_at("review")
    signed_in("zhou").get(reverse("cases:act", args=[case.pk, "approve"]), {"seen": case.version})
    assert Case.objects.get().stage == "review"


def test_a_recused_office_is_not_offered_and_not_taken() -> None:
    case = case_at("dispatch")
    act("xu", case, "recuse", office="莲湖区民政局", text="被反映人在该局")
    form = signed_in("zhou").get(reverse("cases:act", args=[case.pk, "dispatch"])).content.decode()
    assert "长安区民政局" in form
    assert "莲湖区民政局" not in form
    assert act("zhou", case, "dispatch", office=str(office("lianhu").pk)).status_code == 422
    assert Recusal.objects.get().office == office("lianhu")


# --- drafts


def keep(who: str, case: Case, code: str, **typed: str) -> None:
    sheet = {"seen": str(case.version), "version": "1", **typed}
    assert signed_in(who).post(reverse("cases:draft", args=[case.pk, code]), sheet).status_code == 204


def test_what_was_typed_into_a_form_is_there_again_and_gone_when_done() -> None:
    case, once = case_at("handling"), str(new_id())
    keep("wang", case, "report", once=once, child_state="safe", text="写到一半")
    again = signed_in("wang").get(reverse("cases:act", args=[case.pk, "report"])).content.decode()
    assert "写到一半" in again
    assert f'value="{once}"' in again
    assert "有草稿" in signed_in("wang").get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "写到一半" not in signed_in("ma").get(reverse("cases:act", args=[case.pk, "report"])).content.decode()
    assert did(act("wang", case, "report", once=once, child_state="safe", text="写完了"))
    assert not Draft.objects.exists()


def test_a_draft_that_arrives_after_its_form_is_not_kept() -> None:
    case, once = case_at("handling"), new_id()
    act("wang", case, "note", once=once, text="写完了")
    keep("wang", case, "note", once=str(once), text="写完了")
    act("wang", case, "report", seen=case.version + 1, child_state="safe", text="写完了")
    keep("wang", case, "report", once=str(new_id()), text="写完了")
    assert not Draft.objects.exists()


def test_a_part_is_taken_and_finished_by_the_office_that_was_asked() -> None:
    case = case_at("handling")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=START, seen=None, text="请落实复学")
    form = signed_in("shi").get(reverse("cases:act", args=[case.pk, "accept_part"])).content.decode()
    assert "请落实复学" in form
    assert did(act("shi", case, "accept_part"))
    assert did(act("shi", case, "finish_part", text="已复学"))


def test_the_form_of_a_dispatch_says_where_the_rulebook_sends_such_a_matter() -> None:
    case = case_at("dispatch")  # a violation of rights
    Child.objects.update(statuses=["stray", "orphan"])
    in_force("6101", {"category": "rights_violation", "harm": "欺凌", "lead": "education"}, at=START, table="routes")

    def page(code: str) -> str:
        return signed_in("zhou").get(reverse("cases:act", args=[case.pk, code])).content.decode()

    assert "欺凌：教育</li>" in page("dispatch")
    assert "流浪未成年人：县级民政部门" in page("dispatch")
    assert "其余：县级民政部门" in page("dispatch")
    assert "制度：" not in page("keep")
