"""A call from the first ring to the recording that is kept."""

import pytest
from django.utils import timezone

from hutong.hotline.calls.actions import asking, seats
from hutong.hotline.calls.models import CallBack
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.recordings.models import Recording
from tests.browser import wait_until
from tests.cast import post
from tests.telephony.people import asks, line_of, sits, story, until, until_seat
from tests.telephony.site import PATIENCE, Site

CALLER, XU = 440, 1000


def test_a_call_is_greeted_queued_answered_and_recorded(site: Site) -> None:
    sits(site, "xu")
    caller = site.caller(seconds=14)
    call = until(state="talking")
    assert (call.caller, call.operator, call.centre.name) == ("13800138000", post("xu"), "西安市12349热线中心")
    assert site.hears(call.channel, CALLER, XU) == {XU}
    assert site.hears(line_of("xu", call), CALLER, XU) == {CALLER}
    assert caller.wait(PATIENCE) == 0
    until(state="ended", ended_how="answered")
    until_seat("xu", state="wrap_up")
    wait_until(lambda: Recording.objects.filter(kept_at__isnull=False).exists(), PATIENCE)
    assert Recording.objects.get().seconds > 3
    assert [each for each in story(call) if each != "step"] == [
        "arrived", "queued", "rang", "joined", "answered", "left", "ended",
    ]  # fmt: skip

    with pytest.raises(Refusal):
        seats.ready(post("xu"), at=timezone.now())
    at = timezone.now()
    contact = contacts.take(by=post("xu"), at=at, channel="phone", narrative="", outcome="not_a_case", not_a_case="silent")
    asking.write_down(call.pk, contact=contact, by=post("xu"), at=at)
    assert seats.ready(post("xu"), at=timezone.now()).state == "ready"
    assert not CallBack.objects.exists()


def test_hold_and_pause(site: Site) -> None:
    sits(site, "xu")
    site.caller(seconds=60)
    call = until(state="talking")
    wait_until(Recording.objects.exists, PATIENCE)
    asks("xu", call, "hold")
    assert site.hears(call.channel, XU) == set()
    asks("xu", call, "unhold")
    assert site.hears(call.channel, XU) == {XU}
    asks("xu", call, "pause_recording")
    asks("xu", call, "resume_recording")
    assert Recording.objects.get().gaps.count() == 1
    asks("xu", call, "hang_up")
    until(state="ended", ended_how="answered")
