"""A person is told of failures in their name, and of a sign-in in a browser where they never were: in the app and by their own ways."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from hutong.desks.components.log import VERBS
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import sessions, signing_in
from hutong.hotline.network.models import Session
from hutong.hotline.notices import alarms, queries, rules
from hutong.hotline.notices.models import Delivery, Way
from tests import cast
from tests.clients import signed_in
from tests.desks.account.test_sign_in import sign_in

pytestmark = pytest.mark.django_db
FAILED = "有人用您的账号登录，没有成功"
ELSEWHERE = "您的账号在一个您以前没有用过的浏览器登录"


def shown(client: Client, address: str = "/notices/alerts") -> str:
    return client.get(address, follow=True).content.decode()


def way(username: str, **said: Any) -> Way:
    """A person's own way out of the app."""
    return Way.objects.create(staff=cast.post(username).staff, name="手机", address="json://127.0.0.1/x", busy_until=timezone.now(), **said)


def told(verb: str) -> int:
    return AuditEntry.objects.filter(verb=verb, subject_id=cast.post("xu").staff_id).count()


def test_a_failure_stands_on_the_next_page_of_who_is_signed_in_and_of_nobody_else() -> None:
    xu, he = signed_in("xu"), signed_in("he")
    assert FAILED not in shown(xu)
    sign_in(Client(REMOTE_ADDR="203.0.113.9"), "xu", "guess")
    assert FAILED in shown(xu)
    assert FAILED not in shown(he)


def test_it_is_gone_after_an_hour_and_whoever_signs_in_later_is_told_of_it_then() -> None:
    row = Session.objects.get(pk=signed_in("xu").session["sign_in"])
    at = timezone.now()
    alarms.sign_in_failed("xu", "elsewhere", at=at)
    for minutes, what in ((59, ["failures_told"]), (61, [])):
        session = sessions.running(str(row.pk), at=at + timedelta(minutes=minutes))
        assert session is not None
        assert session.told == what  # type: ignore[attr-defined]
    assert FAILED not in shown(signed_in("xu"))


def test_the_next_sign_in_speaks_of_it_and_the_accounts_page_lists_it(client: Client) -> None:
    sign_in(client, "xu")
    client.post("/account/sign-out")
    sign_in(Client(), "xu", "guess")
    answer = sign_in(client, "xu")
    said = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert "自您上次登录" in said
    assert "用此账号登录失败的提醒" in said
    assert FAILED in shown(client, "/account/security")


@pytest.mark.parametrize("username", ["nobody-of-this-name", "", "song"])
def test_of_another_name_nobody_is_told(username: str) -> None:
    alarms.sign_in_failed(username, "elsewhere", at=timezone.now())
    assert AuditEntry.objects.filter(verb="failures_told").count() == (username == "song")
    assert told("failures_told") == 0


def test_who_fails_in_anothers_name_all_day_is_no_pest() -> None:
    way("xu")
    start = timezone.now() - timedelta(days=1)
    for step in range(6 * 24):
        alarms.sign_in_failed("xu", f"place {step % 7}", at=start + timedelta(minutes=10 * step))
    lines = AuditEntry.objects.filter(verb="failures_told").order_by("at").values_list("at", flat=True)
    assert len(lines) == Delivery.objects.count() == 3
    assert all(after - before >= timedelta(hours=1) for before, after in pairwise(lines))
    alarms.sign_in_failed("xu", "elsewhere", at=start + timedelta(days=1, hours=2))
    assert told("failures_told") == 4


def test_it_goes_by_ones_own_way_and_says_nothing_of_who_or_where() -> None:
    way("xu")
    way("he")
    sign_in(Client(REMOTE_ADDR="203.0.113.9"), "xu", "guess")
    delivery = Delivery.objects.select_related("way__staff").get()
    assert (delivery.way.staff, delivery.alarm, delivery.is_urgent) == (cast.post("xu").staff, "failures_told", False)
    said = queries.told(delivery, address="https://hotline.example/", at=timezone.now())
    assert said.title == "12349 账号提醒"
    assert FAILED in said.body
    assert not {"xu", "徐宁", "203.0.113.9", "guess"} & set(said.body.split())


def test_quiet_hours_hold_it_back() -> None:
    at = timezone.now()
    minute = localtime(at).hour * 60 + localtime(at).minute
    way("xu", quiet_from=minute, quiet_to=(minute + 120) % rules.MINUTES)
    alarms.sign_in_failed("xu", "elsewhere", at=at)
    due = Delivery.objects.get().next_try_at
    assert due is not None
    assert due - at > timedelta(minutes=118)


def test_a_browser_where_one_never_was_is_told_and_one_where_one_was_is_not(client: Client) -> None:
    sign_in(client, "xu")  # the first one has nothing to compare
    client.post("/account/sign-out")
    sign_in(client, "xu")
    assert told("new_browser_told") == 0
    there = Client()
    sign_in(there, "xu")
    assert told("new_browser_told") == 1
    assert ELSEWHERE in shown(client)
    assert ELSEWHERE in shown(client, "/account/security")
    there.post("/account/sign-out")
    sign_in(there, "xu")
    assert told("new_browser_told") == 1


def test_a_browser_where_a_colleague_was_is_new_all_the_same(client: Client) -> None:
    sign_in(client, "xu")
    there = Client()
    sign_in(there, "he")
    there.post("/account/sign-out")
    sign_in(there, "xu")
    assert told("new_browser_told") == 1


def test_the_next_sign_in_speaks_of_the_one_elsewhere(client: Client) -> None:
    sign_in(client, "xu")
    client.post("/account/sign-out")
    sign_in(Client(), "xu")
    said = " ".join(str(message) for message in get_messages(sign_in(client, "xu").wsgi_request))
    assert "在新浏览器登录的提醒" in said


def test_each_alarm_has_its_words_and_its_line_of_the_log() -> None:
    assert set(rules.ALARMS) == set(signing_in.TOLD)
    assert set(signing_in.TOLD) <= set(VERBS)


def test_who_holds_a_post_and_who_answers_for_it_are_told_of_a_key_that_acts_as_it() -> None:
    """Who makes keys reads no case, and could by this one."""
    xu, ning = signed_in("xu"), signed_in("ning")
    asked = {"name": "市平台转入", "post": str(cast.post("xu").pk)}
    assert ning.post(reverse("office:new_token", args=[cast.office("xian").pk]), asked).status_code == 200

    lines = AuditEntry.objects.filter(verb="key_told")
    assert {line.subject_id for line in lines} == {cast.post("xu").staff_id, cast.post("song").staff_id}
    assert "有人为一个岗位建立了接口密钥" in shown(xu)
    assert "有人为一个岗位建立了接口密钥" in xu.get("/account/security").content.decode()
