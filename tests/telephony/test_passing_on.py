"""Calls passed on, three at once, and shift leads who listen, whisper, join and take over: who hears whom, measured."""

import pytest
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.actions import asking
from hutong.hotline.calls.models import Leg
from hutong.hotline.kernel.refusals import Refusal
from tests.browser import wait_until
from tests.cast import post
from tests.telephony.people import asks, line_of, sits, story, until, until_seat
from tests.telephony.site import PATIENCE, Site

CALLER, XU, HE, LU, POLICE = 440, 1000, 1500, 2000, 2600


def test_a_call_is_passed_on_blind(site: Site) -> None:
    sits(site, "xu", pitch=XU)
    site.caller(seconds=60)
    call = until(state="talking", operator=post("xu"))
    sits(site, "he", pitch=HE)
    asks("xu", call, "transfer_blind", post=post("he").pk)
    until_seat("xu", state="wrap_up")
    until(state="talking", operator=post("he"))
    line_of("he", call)
    assert site.hears(call.channel, XU, HE) == {HE}


def test_blind_to_nobody_puts_the_caller_first_again(site: Site) -> None:
    sits(site, "xu")
    site.caller(seconds=60)
    call = until(state="talking")
    sits(site, "he", answers=False)
    asks("xu", call, "transfer_blind", post=post("he").pk)
    call = until(state="queued", was_cut_off=True)
    assert "back_in_queue" in story(call)


def test_a_call_is_passed_on_after_a_word(site: Site) -> None:
    sits(site, "xu", pitch=XU)
    site.caller(seconds=60)
    call = until(state="talking")
    sits(site, "he", pitch=HE)
    asks("xu", call, "transfer_warm", post=post("he").pk)
    he = line_of("he", call)
    assert site.hears(he, CALLER, XU) == {XU}
    assert site.hears(call.channel, XU, HE) == set()
    asks("xu", call, "hang_up")
    until(state="talking", operator=post("he"))
    wait_until(lambda: not Leg.objects.filter(is_held=True, left_at=None).exists(), PATIENCE)
    assert site.hears(call.channel, XU, HE) == {HE}
    assert site.hears(he, CALLER, XU) == {CALLER}


def test_three_with_the_police_who_see_the_callers_number_and_where_the_child_is(site: Site) -> None:
    sits(site, "xu", pitch=XU)
    site.caller(seconds=60)
    call = until(state="talking")
    site.number(pitch=POLICE)
    asks("xu", call, "add", number="110", place="莲湖区青年路12号3单元")
    police = line_of("110", call)
    assert site.hears(police, CALLER, XU) == {CALLER, XU}
    assert site.hears(call.channel, XU, POLICE) == {XU, POLICE}
    invite = next(text for path in site.folder.glob("*_messages.log") if "INVITE sip:110@" in (text := path.read_text()))
    assert "Subject: 莲湖区青年路12号3单元" in invite
    assert "13800138000" in invite
    leg = call.legs.get(role="outside")
    assert leg.number == "110"
    asks("xu", call, "drop", leg=str(leg.pk))
    wait_until(lambda: police not in site.channels(), PATIENCE)
    assert site.hears(call.channel, XU, POLICE) == {XU}


def test_a_shift_lead_listens_whispers_joins_and_takes_over(site: Site) -> None:
    caller, xu = site.ear(), site.ear()
    sits(site, "xu", pitch=XU, ear=xu.port)
    site.caller(seconds=90, ear=caller.port)
    call = until(state="talking")
    with pytest.raises(Refusal):
        asking.ask(call.pk, "listen", by=post("he"), at=timezone.now())
    sits(site, "lu", pitch=LU)
    asks("lu", call, "listen")
    lu = line_of("lu", call)
    assert site.hears(lu, CALLER, XU) == {CALLER, XU}
    assert (xu.hears(CALLER, LU), caller.hears(XU, LU)) == ({CALLER}, {XU})
    asks("lu", call, "whisper")
    assert (xu.hears(CALLER, LU), caller.hears(XU, LU)) == ({CALLER, LU}, {XU})
    asks("lu", call, "join")
    assert (xu.hears(CALLER, LU), caller.hears(XU, LU)) == ({CALLER, LU}, {XU, LU})
    asks("lu", call, "take_over")
    until(state="talking", operator=post("lu"))
    until_seat("xu", state="wrap_up")
    assert caller.hears(XU, LU) == {LU}
    assert {"listen", "whisper", "join", "take_over"} <= set(story(call))
    verbs = AuditEntry.objects.filter(subject_id=call.pk).values_list("verb", flat=True)
    assert {"call_listen", "call_whisper", "call_join", "call_take_over"} <= set(verbs)


def test_a_reply_is_dialled_from_a_case(site: Site) -> None:
    from tests.loop import case_at

    case = case_at("reply")
    sits(site, "zhou", pitch=XU)
    site.number(pitch=CALLER)
    asking.dial("13900139000", by=post("zhou"), at=timezone.now(), purpose="reply", case=case)
    call = until(direction="out", state="talking")
    assert (call.case, call.caller, call.operator) == (case, "13900139000", post("zhou"))
    assert site.hears(call.channel, XU) == {XU}
    asks("zhou", call, "hang_up")
    until(direction="out", state="ended", ended_how="answered")
