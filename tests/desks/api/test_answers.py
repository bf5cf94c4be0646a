"""What is answered when something is wrong, in whose language, and what the document says."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from hutong.desks.api import answers
from hutong.desks.api.service import api
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.contacts.models import Contact
from tests.desks.api.software import Software, document
from tests.loop import case_at

pytestmark = pytest.mark.django_db
DEEP = b"[" * 200_000 + b"]" * 200_000


def contact(body: bytes) -> HttpResponse:
    return Software.of("xu").send("POST", "contacts", body, key="w")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe\xfd", b'{"narrative": "' + b"\xe5\xad", b'{"narrative": 1' + b"0" * 5000 + b"}", DEEP])
def test_a_body_that_is_no_json_says_so(body: bytes) -> None:
    answer = contact(body)

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7", b"[[1]]"])
def test_a_body_that_is_no_object_says_so(body: bytes) -> None:
    answer = contact(body)

    assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["body"])  # type: ignore[attr-defined]


def test_no_body_says_what_is_missing() -> None:
    answer = contact(b"")

    assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["body"])  # type: ignore[attr-defined]


def test_a_body_that_is_too_large_says_so_and_is_not_kept(settings: Any) -> None:
    answer = contact(json.dumps({"channel": "web", "narrative": "长" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}).encode())

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")  # type: ignore[attr-defined]
    assert not Contact.objects.exists()


def test_a_failure_of_ours_tells_nothing_of_what_was_sent_or_of_the_inside(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("张小雨 13800001234")

    monkeypatch.setattr("hutong.hotline.contacts.actions.receive", fail)

    answer = contact(json.dumps({"channel": "web", "narrative": "张小雨"}).encode())

    assert answer.status_code == 500
    assert answer.json() == {  # type: ignore[attr-defined]
        "code": "broken", "sentence": str(answers.BROKEN.sentence), "remedy": str(answers.BROKEN.remedy), "fields": {}, "changes": [],
    }  # fmt: skip
    assert [record.getMessage() for record in caplog.records] == ["POST /api/contacts"]


def test_what_was_sent_is_not_sent_back() -> None:
    secret = "13800001234"
    body = {"channel": secret, "narrative": [secret], "received_at": secret, "reporter": {"is_anonymous": secret, "phone": [secret]}}

    answer = Software.of("xu").post("contacts", body, key="w")

    assert answer.status_code == 422
    assert secret not in answer.content.decode()


def test_a_very_long_name_of_a_field_is_cut() -> None:
    answer = contact(json.dumps({"channel": "web", "narrative": "x", "长" * 5000: 1}).encode())

    assert [len(name) for name in answer.json()["fields"]] == [60]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("", "zh-hans"), ("en-GB,en;q=0.8", "en"), ("zh-CN", "zh-hans"), ("fr", "zh-hans"), ("*", "zh-hans"), ("\x7f,,;q=x", "zh-hans")],
)
def test_it_speaks_the_language_that_was_asked_for(asked: str, spoken: str) -> None:
    answers = [Software("", asked).get("cases"), Software.of("xu", asked).get("cases"), Software("", asked).get("openapi.json")]

    assert [answer["Content-Language"] for answer in answers] == [spoken] * 3


class TestTheDocument:
    def test_it_is_for_everybody_and_nothing_else_stands_beside_it(self) -> None:
        answer = Client().get("/api/openapi.json")

        assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")
        assert answer.json()["paths"].keys() == document()["paths"].keys()
        assert Client().get("/api/docs").status_code == 404

    def test_each_action_has_its_label_and_a_body_of_its_own(self) -> None:
        said = {path.rpartition("/")[2]: one["post"] for path, one in document()["paths"].items() if "/actions/" in path}

        assert {code: one["summary"] for code, one in said.items()} == {code: str(ACTIONS[code].label) for code in said}
        bodies = [one["requestBody"]["content"]["application/json"]["schema"]["$ref"] for one in said.values()]
        assert len(set(bodies)) == len(said)

    def test_no_two_things_go_by_one_name(self) -> None:
        named: dict[str, Any] = {}
        for router in api._get_bound_routers():
            for operation in (each for view in router.path_operations.values() for each in view.operations):
                for model in (*operation.models, *operation.response_models.values()):
                    for name, schema in model.model_json_schema().get("$defs", {}).items():
                        assert named.setdefault(name, schema) == schema, name

    def test_it_tells_the_values_of_each_table(self) -> None:
        tier = document()["components"]["schemas"]["RaiseTierBody"]["properties"]["tier"]

        assert (tier["enum"], tier["description"]) == (["I", "II", "III", "IV"], "I 特急 · II 紧急 · III 一般 · IV 咨询服务")

    def test_every_answer_that_is_given_is_in_it(self) -> None:
        case = case_at("handling")
        for answer in (Software("").get("cases"), Software.of("bai").get(f"cases/{case.pk}"), Software.of("xu").get("cases", tier="V")):
            assert answer.json().keys() == set(document()["components"]["schemas"]["Fault"]["required"])  # type: ignore[attr-defined]
            assert str(answer.status_code) in document()["paths"]["/api/cases"]["get"]["responses"]
