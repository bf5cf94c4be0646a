"""Doing something to a case by the API: the same verbs, the same rules."""

from typing import Any

import pytest
from django.http import HttpResponse

from hutong.hotline.assignments.models import Assignment
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.actions import recording, recusing
from hutong.hotline.cases.models import Case, Event
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Child, Person
from tests import cast
from tests.desks.api.software import NOBODY, Software, document
from tests.loop import START, case_at
from tests.sealed import change

pytestmark = pytest.mark.django_db


def said(answer: HttpResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    return found


def fault(answer: HttpResponse) -> tuple[int, str, list[str]]:
    """What is wrong: status, code, fields."""
    return answer.status_code, said(answer)["code"], sorted(said(answer)["fields"])


def test_the_whole_loop_runs_by_the_api() -> None:
    centre, desk, county = Software.of("zhou"), Software.of("he"), Software.of("wang")
    case = case_at("assessment", tier="II")
    steps: list[tuple[Software, str, dict[str, Any]]] = [
        (centre, "assess", {"tier": "II", "category": "rights_violation", "phase": "emergency", "text": "先上门", "place": "610104"}),
        (centre, "dispatch", {"office": "lianhu"}),
        (county, "accept", {}),
        (centre, "refer", {"office": str(cast.office("lianhu-education").pk), "text": "请核实就学"}),
        (Software.of("shi"), "accept_part", {}),
        (Software.of("shi"), "finish_part", {"text": "在读"}),
        (county, "report", {"text": "已上门", "child_state": "safe"}),
        (centre, "approve", {}),
        (desk, "answer", {"text": "已告知"}),
        (desk, "close", {"text": "孩子安全", "is_safe": True, "is_solved": True, "satisfaction": "satisfied"}),
    ]

    for software, code, body in steps:
        answer = software.act(case, code, **body)
        case.refresh_from_db()
        assert (answer.status_code, said(answer)["version"], said(answer)["stage"]) == (200, case.version, case.stage), code

    assert (case.stage, case.resolution) == ("closed", "resolved")
    assert AuditEntry.objects.filter(verb__in=[code for _software, code, _body in steps], event_id__isnull=False).count() == len(steps)


def test_a_deed_answers_where_the_case_stands() -> None:
    case = case_at("acceptance", tier="II")

    answer = Software.of("wang").act(case, "accept")

    case.refresh_from_db()
    assert case.worker == cast.post("wang")
    assert {name: said(answer)[name] for name in ("id", "number", "version", "stage", "tier", "remarks")} == {
        "id": str(case.pk), "number": case.number, "version": 4, "stage": "handling", "tier": "II", "remarks": {},
    }  # fmt: skip


class TestWhoIsNamed:
    def test_a_worker_of_the_office_by_id(self) -> None:
        case = case_at("acceptance", tier="II")

        answer = Software.of("ma").act(case, "accept", worker=str(cast.post("wang").pk))

        case.refresh_from_db()
        assert (answer.status_code, case.worker) == (200, cast.post("wang"))

    def test_a_child_more_is_described(self) -> None:
        case = case_at("handling", tier="II")
        child = {"name": "小满", "age": 5, "registered_division": "610116", "statuses": ["left_behind"], "born_on": None}

        answer = Software.of("wang").act(case, "add_child", child=child)

        added = Child.objects.get(name_index="小满")
        assert answer.status_code == 200
        assert (added.age, added.registered_division_id, added.statuses) == (5, "610116", ["left_behind"])
        assert case.child_links.filter(child=added).exists()

    def test_a_party_more_is_described(self) -> None:
        case = case_at("handling", tier="II")

        answer = Software.of("wang").act(
            case, "add_party", person={"name": "钱某", "phone": "13800001234"}, role="witness", relation="邻居"
        )

        party = case.parties.select_related("person").get()
        assert (answer.status_code, party.role, party.relation, party.person.phone) == (200, "witness", "邻居", "13800001234")

    def test_of_a_child_that_is_corrected_what_is_not_told_stays(self) -> None:
        case = case_at("handling", tier="II")
        child = Child.objects.get()
        change(child, school="莲湖小学", id_number="610104199001010013")

        answer = Software.of("wang").act(case, "change_child", child=str(child.pk), facts={"name": "张小雨"})

        child.refresh_from_db()
        assert answer.status_code == 200
        assert (child.name, child.age, child.school, child.id_number) == ("张小雨", 7, "莲湖小学", "610104199001010013")

    def test_of_a_party_that_is_corrected_what_is_not_told_stays(self) -> None:
        case = case_at("handling", tier="II")
        person = Person.objects.create(name="钱某", phone="13800001234")
        recording.add_party(case.pk, person=person, role="witness", relation="邻居", by=cast.post("xu"), at=START)
        case.refresh_from_db()

        answer = Software.of("wang").act(
            case, "change_party", party=str(case.parties.get().pk), facts={"address": "西关"}, relation="楼下邻居"
        )

        person.refresh_from_db()
        assert answer.status_code == 200
        assert (person.name, person.phone, person.address, case.parties.get().relation) == ("钱某", "13800001234", "西关", "楼下邻居")

    def test_a_case_to_merge_into_by_number(self) -> None:
        case, into = case_at("dispatch", tier="II"), case_at("handling", tier="II")

        answer = Software.of("zhou").act(case, "merge", into=into.number.lower(), text="同一件事")

        case.refresh_from_db()
        assert (answer.status_code, case.merged_into) == (200, into)

    def test_somebody_who_must_keep_away_by_sign_in(self) -> None:
        case = case_at("handling", tier="II")

        answer = Software.of("zhou").act(case, "recuse", staff="wang", text="与被反映人是亲属")

        case.refresh_from_db()
        assert (answer.status_code, case.worker) == (200, None)


UNKNOWN = {
    "an office": ("zhou", "dispatch", "dispatch", {"office": "nowhere"}, "unknown_office", "office"),
    "an office that is no text": ("zhou", "dispatch", "dispatch", {"office": 7}, "invalid", "office"),
    "an office with half a letter": ("zhou", "dispatch", "dispatch", {"office": "\ud800\x00"}, "unknown_office", "office"),
    "an office that cannot lead": ("zhou", "dispatch", "dispatch", {"office": "baoji"}, "out_of_reach", "office"),
    "a worker": ("ma", "acceptance", "accept", {"worker": str(NOBODY)}, "unknown_post", "worker"),
    "a worker that is no id": ("ma", "acceptance", "accept", {"worker": "wang"}, "invalid", "worker"),
    "a person to keep away": ("zhou", "handling", "recuse", {"staff": "nobody", "text": "x"}, "unknown_staff", "staff"),
    "a child": ("wang", "handling", "change_child", {"child": str(NOBODY), "facts": {}}, "not_in_case", "child"),
    "a party": ("wang", "handling", "change_party", {"party": str(NOBODY), "facts": {}, "relation": ""}, "not_in_case", "party"),
    "a case to merge into": ("zhou", "handling", "merge", {"into": str(NOBODY), "text": "x"}, "not_there", "into"),
    "a case to merge into by number": ("zhou", "handling", "merge", {"into": "260101-ABCDE", "text": "x"}, "not_there", "into"),
    "a division": ("xu", "handling", "correct", {"title": "x", "place": "999999"}, "unknown_division", "place"),
    "a division too wide": ("xu", "handling", "correct", {"title": "x", "place": "61"}, "to_mend", "place"),
    "a tier": ("xu", "handling", "raise_tier", {"tier": "V", "text": "x"}, "invalid", "tier"),
    "a state of the child": ("wang", "handling", "report", {"text": "x", "child_state": "fine"}, "invalid", "child_state"),
    "an age of somebody grown up": ("wang", "handling", "add_child", {"child": {"age": 30}}, "to_mend", "child.age"),
    "a birth that was not": ("wang", "handling", "add_child", {"child": {"born_on": "2020-02-30"}}, "invalid", "child.born_on"),
    "a birth to come": ("wang", "handling", "add_child", {"child": {"born_on": "2999-01-01"}}, "to_mend", "child.born_on"),
    "a kind of child": ("wang", "handling", "add_child", {"child": {"statuses": ["rich"]}}, "invalid", "child.statuses.0"),
    "a place of a child": (
        "wang",
        "handling",
        "add_child",
        {"child": {"present_division": "1"}},
        "unknown_division",
        "child.present_division",
    ),
    "days": ("wang", "handling", "ask_extension", {"days": 11, "text": "x"}, "extension_too_long", "days"),
    "days in words": ("wang", "handling", "ask_extension", {"days": "5", "text": "x"}, "invalid", "days"),
    "a yes in words": ("he", "follow_up", "close", {"text": "x", "is_safe": "yes", "is_solved": True}, "invalid", "is_safe"),
    "a safe end of an unsafe case": ("he", "follow_up", "close", {"text": "x", "is_safe": False, "is_solved": True}, "not_safe", "is_safe"),
    "nothing written": ("wang", "handling", "note", {"text": " \ud83d"}, "needs_text", "text"),
    "too much written": ("wang", "handling", "note", {"text": "长" * 20_001}, "too_long", "text"),
    "a field that is none": ("wang", "handling", "note", {"text": "x", "txet": "y"}, "invalid", "txet"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_cannot_be_is_told_by_field_and_leaves_nothing_behind(what: str) -> None:
    username, stage, code, body, reason, field = UNKNOWN[what]
    case = case_at(stage)
    people = Child.objects.count(), Person.objects.count()

    answer = Software.of(username).act(case, code, **body)

    assert fault(answer) == (422, reason, [field])
    assert said(answer)["fields"][field]
    assert Case.objects.get(pk=case.pk).version == case.version
    assert (Child.objects.count(), Person.objects.count()) == people


def test_several_faults_are_told_at_once() -> None:
    answer = Software.of("zhou").act(case_at("handling"), "recuse", text="x", office="nowhere", staff="nobody")

    assert fault(answer) == (422, "to_mend", ["office", "staff"])


def test_a_case_to_merge_into_must_be_one_that_the_post_may_see_and_the_try_is_recorded() -> None:
    case, other = case_at("dispatch"), case_at("handling")
    recusing.recuse(other.pk, by=cast.post("tan"), at=START, seen=None, text="亲属", staff=cast.post("zhou").staff)

    answer = Software.of("zhou").act(case, "merge", into=str(other.pk), text="同一件事")

    assert fault(answer) == (422, "not_there", ["into"])
    assert AuditEntry.objects.get(verb="refused").subject_id == other.pk


class TestTheTable:
    def test_a_stage_that_does_not_allow_it(self) -> None:
        answer = Software.of("zhou").act(case_at("handling"), "approve")

        assert fault(answer) == (409, "wrong_stage", [])
        assert said(answer)["sentence"] == "只有在“审核”阶段才能做这一步。"

    def test_somebody_who_may_not(self) -> None:
        assert fault(Software.of("wang").act(case_at("review"), "approve")) == (403, "not_yours", [])

    def test_a_fact_that_does_not_hold(self) -> None:
        case = case_at("handling", tier="II")

        answer = Software.of("wang").act(case, "ask_extension", days=5, text="路远")

        assert fault(answer) == (409, "urgent_tier", [])
        assert said(answer)["remedy"] == "请求协办或报告困难。"

    def test_a_stale_version_is_told_what_happened_since(self) -> None:
        case = case_at("acceptance", tier="II")
        recording.note(case.pk, by=cast.post("xu"), at=START, text="报告人又来电")

        answer = Software.of("wang").act(case, "accept")

        assert fault(answer) == (409, "stale", [])
        assert [(one["action"], one["text"], one["by"]["name"]) for one in said(answer)["changes"]] == [("note", "报告人又来电", "徐宁")]
        assert Case.objects.get(pk=case.pk).stage == "acceptance"

    def test_what_only_adds_needs_not_to_have_seen_anything(self) -> None:
        case = case_at("handling", tier="II")

        answers = [Software.of("wang").post(f"cases/{case.pk}/actions/note", {"text": "记一笔"} | seen) for seen in ({}, {"seen": 1})]

        assert [answer.status_code for answer in answers] == [200, 200]

    def test_what_only_adds_may_be_sent_again_under_a_name_of_its_own(self) -> None:
        case, name = case_at("handling", tier="II"), str(new_id())

        answers = [Software.of("wang").act(case, "note", text="记一笔", once=name) for _try in range(2)]

        assert (answers[0].status_code, fault(answers[1])) == (200, (409, "repeated", []))
        assert Event.objects.filter(case=case, action="note").count() == 1

    @pytest.mark.parametrize("seen", [{}, {"seen": None}, {"seen": "4"}, {"seen": True}, {"seen": 3.5}, {"seen": -1}, {"seen": 10**30}])
    def test_what_overwrites_must_say_what_it_has_seen(self, seen: dict[str, Any]) -> None:
        case = case_at("acceptance", tier="II")

        answer = Software.of("wang").post(f"cases/{case.pk}/actions/accept", seen)

        assert fault(answer) == (422, "invalid", ["seen"])
        assert Case.objects.get(pk=case.pk).stage == "acceptance"

    def test_the_document_tells_which_actions_must_have_seen(self) -> None:
        schemas = document()["components"]["schemas"]
        for path, methods in document()["paths"].items():
            if "/actions/" in path:
                code = path.rpartition("/")[2]
                body = schemas[methods["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
                assert ("seen" in body.get("required", ())) == (not ACTIONS[code].adds_only), code

    def test_what_was_kept_otherwise_is_said(self) -> None:
        case = case_at("handling", tier="II")

        answer = Software.of("wang").act(case, "note", text="孩子哭\ud83d了")

        assert [*said(answer)["remarks"]] == ["text"]
        assert Event.objects.get(case=case, action="note").text == "孩子哭了"

    def test_who_hands_the_case_over_is_told_so_though_they_see_it_no_more(self) -> None:
        case = case_at("acceptance", tier="II")

        answer = Software.of("wang").act(case, "return", text="不在本区")

        assert (answer.status_code, said(answer)["stage"]) == (200, "dispatch")
        assert Software.of("wang").get(f"cases/{case.pk}").status_code == 404
        assert Assignment.objects.get(case=case).state == "returned"

    def test_what_a_psychologist_writes_is_not_for_software(self) -> None:
        case = case_at("handling")

        assert fault(Software.of("wang").act(case, "psychology_note", text="要核实"))[:2] == (404, "not_there")
