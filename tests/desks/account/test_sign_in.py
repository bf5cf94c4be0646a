"""Who gets in, who waits, and what is kept of it."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import signing_in
from hutong.hotline.network.models import Post, Role
from tests import cast
from tests.clients import code

pytestmark = pytest.mark.django_db
WRONG = "登录名或密码不对。请检查大小写后再试。"
WAIT = "尝试次数过多。请等 1 分钟再试；用通行密钥登录不受影响。"


def sign_in(client: Client, username: str, password: str = cast.PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    """Both steps, where the first is passed."""
    known = code(username) if username in cast.PEOPLE else ""
    answer = client.post("/account/sign-in", {"username": username, "password": password, **more})
    return client.post(answer["Location"], {"code": known, **more}) if "second-step" in answer.get("Location", "") else answer


def verbs() -> list[str]:
    """What the log has, but for what the person was told of it."""
    return list(AuditEntry.objects.exclude(verb__in=signing_in.TOLD).order_by("id").values_list("verb", flat=True))


def test_a_person_with_one_post_is_in_it_at_once(client: Client) -> None:
    answer = sign_in(client, "xu")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["post"] == str(cast.post("xu").pk)
    assert verbs() == ["signed_in", "took_post"]


def test_they_go_where_they_wanted(client: Client) -> None:
    assert sign_in(client, "xu", next="/components/")["Location"] == "/components/"


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client: Client, wanted: str) -> None:
    assert sign_in(client, "xu", next=wanted)["Location"] == "/"


@pytest.mark.parametrize("username", ["xu", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: Client, username: str) -> None:
    answer = sign_in(client, username, "guess")

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [WRONG]
    assert "_auth_user_id" not in client.session
    assert verbs() == ["sign_in_failed"]


def test_what_was_typed_is_not_in_the_log(client: Client) -> None:
    sign_in(client, "my-password-in-the-wrong-field", "guess")

    entry = AuditEntry.objects.get()
    assert (entry.staff_id, entry.detail) == (None, {})
    assert "my-password" not in str(AuditEntry.objects.values().get())


def test_after_five_failures_even_the_right_password_waits(client: Client) -> None:
    for _ in range(5):
        sign_in(client, "xu", "guess")

    answer = sign_in(client, "xu")

    assert answer.context["form"].non_field_errors() == [WAIT]
    assert "_auth_user_id" not in client.session


def test_another_account_and_another_address_do_not_wait(client: Client) -> None:
    for _ in range(5):
        sign_in(client, "xu", "guess")

    assert sign_in(client, "he").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), "xu").status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_names(client: Client, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for _ in range(5):
        client.post(reverse("account:sign_in"), {"username": "xu", "password": "guess"}, headers={"X-Forwarded-For": "1.1.1.1, 10.0.0.7"})

    assert not signing_in.must_wait("xu", " 127.0.0.1", at=timezone.now())
    assert not signing_in.must_wait("xu", " 1.1.1.1", at=timezone.now())
    assert signing_in.must_wait("xu", " 10.0.0.7", at=timezone.now())


@pytest.mark.parametrize(("failures", "minutes"), [(5, 1), (7, 1), (8, 5), (12, 15)])
def test_who_fails_more_often_waits_longer(failures: int, minutes: int) -> None:
    at = timezone.now()
    for _ in range(failures):
        signing_in.failed("xu", "10.0.0.1", at=at)

    assert signing_in.must_wait("xu", "10.0.0.1", at=at + timedelta(minutes=minutes, seconds=-1))
    assert not signing_in.must_wait("xu", "10.0.0.1", at=at + timedelta(minutes=minutes))


def test_a_machine_where_somebody_signed_in_is_counted_apart_from_its_neighbours(client: Client) -> None:
    sign_in(client, "he")
    client.post("/account/sign-out")
    for _ in range(12):
        sign_in(Client(), "xu", "guess")

    assert sign_in(Client(), "xu").status_code == 422
    assert sign_in(client, "xu").status_code == 302


def test_a_flood_of_tries_is_no_flood_of_lines() -> None:
    for _ in range(20):
        sign_in(Client(), "xu", "guess")

    assert verbs() == ["sign_in_failed"] * 5 + ["sign_in_held_off"]


def test_somebody_who_left_the_service_does_not_get_in(client: Client) -> None:
    staff = cast.post("xu").staff
    staff.is_active = False
    staff.save()

    assert sign_in(client, "xu").context["form"].non_field_errors() == [WRONG]


def test_an_empty_form_says_what_is_missing(client: Client) -> None:
    answer = sign_in(client, "", "")

    assert set(answer.context["form"].errors) == {"username", "password"}
    assert verbs() == []


@pytest.mark.parametrize("username", ["xu\x00", "徐" * 400, "\u200b", "xu' OR 1=1"])
def test_odd_names_are_answered_plainly(client: Client, username: str) -> None:
    assert sign_in(client, username, "guess").status_code == 422


def test_a_person_with_several_posts_chooses(client: Client) -> None:
    first = cast.post("xu")
    second = Post.objects.create(staff=first.staff, office=cast.office("lianhu"), role=Role.CASE_WORKER, valid_from=cast.SINCE)

    answer = sign_in(client, "xu", next="/components/")
    assert answer["Location"] == "/account/post?next=%2Fcomponents%2F"
    assert [post.pk for post in client.get(answer["Location"]).context["posts"].order_by("id")] == sorted([first.pk, second.pk])

    answer = client.post("/account/post", {"post": second.pk, "next": "/components/"})
    assert answer["Location"] == "/components/"
    assert client.session["post"] == str(second.pk)


@pytest.mark.parametrize("chosen", ["", "not-an-id", "another's"])
def test_only_a_post_of_ones_own_can_be_taken(client: Client, chosen: str) -> None:
    sign_in(client, "xu")
    before = client.session["post"]

    answer = client.post("/account/post", {"post": str(cast.post("song").pk) if chosen == "another's" else chosen})

    assert answer.status_code == 400
    assert client.session["post"] == before


def test_a_post_that_ended_is_no_longer_worked_in(client: Client) -> None:
    sign_in(client, "gao")
    post = cast.post("gao")
    post.valid_to = timezone.localdate() - timedelta(days=1)
    post.save()

    assert client.get("/components/")["Location"] == "/account/post?next=%2Fcomponents%2F"
    assert "您目前没有任职中的岗位" in client.get("/account/post").content.decode()


def test_signing_out_ends_the_session(client: Client) -> None:
    sign_in(client, "xu")

    assert client.get("/account/sign-out").status_code == 405
    assert client.post("/account/sign-out")["Location"] == "/account/sign-in"

    assert client.get("/account/post")["Location"] == "/account/sign-in?next=/account/post"
    assert verbs()[-1] == "signed_out"


def test_a_region_of_a_page_is_never_replaced_by_the_sign_in_form(client: Client) -> None:
    assert client.get("/components/", headers={"HX-Request": "true"}).status_code == 401


def test_the_demo_sign_ins_show_in_a_demo_only(client: Client, settings: object) -> None:
    who = [("demo-xu", "demo", "西安市12349热线中心 · 接线员")]
    assert "演示账号" not in client.get("/account/sign-in").content.decode()

    settings.DEMO = True  # type: ignore[attr-defined]
    with patch("hutong.desks.account.views.import_module") as module:
        module.return_value.SIGN_INS = who
        assert "demo-xu" in client.get("/account/sign-in").content.decode()
