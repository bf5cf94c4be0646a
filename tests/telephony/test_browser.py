"""A browser as the operator: from the ring to the saved case, and what becomes of a talk when something dies in the middle of it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from hutong.hotline.calls.actions import keeping
from hutong.hotline.calls.models import Call, CallBack, CallState
from hutong.hotline.contacts.models import Draft
from hutong.hotline.recordings.models import Recording
from tests.browser import Servers, shoot, wait_until
from tests.cast import office, post
from tests.clients import signed_in
from tests.conftest import ROOT
from tests.telephony.hall import WINDOW, Hall, answer, both_hear, state, talks
from tests.telephony.site import PATIENCE, Site, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LANDLINE = "09173262222"


@pytest.fixture
def site(quiet_site: Site) -> Site:
    """An exchange, the process `phone` for desks that are browsers, and Xi'an's line 12349."""
    keeping.open_line(centre=office("xian"), by=None, at=timezone.now(), name="西安 12349", number="12349", mode="own")
    quiet_site.start_phone("hutong.project.phone")
    return quiet_site


@pytest.fixture
def hall(site: Site, servers: Servers, chromium: Browser) -> Iterator[Hall]:
    """Desks with browsers, on the exchange of the test."""
    hall = Hall(site, servers, chromium)
    hall.serve()
    yield hall
    hall.close()
    assert hall.pages.faults == []


def test_a_call_rings_in_the_browser_is_talked_of_and_saved_as_a_case(site: Site, hall: Hall) -> None:
    desk, phone = hall.sits("xu")
    second = desk.context.new_page()
    second.goto(hall.pages.url("phone:window"))
    expect(second.get_by_text("话机已在另一个窗口打开")).to_be_visible()
    second.close()
    caller = site.caller(LANDLINE)
    expect(phone.locator(".answer")).to_be_enabled(timeout=20_000)
    for word in ("0917-3262222", "西安 12349", "宝鸡市"):
        expect(phone.locator("#now")).to_contain_text(word)
    expect(desk.locator("[name=phone]")).to_have_value("0917-3262222")
    expect(desk.locator("[name=place]")).to_have_value("陕西省宝鸡市")
    expect(desk.locator(".note").filter(has_text="新设 12349")).to_be_visible()
    assert Draft.objects.get(post=post("xu")).fields["phone"] == ["0917-3262222"], "kept before a word was typed"
    shoot(phone, "phone-ringing")
    answer(phone)
    both_hear(phone)
    shoot(phone, "phone-talking")
    desk.fill("[name=narrative]", "邻居家孩子夜里一个人，哭了很久。")
    desk.fill("[name=place]", "莲湖区")
    desk.locator("[name=tier][value=III]").check()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".message.success")).to_contain_text("已立案")
    phone.keyboard.press("Alt+x")
    expect(phone.get_by_text("已登记：")).to_be_visible()
    assert caller.wait(PATIENCE) == 0
    phone.keyboard.press("Alt+r")
    expect(phone.get_by_text("等待来电")).to_be_visible()
    call = Call.objects.get()
    assert (call.ended_how, call.operator, call.contact.outcome) == ("answered", post("xu"), "case_opened")  # type: ignore[union-attr]
    wait_until(lambda: Recording.objects.filter(call=call, kept_at__isnull=False).exists(), PATIENCE)


def test_a_browser_that_is_killed_leaves_the_caller_at_the_head_of_the_queue_and_nothing_typed_is_lost(site: Site, hall: Hall) -> None:
    desk, phone = hall.sits("xu")
    caller = site.caller(LANDLINE)
    answer(phone)
    both_hear(phone)
    desk.fill("[name=narrative]", "孩子说爸爸在打妈妈")
    wait_until(lambda: ["孩子说爸爸在打妈妈"] in [draft.fields.get("narrative") for draft in Draft.objects.all()])
    later = site.caller("13800000001")
    hall.kill()
    wait_until(lambda: Call.objects.filter(caller_index="0917-3262222", state=CallState.QUEUED, was_cut_off=True).exists(), PATIENCE)
    assert caller.poll() is None, "nobody hung up on the caller"
    assert state("xu") == "away"
    hall.pages.browser = hall.launch()
    hall.pages.contexts.clear()
    _desk, other = hall.sits("he")
    expect(other.locator(".caller-number")).to_have_text("0917-3262222", timeout=20_000)
    answer(other)
    both_hear(other)
    expect(other.locator("#now")).to_contain_text("刚才断过线")
    back = hall.pages.sign_in("xu")
    expect(back.locator("[name=narrative]")).to_have_value("孩子说爸爸在打妈妈")
    for each in (caller, later):
        each.kill()


def test_a_talk_goes_on_while_the_web_is_killed_and_started_again(site: Site, hall: Hall) -> None:
    port = free_port(socket.SOCK_STREAM)
    command = (sys.executable, "-m", "gunicorn", "hutong.project.wsgi", f"--bind=127.0.0.1:{port}", "--threads=4", "--log-level=error")
    environment = {**site.environment, "HUTONG_PHONE_URL": hall.url}

    def web() -> "subprocess.Popen[bytes]":
        started = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        site.children.append(started)
        return started

    first = web()
    phone = hall.pages.page(WINDOW)
    wait_until(lambda: answers(port), PATIENCE)
    session = signed_in("xu").cookies["sessionid"].value
    phone.context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://127.0.0.1:{port}"}])
    phone.goto(f"http://127.0.0.1:{port}/phone/")
    expect(phone.locator(".line-state")).to_have_class(re.compile("there"))
    phone.get_by_role("button", name=re.compile("空闲")).click()
    site.caller(LANDLINE)
    answer(phone)
    both_hear(phone)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    both_hear(phone)
    web()
    wait_until(lambda: answers(port), PATIENCE)
    both_hear(phone)
    phone.keyboard.press("Alt+x")
    expect(phone.get_by_text("这通电话还没有登记")).to_be_visible(timeout=30_000)
    assert Call.objects.get().ended_how == "answered"
    hall.pages.faults.clear()  # the window said that it could not reach the web


def answers(port: int) -> bool:
    """Whether the web is there."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/account/sign-in", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_a_shift_lead_is_asked_for_help_listens_and_takes_over(site: Site, hall: Hall) -> None:
    _desk, phone = hall.sits("xu")
    board, lead = hall.sits("lu")
    lead.get_by_role("button", name=re.compile("离席")).click()
    board.goto(hall.pages.url("shift:board"))
    site.caller(LANDLINE)
    answer(phone)
    phone.keyboard.press("Alt+j")
    expect(board.get_by_text("求助 · 通话中")).to_be_visible()
    board.get_by_role("button", name="旁听").click()
    talks(lead)  # by itself: whoever asked is there
    wait_until(lambda: state("lu") == "talking", PATIENCE)
    expect(board.get_by_text("陆远 旁听")).to_be_visible()
    both_hear(phone)
    board.get_by_role("button", name="接手通话").click()
    wait_until(lambda: Call.objects.get().operator == post("lu"), PATIENCE)
    wait_until(lambda: state("xu") == "wrap_up", PATIENCE)
    both_hear(lead)
    board.get_by_role("link", name="0917-3262222").click()
    for word in ("求助值班长", "旁听", "接手通话"):
        expect(board.get_by_text(word).first).to_be_visible()
    shoot(board, "phone-call")


def test_somebody_who_gave_up_waiting_is_called_back(site: Site, hall: Hall) -> None:
    gone = site.caller(LANDLINE, seconds=6)
    assert gone.wait(PATIENCE) == 0
    wait_until(lambda: CallBack.objects.filter(settled_at=None).exists(), PATIENCE)
    desk, phone = hall.sits("he")
    site.number()
    expect(desk.locator("#to-call-back")).to_contain_text("0917-3262222")
    desk.locator("#to-call-back").get_by_role("button", name="回电").click()
    talks(phone)
    both_hear(phone)
    expect(desk.locator("[name=phone]")).to_have_value("0917-3262222")
    wait_until(lambda: CallBack.objects.filter(outcome="reached").exists(), PATIENCE)
    phone.keyboard.press("Alt+x")
    phone.get_by_role("button", name=re.compile("无声")).click()
    expect(phone.get_by_text("已登记：")).to_be_visible()
    assert Call.objects.get(direction="out").contact.not_a_case == "silent"  # type: ignore[union-attr]
    assert CallBack.objects.get().settled_at <= timezone.now()  # type: ignore[operator]
