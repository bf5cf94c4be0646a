"""The phone window without a browser: what it shows in each state, and what it lets through."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from hutong.hotline.calls.models import Call, Seat, Wish
from hutong.hotline.contacts.models import Contact
from tests import cast
from tests.clients import signed_in
from tests.desks.operator.sheets import hand_in, typed
from tests.desks.phone.playing import answered, call_in, hang_up, ring, sit_down, talk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("line")]


def now(client: Client) -> str:
    return client.get(reverse("phone:now")).content.decode()


def ask(client: Client, call: Call, asked: str, **given: Any) -> Any:
    return client.post(reverse("phone:ask", args=[call.pk, asked]), given, headers={"HX-Request": "true"})


def set_state(client: Client, state: str, **more: str) -> Any:
    return client.post(reverse("phone:state"), {"state": state} | more, headers={"HX-Request": "true"})


def test_the_window_is_for_those_of_a_centre_who_answer() -> None:
    for username in ("xu", "lu"):
        assert signed_in(username).get(reverse("phone:window")).status_code == 200
    for username in ("wang", "gao"):
        assert signed_in(username).get(reverse("phone:window")).status_code == 403


def test_signing_in_at_the_exchange_is_told_once_and_anew(client: Client, settings: Settings) -> None:
    assert client.post(reverse("phone:line")).json() == {}
    settings.PHONE_URL = "ws://127.0.0.1:1/ws"
    first, second = (client.post(reverse("phone:line")).json() for _ in range(2))
    assert first["user"] == second["user"]
    assert first["password"] != second["password"]
    assert first["password"] not in client.get(reverse("phone:window")).content.decode()
    assert Seat.objects.get().digest not in second["password"]


def test_the_browser_may_talk_to_the_exchange_and_to_nobody_else(settings: Settings) -> None:
    settings.PHONE_URL = "wss://phone.example.cn/ws"
    policy = signed_in().get(reverse("phone:window"))["Content-Security-Policy"]
    (allowed,) = re.findall(r"connect-src ([^;]+)", policy)
    assert set(allowed.split()) - {settings.LIVE_URL} == {"'self'", "wss://phone.example.cn"}
    assert "default-src 'self';" in policy


def test_states_are_set_and_refused_in_words(client: Client) -> None:
    assert "话机窗口没有打开" in set_state(client, "ready").content.decode()
    sit_down()
    assert "等待来电" in now(client)
    assert set_state(client, "on_break").status_code == 422
    assert set_state(client, "on_break", reason="meal").status_code == 200
    assert "用餐" in now(client)
    set_state(client, "away")
    assert "离席，不会振铃" in now(client)


def test_a_call_that_rings_shows_who_and_where_and_can_be_answered(client: Client) -> None:
    hand_in(client, typed(phone="0917-3262222", narrative="孩子没人管", place="莲湖区"))
    sit_down()
    call_in("09173262222")
    ring()
    region = now(client)
    for word in (
        "0917-3262222",
        "西安 12349",
        "莲湖区",
        "上次来访",
        "孩子没人管",
        'data-does="answer"',
        reverse("operator:call", args=[Call.objects.get().pk]),
    ):
        assert word in region


def test_the_place_of_a_new_number_is_its_area_or_asked_for(client: Client) -> None:
    sit_down()
    call_in("09173262222")
    ring()
    assert "宝鸡市" in now(client)
    assert "按区号" in now(client)


def test_a_mobile_tells_no_place(client: Client) -> None:
    sit_down()
    call_in("13900001234")
    ring()
    assert "请问孩子现在在哪里" in now(client)


def test_a_talk_shows_its_parties_and_what_may_be_done(client: Client) -> None:
    call = talk()
    region = now(client)
    for word in ("保持", "暂停录音", "求助值班长", "挂断", "转接、三方通话", "110", "120", "徐宁"):
        assert word in region
    assert "旁听" not in region
    assert ask(client, call, "hold").status_code == 200
    region = now(client)
    assert "恢复通话" in region
    assert "保持中" in region


def test_whoever_is_not_in_the_call_asks_in_vain(client: Client) -> None:
    call = talk()
    assert "您不在这通电话里" in ask(signed_in("he"), call, "hold").content.decode()
    assert ask(signed_in("qin"), call, "hold").status_code == 422
    assert ask(client, call, "dial").status_code == 404
    assert not Wish.objects.exists()


def test_the_emergency_services_are_called_in_with_what_they_must_know(client: Client) -> None:
    call = talk()
    assert ask(client, call, "add", short="110", number="", text="来电 13900001234，莲湖区某小区 3 号楼").status_code == 200
    wish = Wish.objects.get()
    assert wish.place == "来电 13900001234，莲湖区某小区 3 号楼"
    assert "110" in now(client)


def test_a_call_goes_on_to_a_colleague_who_is_free(client: Client) -> None:
    call = talk()
    assert ask(client, call, "transfer_blind", to=str(cast.post("he").pk)).status_code == 422
    sit_down("he")
    assert "何静" in now(client)
    assert ask(client, call, "transfer_blind", to=str(cast.post("he").pk)).status_code == 200
    assert "振铃" in now(signed_in("he"))


def test_after_the_talk_somebody_says_what_it_was(client: Client) -> None:
    call = hang_up(talk())
    assert "这通电话还没有登记" in now(client)
    assert "还没有登记" in set_state(client, "ready").content.decode()
    for _ in range(2):
        marked = client.post(reverse("phone:mark", args=[call.pk]), {"reason": "silent"}, headers={"HX-Request": "true"})
        assert marked.status_code == 200
    call.refresh_from_db()
    assert (call.contact, call.contact.not_a_case, call.contact.reporter.phone) == (Contact.objects.get(), "silent", "13900001234")  # type: ignore[union-attr]
    assert "已登记：" in now(client)
    assert set_state(client, "ready").status_code == 200


def test_a_reason_that_is_none_writes_nothing(client: Client) -> None:
    call = hang_up(talk())
    assert client.post(reverse("phone:mark", args=[call.pk]), {"reason": "x"}, headers={"HX-Request": "true"}).status_code == 422
    assert not Contact.objects.exists()


def test_the_region_is_the_same_on_the_page_and_alone(client: Client) -> None:
    talk()
    assert "徐宁" in now(client)
    page = client.get(reverse("phone:window")).content.decode()
    assert now(client).split("csrfmiddlewaretoken")[0].strip() in page


def test_what_waits_is_counted_for_those_who_are_free(client: Client) -> None:
    sit_down()
    set_state(client, "on_break", reason="rest")
    for number in range(3):
        call_in(f"1390000100{number}")
    assert "<strong>3</strong>" in now(client)


def test_the_window_asks_the_same_number_of_questions_however_much_there_is(client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            now(client)
        return len(caught)

    talk()
    few = asked()
    sit_down("he")
    for number in range(3):
        hand_in(client, typed(phone="13900001234", narrative=f"第 {number} 次"))
    call_in("13900005555")
    assert asked() == few


def test_without_a_script_it_works_by_whole_pages(client: Client) -> None:
    sit_down()
    assert client.post(reverse("phone:state"), {"state": "away"}).headers["Location"] == reverse("phone:window")
    call = talk()
    assert client.post(reverse("phone:ask", args=[call.pk, "drop"])).status_code == 302
    assert "已经不在通话里" in client.get(reverse("phone:window")).content.decode()
    assert answered(call).state == "talking"
