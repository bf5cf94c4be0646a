"""What a page shows of a person is what the table of sight says, to each of the cast, at every stage; the rest is shown for a reason."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries, rules, sight
from hutong.hotline.cases.actions import recording, revealing
from hutong.hotline.cases.letting_in import Reveal
from hutong.hotline.cases.models import Case, NoticeKind, PartyRole
from hutong.hotline.network.models import Contract
from hutong.hotline.people.models import Person
from hutong.hotline.supervision import actions as supervision
from tests.cast import PEOPLE, SINCE, office, post
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import START, case_at
from tests.sealed import change
from tests.talks import a_call

pytestmark = pytest.mark.django_db
# One person a section, each value told apart from every other.
VALUES: dict[str, dict[str, Any]] = {
    "child": {
        "name": "欧阳小雨", "born_on": date(2017, 3, 1), "phone": "13900001111", "address": "环城西路 3 号", "school": "莲湖小学",
        "id_number": "610104201703010011",
    },
    "family": {"name": "钱大成", "phone": "13900002222", "address": "劳动路 5 号", "id_number": "610104198001010022"},
    "suspected": {"name": "孙可疑", "phone": "13900003333", "address": "丰登路 7 号", "id_number": "610104198001010033"},
    "witness": {"name": "李见证", "phone": "13900004444", "address": "桃园路 9 号", "id_number": "610104198001010044"},
    "reporter": {"name": "郑重", "phone": "13800001234"},
}  # fmt: skip
ROLES = {"family": PartyRole.GUARDIAN, "suspected": PartyRole.SUSPECTED, "witness": PartyRole.WITNESS}


def peopled(stage: str) -> Case:
    """A case with somebody in every section; a department has a part of it while it is handled."""
    case = case_at(stage)
    if stage == "handling":
        assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=START, seen=None, text="复学")
    change(case.child_links.get().child, **VALUES["child"], suicide_risk="high")
    if stage != "closed":
        for section, role in ROLES.items():
            person = Person.objects.create(**VALUES[section])
            recording.add_party(case.pk, person=person, role=role, relation="", by=post("zhou"), at=START)
    return case


def of(who: str, case: Case) -> sight.Sight:
    return queries.sight_of(queries.situation(queries.with_offices(Case.objects.all()).get(pk=case.pk), post(who)), post(who))


def said(section: str, field: str) -> str:
    return str(VALUES[section][field])


def there(case: Case) -> list[tuple[str, str]]:
    """The fields of whom there is in a case."""
    sections = VALUES if case.stage != "closed" else {"child": VALUES["child"], "reporter": VALUES["reporter"]}
    return [(section, field) for section, fields in sections.items() for field in fields]


@pytest.mark.parametrize("stage", rules.STAGES)
def test_the_page_and_the_api_show_what_the_table_says(stage: str) -> None:
    case = peopled(stage)
    for who in PEOPLE:
        if not queries.visible_to(post(who)).filter(pk=case.pk).exists():
            continue
        page = signed_in(who).get(reverse("cases:case", args=[case.pk])).content.decode()
        software = str(Software.of(who).get(f"cases/{case.pk}").json())
        for section, field in there(case):
            seen, value = of(who, case), said(section, field)
            shown = seen.shown(section, field, value)
            assert (value in page) == seen.is_plain(section, field), (who, section, field)
            assert not shown or shown in page, (who, section, field)
            assert (value in software) == (seen.is_plain(section, field) and section != "reporter"), (who, section, field)
            asked = reverse("cases:reveal", args=[case.pk, section, field, case.pk]).rsplit("/", 1)[0]
            assert (asked in page) == seen.may_ask(section, field), (who, section, field)


def test_the_named_worker_sees_what_they_drive_by_and_a_colleague_does_not() -> None:
    case = peopled("handling")
    worker, colleague = of("wang", case), of("ma", case)
    for section, field in (("child", "name"), ("child", "address"), ("family", "phone")):
        assert worker.is_plain(section, field)
        assert not colleague.is_plain(section, field)
    assert not worker.is_plain("child", "id_number")
    assert of("wang", peopled("closed")).level("child", "address") == sight.MASKED


def test_a_field_that_no_line_lists_is_hidden() -> None:
    assert of("wang", peopled("handling")).level("child", "bank_account") == sight.HIDDEN


# --- asking


def ask(who: str, case: Case, section: str, field: str, thing: object, **sheet: str) -> Any:
    address = reverse("cases:reveal", args=[case.pk, section, field, thing])
    return signed_in(who).post(address, {"why": "contact", "words": "约家长明天到场"} | sheet, headers={"HX-Request": "true"})


def test_one_value_is_shown_for_a_reason_and_no_other() -> None:
    case = peopled("handling")
    guardian = case.parties.get(role="guardian")
    answer = ask("ma", case, "family", "phone", guardian.pk)
    text = answer.content.decode()

    assert "13900002222" in text
    assert 'seconds="30"' in text
    assert not [said(*each) for each in there(case) if each != ("family", "phone") and said(*each) in text]
    line = AuditEntry.objects.get(verb="revealed")
    assert (line.subject_id, line.detail["section"], line.detail["field"], line.detail["reason"]) == (case.pk, "family", "phone", "contact")
    assert "约家长明天到场" not in str(line.detail)
    for who in ("wang", "zhou"):
        page = signed_in(who).get(reverse("cases:case", args=[case.pk])).content.decode()
        assert "马兰 · 莲湖区民政局" in page
        assert "监护人与亲属电话 · 联系本人或家属 · 约家长明天到场" in page


@pytest.mark.parametrize("sheet", [{"why": ""}, {"why": "curiosity"}, {"words": ""}, {"words": "  "}])
def test_without_a_reason_nothing_is_shown(sheet: dict[str, str]) -> None:
    case = peopled("handling")
    answer = ask("ma", case, "family", "phone", case.parties.get(role="guardian").pk, **sheet)
    assert answer.status_code == 422
    assert "13900002222" not in answer.content.decode()
    assert not Reveal.objects.exists()


def test_what_is_hidden_is_not_asked_for_and_what_is_not_there_is_not_found() -> None:
    case = peopled("handling")
    told, guardian = case.contact_links.get().contact_id, case.parties.get(role="guardian").pk
    asked = [
        ("shi", "reporter", "phone", told), ("ma", "psychology", "notes", case.pk), ("ma", "family", "bank", guardian),
        ("ma", "suspected", "phone", guardian), ("ma", "child", "phone", guardian),
    ]  # fmt: skip
    for who, section, field, thing in asked:
        assert ask(who, case, section, field, thing).status_code == 422
    assert ask("bai", case, "family", "phone", guardian).status_code == 404
    assert not Reveal.objects.exists()


def test_who_reported_is_told_to_the_centre_when_somebody_else_asks() -> None:
    case = peopled("handling")
    told = case.contact_links.get().contact_id
    assert "13800001234" in ask("wang", case, "reporter", "phone", told).content.decode()
    assert case.events.get(action="reveal_reporter").by == post("wang")
    assert case.notices.filter(office=office("xian"), kind=NoticeKind.TOLD).exists()
    assert "13800001234" in ask("zhou", case, "reporter", "phone", told).content.decode()
    assert case.events.filter(action="reveal_reporter").count() == 1


def test_who_asks_for_much_within_the_hour_stands_out_once() -> None:
    case, at = peopled("handling"), datetime.now(UTC)
    guardian = case.parties.get(role="guardian").pk
    for minute in range(23):
        revealing.reveal(
            case,
            section="family",
            field="phone",
            of=guardian,
            why="contact",
            words="约见",
            by=post("ma"),
            at=at + timedelta(minutes=minute),
        )
    line = AuditEntry.objects.get(verb="many_reveals")
    assert (line.post_id, line.subject_id) == (post("ma").pk, post("ma").staff_id)
    for who in ("an", "ning"):
        assert "马兰" in signed_in(who).get(reverse("audit:shown")).content.decode()


# --- forms


def test_a_form_fills_in_only_what_one_sees_and_what_is_left_blank_stays() -> None:
    case = peopled("handling")
    child = case.child_links.get().child
    address = reverse("cases:act", args=[case.pk, "change_child"])
    form = signed_in("ma").get(f"{address}?which={child.pk}").content.decode()
    assert "欧阳小雨" not in form
    assert "610104201703010011" not in form
    assert "现为 欧*，留空不改" in form
    sheet = {"which": child.pk, "seen": Case.objects.get(pk=case.pk).version, "name": "", "school": "", "age": "9", "born_on": ""}
    assert signed_in("ma").post(address, sheet).status_code == 302
    child.refresh_from_db()
    assert (child.name, child.school, child.id_number, child.born_on) == ("欧阳小雨", "莲湖小学", "610104201703010011", date(2017, 3, 1))


def test_a_form_shows_a_birthday_so_that_a_browser_hands_it_in_again() -> None:
    case = peopled("handling")
    child = case.child_links.get().child
    form = signed_in("wang").get(reverse("cases:act", args=[case.pk, "change_child"]), {"which": child.pk}).content.decode()
    assert re.search(r'<input type="date" name="born_on" value="2017-03-01"', form)


def test_a_psychologists_notes_are_read_by_who_may_and_sought_by_nobody() -> None:
    case = case_at("handling")
    recording.psychology_note(case.pk, by=post("zhou"), at=START, text="孩子夜里做噩梦不敢关灯")
    for who, reads in (("tan", True), ("xu", False), ("wang", False), ("song", False)):
        assert ("噩梦" in signed_in(who).get(reverse("cases:case", args=[case.pk])).content.decode()) == reads
        assert ("噩梦" in str(Software.of(who).get(f"cases/{case.pk}").json())) == reads
        assert case.number not in signed_in(who).get(reverse("cases:search", query={"q": "噩梦"})).content.decode()


def test_the_number_of_a_call_of_a_case_is_shown_as_who_reported_is() -> None:
    for stage, whole in (("handling", False), ("reply", True)):
        call = a_call(case=case_at(stage), at=START + timedelta(hours=whole))
        page = signed_in("xu").get(reverse("phone:call", args=[call.pk])).content.decode()
        assert ("13800001234" in page, "138****1234" in page) == (whole, not whole)


def test_who_works_by_contract_takes_no_file_of_a_case_away() -> None:
    case = case_at("handling")
    order = supervision.order(case.pk, office=office("lianhu"), subject="见到孩子", text="请今天见到", by=post("zhou"), at=START)
    child = case.child_links.get().child_id
    files = [reverse("supervision:letter", args=[order.pk]), reverse("audit:child", args=[child])]
    asked = {"why": "complaint", "as": "csv"}
    assert [signed_in("lu").post(address, asked).status_code for address in files] == [200, 200]
    Contract.objects.create(
        office=office("xian"), orderer=office("shaanxi"), name="购买服务", given=[], valid_from=SINCE, valid_to=date(2099, 1, 1)
    )
    assert [signed_in("lu").post(address, asked).status_code for address in files] == [403, 403]


def outsourced(who: str, *given: str) -> None:
    """Their office works by a contract that gives these fields."""
    Contract.objects.create(
        office=post(who).office, orderer=office("shaanxi"), name="购买服务", given=[sight.ALWAYS_GIVEN, *given], valid_from=SINCE,
        valid_to=date(2099, 1, 1),
    )  # fmt: skip


def test_no_form_list_or_story_shows_what_a_contract_leaves_out() -> None:
    case = peopled("handling")
    recording.correct(
        case.pk, by=post("zhou"), at=START, seen=None, title=case.title, place=case.place, place_text="环城西路 3 号 2 单元", text=""
    )
    child = case.child_links.get().child
    change(child, statuses=["orphan"])
    recording.set_risk(
        case.pk, child=child, guardianship_risk="unknown", suicide_risk="high", by=post("zhou"), at=START, seen=None, text="孩子说不想活"
    )
    outsourced("wang")
    client = signed_in("wang")
    forms = [client.get(reverse("cases:act", args=[case.pk, code])) for code in ("set_risk", "change_child", "change_party", "correct")]
    pages = [*forms, client.get(reverse("county:work")), client.get(reverse("cases:case", args=[case.pk]))]
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        hidden = ["欧阳", "欧*", "环城西路", "2 单元", "莲湖小学", "孙*", "李*", "不想活"]
        assert [each for each in hidden if each in text] == [], page.request["PATH_INFO"]
    assert "statuses" not in forms[1].context["form"].initial


def test_a_hidden_name_reads_as_hidden_and_an_unknown_one_as_unknown() -> None:
    case = peopled("handling")
    outsourced("wang")
    client = signed_in("wang")
    pages = [client.get(address).content.decode() for address in (
        reverse("cases:case", args=[case.pk]), reverse("cases:act", args=[case.pk, "set_risk"]),
    )]  # fmt: skip
    assert [("姓名已隐去" in page, "姓名不详" in page) for page in pages] == [(True, False)] * 2
    change(case.child_links.get().child, name="")
    assert "姓名不详" in client.get(reverse("cases:act", args=[case.pk, "set_risk"])).content.decode()


def test_what_happened_meanwhile_is_told_to_software_as_its_contract_says() -> None:
    case = case_at("handling")
    Contract.objects.create(
        office=office("lianhu"), orderer=office("shaanxi"), name="购买服务", given=[], valid_from=SINCE, valid_to=date(2099, 1, 1)
    )
    told = Software.of("wang").act(case, "set_phase", seen=1, phase="emergency", text="核对").json()["changes"]
    assert (len(told) > 1, {each["text"] for each in told}) == (True, {""})
