"""Whoever is killed in mid-call: the talk goes on, or the caller is taken up again; nobody stays on a dead line."""

import time

from hutong.hotline.calls.models import Call, CallBack
from tests.browser import wait_until
from tests.cast import post
from tests.telephony.people import asks, line_of, sits, story, until, until_seat
from tests.telephony.site import PATIENCE, Site

CALLER, XU = 440, 1000


def test_the_phone_is_killed_and_the_talk_goes_on_and_is_found_again(site: Site) -> None:
    sits(site, "xu", pitch=XU)
    site.caller(seconds=90)
    call = until(state="talking")
    site.kill(site.phone)
    assert {call.channel, line_of("xu", call)} <= set(site.bridged(str(call.pk)))
    waiting = site.caller("13800138001", seconds=90)  # comes in while nobody listens, and is kept
    time.sleep(1)
    site.start_phone()
    until(caller_index="13800138001", state="queued")
    assert until(state="talking").pk == call.pk
    asks("xu", call, "hang_up")
    until(state="ended", ended_how="answered")
    assert waiting.poll() is None


def test_the_phone_is_killed_and_the_caller_hangs_up_meanwhile(site: Site) -> None:
    sits(site, "xu")
    caller = site.caller(seconds=90)
    until(state="talking")
    site.kill(site.phone)
    caller.kill()
    site.do("DELETE", f"/channels/{Call.objects.get().channel}")
    site.start_phone()
    until(state="ended", ended_how="answered")
    until_seat("xu", state="wrap_up")


def test_the_exchange_is_killed_and_the_caller_is_called_back(site: Site) -> None:
    sits(site, "xu")
    site.caller(seconds=90)
    until(state="talking")
    site.caller("13800138001", seconds=90)
    until(caller_index="13800138001", state="queued")
    site.kill(site.asterisk)
    time.sleep(1.5)  # the exchange says since when it runs in whole seconds
    site.start_exchange()
    lost = until(caller_index="13800138000", state="ended")
    until(caller_index="13800138001", state="ended")
    assert (lost.ended_how, lost.call_back.reason) == ("lost", "lost")
    assert CallBack.objects.filter(settled_at=None).count() == 2
    until_seat("xu", state="wrap_up")
    site.caller("13800138000", seconds=90)
    assert until(caller_index="13800138000", state="queued").was_cut_off


def test_a_desk_that_dies_puts_the_caller_first_again_with_an_apology(site: Site) -> None:
    desk = sits(site, "xu")
    site.caller("13800138001", seconds=300)
    call = until(state="talking")
    site.caller("13800138002", seconds=300)
    until(caller_index="13800138002", state="queued")
    site.kill(desk)
    call = until(caller_index="13800138001", state="queued", was_cut_off=True)
    assert "back_in_queue" in story(call)
    assert until_seat("xu", state="away").reason == "window_lost"
    sits(site, "he")
    assert until(state="talking", operator=post("he")).caller == "13800138001"
    line_of("he", call)
    wait_until(lambda: site.hears(call.channel, XU) == {XU}, PATIENCE)
    wait_until(lambda: CallBack.objects.count() == 0, PATIENCE)
