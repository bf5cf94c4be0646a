"""No call is ever only a row: what nobody answers is called back, and what nobody calls back is a case that warns and climbs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hutong.hotline.calls import timers
from hutong.hotline.calls.actions import arriving, asking, calling_back, keeping, ringing, seats, talking
from hutong.hotline.calls.models import Call, CallBack, CallEvent, Line
from hutong.hotline.cases import timers as cases
from hutong.hotline.cases.models import CaseContact
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.kernel.refusals import Refusal
from tests.cast import office, post

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)  # ten in the morning in Xi'an


@pytest.fixture(autouse=True)
def line() -> Line:
    return keeping.open_line(centre=office("xian"), by=None, at=MONDAY - timedelta(days=9), name="12349", number="12349", mode="own")


def calls(channel: str = "c1", *, caller: str = "13800138000", at: datetime = MONDAY) -> Call:
    arrival = arriving.arrive(channel, number="12349", caller=caller, diverted_from="", at=at)
    assert arrival
    arriving.enqueue(arrival.call, at=at)
    return Call.objects.get(pk=arrival.call)


def answered(channel: str = "c1", *, at: datetime = MONDAY) -> Call:
    seats.open_window(post("xu"), at=at)
    seats.ready(post("xu"), at=at)
    call = calls(channel, at=at)
    (ring,), _waiting = ringing.distribute(at=at)
    talking.joined(ring.channel, at=at)
    call.refresh_from_db()
    return call


def test_who_hangs_up_in_the_queue_is_called_back_once_however_often_they_called() -> None:
    for number in range(3):
        call = calls(f"c{number}", at=MONDAY + timedelta(minutes=number))
        assert talking.left(call.channel, at=MONDAY + timedelta(minutes=number, seconds=30)).ended
    waiting = CallBack.objects.get()
    assert (waiting.reason, waiting.calls.count()) == ("abandoned", 3)
    assert waiting.due_at == MONDAY + timedelta(minutes=30, seconds=30)


def test_danger_is_called_back_at_once(line: Line) -> None:
    Line.objects.filter(pk=line.pk).update(key="1", key_means="danger")
    call = calls()
    assert arriving.press(call.pk, "1", at=MONDAY) == "danger"
    talking.left(call.channel, at=MONDAY)
    assert CallBack.objects.get().due_at == MONDAY + timedelta(minutes=5)


def test_what_nobody_calls_back_is_a_case_which_the_ladder_takes_up() -> None:
    call = calls()
    talking.left(call.channel, at=MONDAY)
    due = CallBack.objects.get().due_at
    assert timers.DEEDS[1].do(list(timers.to_open(due - timedelta(seconds=1))), due) == []
    assert len(timers.DEEDS[1].do(list(timers.to_open(due)), due)) == 1
    waiting = CallBack.objects.select_related("case").get()
    assert (waiting.case.stage, waiting.case.tier, waiting.settled_at) == ("intake", "II", None)
    contact = CaseContact.objects.get(case=waiting.case).contact
    assert (contact.reporter.phone, "13800138000" in contact.narrative) == ("13800138000", False)
    assert not list(timers.to_open(due + timedelta(hours=1)))
    late = waiting.case.due_at
    cases.sweep(at=late, deeds=cases.DEEDS)
    told = {notice.office.code for notice in waiting.case.notices.filter(kind="missed")}
    assert told == {"xian", "shaanxi"}


def test_an_answered_call_that_nobody_writes_down_is_called_back() -> None:
    call = answered()
    talking.left(call.channel, at=MONDAY + timedelta(minutes=5))
    with pytest.raises(Refusal):
        seats.ready(post("xu"), at=MONDAY + timedelta(minutes=6))
    later = MONDAY + timedelta(hours=3)
    assert len(timers.DEEDS[0].do(list(timers.to_write_down(later)), later)) == 1
    assert CallBack.objects.get().reason == "unwritten"
    contact = contacts.take(by=post("xu"), at=later, channel="phone", narrative="", outcome="not_a_case", not_a_case="silent")
    asking.write_down(call.pk, contact=contact, by=post("xu"), at=later)
    assert CallBack.objects.get().outcome == "written"
    assert seats.ready(post("xu"), at=later).state == "ready"


def test_who_calls_again_and_is_answered_needs_no_call_back() -> None:
    first = calls()
    talking.left(first.channel, at=MONDAY)
    answered("c2", at=MONDAY + timedelta(minutes=2))
    assert CallBack.objects.get().outcome == "called_again"


def test_a_call_back_is_given_up_only_after_three_tries() -> None:
    talking.left(calls().channel, at=MONDAY)
    waiting = CallBack.objects.get()
    with pytest.raises(Refusal):
        calling_back.give_up(waiting.pk, by=post("xu"), at=MONDAY)
    seats.open_window(post("xu"), at=MONDAY)
    for _try in range(3):
        asking.dial("", by=post("xu"), at=MONDAY, purpose="call_back", call_back_id=waiting.pk)
        call = Call.objects.get(direction="out", state="ringing")
        dialled = talking.joined(call.legs.get(role="operator").channel, at=MONDAY)
        assert dialled
        assert dialled.dials
        talking.left(dialled.dials[0], at=MONDAY)
        seats.ready(post("xu"), at=MONDAY)
    calling_back.give_up(waiting.pk, by=post("xu"), at=MONDAY)
    assert CallBack.objects.get().outcome == "not_reached"
    assert set(Call.objects.filter(direction="out").values_list("ended_how", flat=True)) == {"not_reached"}


def test_the_database_refuses_a_call_that_is_only_a_row_and_a_story_told_anew() -> None:
    call = calls()
    with pytest.raises(IntegrityError, match="call_is_never_only_a_row"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(state="ended", ended_how="abandoned", ended_at=timezone.now())
    with pytest.raises(Exception, match="calls_event"), transaction.atomic():
        CallEvent.objects.filter(call=call).update(action="queued")
    talking.left(call.channel, at=MONDAY)
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(caller_index=b"x")
