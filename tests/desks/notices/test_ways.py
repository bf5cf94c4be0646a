"""The pages of ways: who reaches which, what they say and keep to themselves, and the result of a test."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.notices import timers
from hutong.hotline.notices.models import Delivery, Way
from tests.cast import office, post
from tests.clients import bare, signed_in
from tests.hotline.notices.test_timers import way
from tests.loop import case_at
from tests.network import administrator

pytestmark = pytest.mark.django_db
SECRET = "3f9a77e1c0de4b5c8d7f"
OWN = reverse("notices:own")
GIVEN = {
    "name": "我的钉钉", "address": f"https://oapi.dingtalk.com/robot/send?access_token={SECRET}", "tiers": ["I", "II"], "kinds": ["missed"],
    "quiet_from": "22:30", "quiet_to": "07:00",
}  # fmt: skip


def of_office(code: str, page: str = "office") -> str:
    return reverse(f"notices:{page}", args=[office(code).pk])


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def saved(client: Client, there: str, **changes: Any) -> Way:
    answer = client.post(there, GIVEN | changes)
    assert answer.status_code == 302, re.findall(r"errorlist[^>]*>(.*?)</ul>", answer.content.decode(), re.DOTALL)
    return Way.objects.latest("pk")


def test_a_person_sets_up_a_way_of_their_own_and_the_page_shows_it_without_its_secret() -> None:
    client = signed_in("wang")
    made = saved(client, reverse("notices:new_own"))
    assert (made.staff, made.office, made.address, made.tiers, made.kinds) == (
        post("wang").staff, None, f"dingtalk://{SECRET}", ["I", "II"], ["missed"],
    )  # fmt: skip
    assert (made.quiet_from, made.quiet_to) == (22 * 60 + 30, 7 * 60)
    shown = page(client, OWN)
    for words in ("我的钉钉", "钉钉", "dingtalk://****8d7f", "I 特急", "II 紧急", "逾期上报", "22:30–07:00"):
        assert words in shown
    assert SECRET not in shown + page(client, reverse("notices:change", args=[made.pk]))
    assert list(AuditEntry.objects.filter(subject="way").values_list("verb", "detail")) == [("way_added", {})]


def test_an_address_that_is_not_typed_again_stays_and_one_that_is_takes_its_place() -> None:
    client = signed_in("wang")
    made = saved(client, reverse("notices:new_own"))
    Way.objects.update(failures=5, last_error="refused 310000")
    there = reverse("notices:change", args=[made.pk])
    client.post(there, GIVEN | {"address": "", "name": "改名", "is_active": "on"})
    made.refresh_from_db()
    assert (made.name, made.address, made.failures) == ("改名", f"dingtalk://{SECRET}", 5)
    client.post(there, GIVEN | {"address": "dingtalk://abc", "is_active": "on"})
    made.refresh_from_db()
    assert (made.address, made.failures, made.last_error) == ("dingtalk://abc", 0, "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "请填写名称"),
        ({"address": ""}, "请粘贴完整的地址"),
        ({"address": "https://example.cn/hook"}, "认不出这是哪家的地址"),
        ({"address": "dingtalk://不是"}, "这个地址不完整或写错了"),
        ({"address": "jsons://10.0.0.5/"}, "接口和短信网关只能由管理员为机构设置"),
        ({"tiers": []}, "请至少选一个等级"),
        ({"quiet_to": ""}, "免打扰的开始和结束要一起填"),
        ({"quiet_from": "25:00"}, "有效的时间"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(changes: dict[str, Any], said: str) -> None:
    answer = signed_in("wang").post(reverse("notices:new_own"), GIVEN | changes)
    assert (answer.status_code, Way.objects.count()) == (422, 0)
    shown = answer.content.decode()
    assert said in shown
    assert changes.get("name", GIVEN["name"]).strip() in shown


def test_an_address_that_is_not_encrypted_is_refused_with_what_to_write_instead(settings: Any) -> None:
    settings.NOTICE_HOSTS = frozenset({"example.cn"})
    answer = signed_in("wang").post(reverse("notices:new_own"), GIVEN | {"address": "mailto://wang:secret@example.cn"})
    assert (answer.status_code, Way.objects.count()) == (422, 0)
    assert "请换成加密的写法：邮件 mailtos://" in answer.content.decode()
    assert saved(signed_in("wang"), reverse("notices:new_own"), address="mailtos://wang:secret@example.cn")


def test_an_administrator_keeps_the_ways_of_offices_at_or_below_and_nobody_keeps_anothers() -> None:
    lan = administrator("lan", "lianhu")
    made = saved(signed_in("gao"), of_office("lianhu", "new_of_office"), address="jsons://10.0.0.5/sms")
    assert (made.office, made.masked) == (office("lianhu"), "jsons://****")
    assert "值班群" not in page(signed_in("lan"), of_office("lianhu"))
    assert "我的钉钉" in page(signed_in("lan"), of_office("lianhu"))
    assert signed_in("lan").get(of_office("changan")).status_code == 404
    assert signed_in("ma").get(of_office("lianhu")).status_code == 403
    own = saved(signed_in("ma"), reverse("notices:new_own"))
    for who, theirs in (("gao", own), (lan.staff.username, own), ("ma", made), ("wang", own)):
        for name in ("change", "test", "remove"):
            assert signed_in(who).post(reverse(f"notices:{name}", args=[theirs.pk]), GIVEN).status_code == 404


def test_a_test_goes_the_way_of_a_notice_once_and_the_page_waits_for_its_result() -> None:
    client, made = signed_in("gao"), way(office("lianhu"))
    there = of_office("lianhu")
    assert client.post(reverse("notices:test", args=[made.pk])).headers["Location"] == there
    assert 'hx-trigger="every 1s"' in page(client, there)
    client.post(reverse("notices:test", args=[made.pk]))
    assert "上一次测试还没有结果。" in page(client, there)
    assert Delivery.objects.count() == 1
    delivery = timers.claim(at=timezone.now())
    assert delivery
    timers.settle(delivery, "refused 401", at=timezone.now())
    shown = page(client, there)
    assert "对方拒收（401）" in shown
    assert "every 1s" not in shown
    assert timers.claim(at=timezone.now() + timedelta(days=1)) is None


def test_a_stopped_way_lets_go_what_waits_and_a_removed_one_is_forgotten() -> None:
    client, made = signed_in("gao"), way(office("lianhu"))
    case_at("acceptance")
    timers.sweep(at=timezone.now())
    client.post(reverse("notices:change", args=[made.pk]), GIVEN | {"address": ""})
    assert list(Delivery.objects.values_list("state", "last_error")) == [("given_up", "stopped")]
    assert "已停用" in page(client, of_office("lianhu"))
    assert client.post(reverse("notices:test", args=[made.pk]), follow=True).content.decode().count("这个渠道已停用，不能发送测试。") == 1
    client.post(reverse("notices:remove", args=[made.pk]))
    made.refresh_from_db()
    assert (made.address, made.is_active, bool(made.removed_at)) == ("", False, True)
    assert "还没有通知渠道" in page(client, of_office("lianhu"))


def test_a_way_that_fails_again_and_again_is_shown_to_the_office_and_to_who_can_mend_it() -> None:
    way(office("shaanxi"), name="省厅群", failures=3, last_error="unreachable")
    words = "通知渠道“省厅群”连续 3 次没有发出去"
    assert words in page(signed_in("song"), reverse("cases:work"))
    assert words in page(signed_in("gao"), reverse("office:index"))
    assert words not in page(signed_in("zhou"), reverse("cases:work"))
    assert "连续 3 次没有发出去" in page(signed_in("gao"), of_office("shaanxi"))


def test_what_was_given_up_is_listed_without_the_case() -> None:
    made, case = way(office("lianhu")), case_at("acceptance")
    timers.sweep(at=timezone.now())
    Delivery.objects.update(state="given_up", next_try_at=None, tries=8, last_error="refused 503")
    shown = page(signed_in("gao"), of_office("lianhu"))
    assert all(words in shown for words in (made.name, "新交办", "未能发出", "对方拒收（503）", "试过 8 次"))
    assert case.number not in shown
    assert case.title not in shown


def test_the_page_asks_the_same_number_of_questions_however_much_there_is() -> None:
    counts = []
    for number in (1, 4):
        for _each in range(number):
            made = way(office("lianhu"))
            Delivery.objects.create(way=made, is_urgent=True, made_at=timezone.now(), next_try_at=timezone.now())
            case_at("acceptance")
        timers.sweep(at=timezone.now())
        client = signed_in("gao")
        with CaptureQueriesContext(connection) as caught:
            client.get(of_office("lianhu"))
        counts.append(len(caught))
    assert counts[0] == counts[1] == 10


def test_the_region_alone_is_the_region_on_the_page() -> None:
    way(office("lianhu"))
    client = signed_in("gao")
    whole, alone = (client.get(of_office("lianhu"), headers=each).content.decode() for each in ({}, {"HX-Request": "true"}))
    assert bare(alone) in bare(whole)
