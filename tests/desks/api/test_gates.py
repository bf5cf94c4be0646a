"""Every operation of the document, asked by who may not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hutong.desks.api.service import Token, api
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions as network
from hutong.hotline.network.models import ApiToken, Post, Staff
from hutong.hotline.verbs import VERBS
from tests import cast
from tests.desks.api.software import NOBODY, Software, ask, document, operations
from tests.loop import case_at

pytestmark = pytest.mark.django_db
OF_A_CASE = [(method, path) for method, path in operations() if "{case_id}" in path]


def ended_key() -> Software:
    software = Software.of("zhou")
    network.end_token(token=ApiToken.objects.get(), by=None, at=timezone.now())
    return software


def key_of_a_post_that_ended() -> Software:
    software = Software.of("zhou")
    Post.objects.filter(pk=cast.post("zhou").pk).update(valid_to=timezone.localdate())
    return software


def key_of_a_post_to_come() -> Software:
    software = Software.of("zhou")
    Post.objects.filter(pk=cast.post("zhou").pk).update(valid_from=timezone.localdate() + timedelta(days=1))
    return software


def key_of_somebody_who_left() -> Software:
    software = Software.of("zhou")
    Staff.objects.filter(username="zhou").update(is_active=False)
    return software


def no_key() -> Software:
    return Software("")


def invented_key() -> Software:
    return Software("hutong_0123456789")


USELESS = (no_key, invented_key, ended_key, key_of_a_post_that_ended, key_of_a_post_to_come, key_of_somebody_who_left)


@pytest.mark.parametrize("key", USELESS)
def test_every_operation_asks_for_a_key_in_use(key: Callable[[], Software]) -> None:
    software, case = key(), case_at("handling")

    answers = {(method, path): ask(software, method, path, case.pk) for method, path in operations()}

    assert {answer.status_code for answer in answers.values()} == {401}
    assert {answer["WWW-Authenticate"] for answer in answers.values()} == {"Bearer"}
    assert {answer.json()["code"] for answer in answers.values()} == {"no_token"}  # type: ignore[attr-defined]


def test_a_sign_in_on_the_screens_opens_nothing() -> None:
    browser = Client()
    browser.force_login(cast.post("zhou").staff)
    session = browser.session
    session["post"] = str(cast.post("zhou").pk)
    session.save()

    assert browser.get("/api/cases").status_code == 401


@pytest.mark.parametrize("username", ["gao", "an"])
def test_who_keeps_the_network_does_not_work_on_cases(username: str) -> None:
    software, case = Software.of(username), case_at("handling")

    assert {ask(software, method, path, case.pk).status_code for method, path in operations()} == {403}


@pytest.mark.parametrize(("method", "path"), OF_A_CASE)
def test_a_case_of_others_is_answered_like_one_that_is_not_there(method: str, path: str) -> None:
    software, case = Software.of("bai"), case_at("handling")

    theirs, nothing = ask(software, method, path, case.pk), ask(software, method, path, NOBODY)

    assert (theirs.status_code, theirs.content) == (404, nothing.content)
    assert nothing.status_code == 404
    refused = AuditEntry.objects.filter(verb="refused", post_id=cast.post("bai").pk).values_list("subject_id", flat=True)
    assert list(refused.order_by("at")) == [case.pk, NOBODY]


def test_every_operation_is_bound_to_the_key() -> None:
    bound = [operation for router in api._get_bound_routers() for view in router.path_operations.values() for operation in view.operations]

    assert [operation.path for operation in bound if [type(gate) for gate in operation.auth_callbacks] != [Token]] == []
    assert len(bound) == len(operations())


def test_each_action_of_the_table_has_an_address_but_what_a_psychologist_writes() -> None:
    actions = {path.rpartition("/")[2] for path in document()["paths"] if "/actions/" in path}

    assert actions == VERBS.keys() - {"psychology_note"}


@pytest.mark.parametrize(
    "address", ["", "nothing", "cases/", "cases/1", "cases/x/actions/assess", f"cases/{NOBODY}/actions/nothing", "docs"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_is_none_says_so(method: str, address: str) -> None:
    answer = Software.of("zhou").send(method, address)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_there")  # type: ignore[attr-defined]


def test_a_wrong_method_says_so() -> None:
    answer = Software.of("zhou").send("DELETE", f"cases/{NOBODY}")

    assert (answer.status_code, answer["Allow"], answer.json()["code"]) == (405, "GET", "wrong_method")  # type: ignore[attr-defined]
