"""What the list and the case say, and to whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case, Party
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.people.models import Child, Person
from tests import cast
from tests.desks.api.software import Software
from tests.loop import START, WORDS, case_at
from tests.sealed import change

pytestmark = pytest.mark.django_db


def numbers(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [case["number"] for case in answer.json()["cases"]]  # type: ignore[attr-defined]


def read(username: str, case: Case) -> dict[str, Any]:
    answer = Software.of(username).get(f"cases/{case.pk}")
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    return said


def with_people(case: Case) -> Case:
    """The child and a guardian of the case, with all that can be known of them."""
    known = {"name": "张小雨", "phone": "13812345678", "id_number": "610104201901010011", "address": "西关正街 1 号"}
    change(Child.objects.get(), **known, school="莲湖小学", born_on="2019-01-01")
    person = Person.objects.create(**known | {"name": "张大山", "id_number": ""})
    recording.add_party(case.pk, person=person, role="guardian", relation="父亲", by=cast.post("xu"), at=START + timedelta(hours=5))
    return case


class TestListing:
    def test_a_post_sees_its_cases_the_newest_first(self) -> None:
        cases = [case_at(stage) for stage in ("handling", "dispatch", "closed")]

        assert numbers(Software.of("zhou").get("cases")) == [case.number for case in reversed(cases)]
        assert numbers(Software.of("wang").get("cases")) == [cases[2].number, cases[0].number]
        assert numbers(Software.of("bai").get("cases")) == []

    def test_a_line_says_where_the_case_stands(self) -> None:
        case = case_at("handling")

        (line,) = Software.of("wang").get("cases").json()["cases"]  # type: ignore[attr-defined]

        lianhu = {"id": str(cast.office("lianhu").pk), "code": "lianhu", "name": "莲湖区民政局"}
        expected = {
            "id": str(case.pk), "stage": "handling", "tier": "III", "category": "rights_violation", "lead": lianhu, "holder": lianhu,
            "version": 4, "closed_at": None, "resolution": None,
        }  # fmt: skip
        assert {name: line[name] for name in expected} == expected
        assert line["place"] == {"code": "610104", "name": "陕西省西安市莲湖区"}

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"stage": "handling"}, ["handling"]),
            ({"tier": "I"}, ["review"]),
            ({"stage": "handling", "tier": "I"}, []),
            ({"stage": "", "tier": "", "due_before": "", "updated_after": "", "cursor": ""}, ["review", "handling"]),
            ({"due_before": "2026-09-15T00:00:00+08:00"}, ["review"]),
            ({"updated_after": "2026-09-14T10:30:00+08:00"}, ["review"]),
            ({"updated_after": "2026-09-14T10:39:59+08:00"}, ["review"]),
            ({"updated_after": "2026-09-14T10:40:00+08:00"}, []),
            ({"q": "楼道里 没有大人"}, ["review", "handling"]),
            ({"q": "由外婆照料"}, ["review"]),
            ({"q": "由外婆照料", "tier": "III"}, []),
            ({"q": "\x00由外婆照料"}, ["review"]),
            ({"q": "桥下"}, []),
        ],
    )
    def test_each_filter_holds(self, query: dict[str, str], expected: list[str]) -> None:
        case_at("handling")
        case_at("review", tier="I")

        answer = Software.of("zhou").get("cases", **query)

        assert [case["stage"] for case in answer.json()["cases"]] == expected  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"stage": "nowhere"}, "stage"),
            ({"tier": "V"}, "tier"),
            ({"due_before": "2026-02-30T00:00:00Z"}, "due_before"),
            ({"updated_after": "yesterday"}, "updated_after"),
            ({"cursor": "1"}, "cursor"),
            ({"satge": "handling"}, "satge"),
        ],
    )
    def test_a_filter_that_cannot_be_is_refused(self, query: dict[str, str], field: str) -> None:
        answer = Software.of("zhou").get("cases", **query)

        assert (answer.status_code, [*answer.json()["fields"]]) == (422, [field])  # type: ignore[attr-defined]

    def test_pages_follow_one_another_whatever_comes_in_between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hutong.desks.api.cases.ON_A_PAGE", 2)
        cases, software = [case_at("assessment") for _each in range(5)], Software.of("zhou")

        pages, cursor = [], ""
        while cursor is not None:
            answer = software.get("cases", cursor=cursor)
            pages.append(numbers(answer))
            cursor = answer.json()["next"]  # type: ignore[attr-defined]
            case_at("assessment")

        expected = [case.number for case in reversed(cases)]
        assert pages == [expected[:2], expected[2:4], expected[4:]]

    def test_the_log_keeps_which_cases_were_handed_out(self) -> None:
        cases = [case_at("assessment") for _each in range(2)]

        Software.of("zhou").get("cases")

        entry = AuditEntry.objects.get(verb="listed")
        assert (entry.post_id, set(entry.detail["shown"])) == (cast.post("zhou").pk, {str(case.pk) for case in cases})


class TestReading:
    def test_it_says_what_must_be_done_by_whom_and_by_when(self) -> None:
        case = case_at("handling")

        said = read("wang", case)

        assert said["worker"] == {"id": str(cast.post("wang").pk), "name": "王海", "role": "case_worker"}
        assert said["deadline"] == {
            "started_at": "2026-09-14T10:30:00+08:00", "due_at": "2026-10-10T17:30:00+08:00", "amount": 15, "unit": "working_day",
            "missed_at": None,
        }  # fmt: skip
        assert (said["plan"], said["call_back"]) == ("先上门看孩子", "reporter_only")
        assert [(part["kind"], part["state"], part["office"]["code"]) for part in said["parts"]] == [("lead", "accepted", "lianhu")]

    def test_it_tells_the_story_newest_first(self) -> None:
        said = read("wang", case_at("handling"))

        assert [(one["seq"], one["action"], one["label"]) for one in said["story"]] == [
            (4, "accept", "签收"), (3, "dispatch", "派单"), (2, "assess", "完成研判"), (1, "register", "登记立案"),
        ]  # fmt: skip
        assert (said["story"][0]["by"]["name"], said["story"][0]["stage_before"], said["story"][0]["stage_after"]) == (
            "王海", "acceptance", "handling",
        )  # fmt: skip

    def test_it_offers_what_this_post_may_do_now_and_says_why_not_the_rest(self) -> None:
        case = case_at("handling", tier="II")

        offers = {offer["code"]: offer["why_not"] and offer["why_not"]["code"] for offer in read("wang", case)["actions"]}

        assert {code: offers[code] for code in ("report", "note", "accept", "ask_extension")} == {
            "report": None, "note": None, "accept": "wrong_stage", "ask_extension": "urgent_tier",
        }  # fmt: skip
        assert "approve" not in offers
        assert "psychology_note" not in offers

    def test_an_open_transfer_is_told(self) -> None:
        case = case_at("handling")
        assignments.propose_transfer(
            case.pk, office=cast.office("changan"), by=cast.post("wang"), at=START + timedelta(hours=5), seen=None, text="孩子搬走了"
        )

        transfer = read("zhou", case)["transfer"]

        assert {name: transfer[name] for name in ("state", "reason")} == {"state": "proposed", "reason": "孩子搬走了"}
        assert [transfer[name]["code"] for name in ("sender", "receiver", "decider")] == ["lianhu", "changan", "xian"]

    def test_the_look_is_recorded(self) -> None:
        case = case_at("handling")

        read("wang", case)

        assert AuditEntry.objects.get(verb="looked").subject_id == case.pk


class TestWhatIsShown:
    """Rule 6, and no more than is needed."""

    def test_who_reported_is_never_told(self) -> None:
        case = with_people(case_at("reply"))
        reporter = Reporter.objects.get()
        change(reporter, id_number="610104199001010013", relation="邻居大姐")

        for username in ("xu", "zhou", "wang", "song"):
            said = Software.of(username).get(f"cases/{case.pk}").content.decode() + Software.of(username).get("cases").content.decode()
            words = said.encode().decode("unicode_escape")
            told = [word for word in (reporter.name, reporter.phone, "610104199001010013", "邻居大姐", 'reporter"') if word in words]
            assert (told, case.title in words) == ([], True)

    @pytest.mark.parametrize(("username", "stage"), [("xu", "assessment"), ("wang", "handling")])
    def test_who_acts_knows_the_child_and_what_was_told(self, username: str, stage: str) -> None:
        said = read(username, with_people(case_at(stage)))

        (child,), (party,) = said["children"], said["parties"]
        assert [child[name] for name in ("name", "phone", "address", "school", "born_on")] == [
            "张小雨", "13812345678", "西关正街 1 号", "莲湖小学", "2019-01-01",
        ]  # fmt: skip
        assert (party["role"], party["relation"], party["person"]["name"]) == ("guardian", "父亲", "张大山")
        assert [report["narrative"] for report in said["reports"]] == [WORDS]

    def test_an_office_with_a_part_knows_the_child_until_the_part_is_done(self) -> None:
        case = case_at("handling")
        at = START + timedelta(hours=5)
        given: dict[str, Any] = {"at": at, "seen": None}
        assignments.refer(case.pk, office=cast.office("lianhu-education"), by=cast.post("wang"), text="请核实就学", **given)
        before = read("shi", with_people(case))
        assignments.accept_part(case.pk, by=cast.post("shi"), **given)
        assignments.finish_part(case.pk, by=cast.post("shi"), text="在读", **given)

        after = read("shi", case)

        assert [said["children"][0]["name"] for said in (before, after)] == ["张小雨", "张*"]

    def test_who_stands_above_reads_the_report_and_not_who_the_child_is(self) -> None:
        case = with_people(case_at("handling"))

        said = read("song", case)

        (child,), (party,) = said["children"], said["parties"]
        shown = {"name": "张*", "phone": "138****5678", "address": "西关正街****", "school": "", "born_on": None, "age": 7}
        assert {name: child[name] for name in shown} == shown
        assert party["person"]["name"] == "张*"
        assert [report["narrative"] for report in said["reports"]] == [WORDS]

    def test_an_identity_number_is_masked_for_everybody(self) -> None:
        case = with_people(case_at("handling"))

        assert {read(username, case)["children"][0]["id_number"] for username in ("xu", "wang", "song")} == {"6101**********0011"}


def more(case: Case) -> None:
    """Two more of everything that a case has several of."""
    at = START + timedelta(hours=6)
    for _each in range(2):
        recording.note(case.pk, by=cast.post("xu"), at=at, text="又来电")
        child = Child.objects.create(name="小满", registered_division_id="610116", present_division_id="610104")
        recording.add_child(case.pk, child=child, by=cast.post("xu"), at=at)
        Party.objects.bulk_create([Party(case=case, person=Person.objects.create(name="钱某"), role="witness")])
    for office in ("lianhu-education", "lianhu-police"):
        assignments.refer(case.pk, office=cast.office(office), by=cast.post("zhou"), at=at, seen=None, text="请核实")


def more_cases(_case: Case) -> None:
    for stage in ("handling", "handling", "review", "dispatch"):
        case_at(stage)


@pytest.mark.parametrize(("address", "grow", "expected"), [("cases", more_cases, 5), ("cases/{}", more, 17)])
def test_the_number_of_queries_does_not_grow(address: str, grow: Callable[[Case], None], expected: int) -> None:
    case, software = case_at("handling"), Software.of("zhou")

    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert software.get(address.format(case.pk)).status_code == 200
        counts.append(len(queries))
        if not counts[1:]:
            grow(case)

    assert counts == [expected, expected]
