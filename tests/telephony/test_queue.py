"""Who waits is taken up by somebody: the next operator, the shift lead, a neighbour, or a call back at the place that was kept."""

from django.utils import timezone

from hutong.hotline.calls.actions import keeping
from hutong.hotline.calls.models import Call
from tests.cast import office, post
from tests.telephony.people import sits, story, until, until_seat
from tests.telephony.site import PATIENCE, Site


def test_who_does_not_answer_is_passed_over(site: Site) -> None:
    sits(site, "xu", answers=False)
    until_seat("xu", state="ready")
    sits(site, "he")
    site.caller(seconds=60)
    assert until(state="talking").operator == post("he")
    assert until_seat("xu", state="on_break").reason == "missed"


def test_a_call_goes_on_to_the_shift_lead_and_then_to_the_neighbour(site: Site) -> None:
    keeping.agree(centre=office("xian"), neighbour=office("baoji"), by=None, at=timezone.now())
    sits(site, "lu")
    sits(site, "qin")
    site.caller("13800138001", seconds=60)
    assert until(caller_index="13800138001", state="talking").operator == post("lu")
    site.caller("13800138002", seconds=60)
    call = until(caller_index="13800138002", state="talking")
    assert (call.operator, call.step, call.centre) == (post("qin"), "neighbour", office("xian"))
    assert story(call).count("step") >= 1


def test_who_hangs_up_in_the_queue_is_called_back(site: Site) -> None:
    caller = site.caller("13800138001", seconds=8)
    call = until(state="ended", ended_how="abandoned")
    assert caller.wait(PATIENCE) == 0
    assert (call.call_back.reason, call.call_back.number, call.call_back.settled_at) == ("abandoned", "13800138001", None)
    again = site.caller("13800138001", seconds=60)
    sits(site, "xu")
    until(state="talking")
    call.call_back.refresh_from_db()
    assert call.call_back.outcome == "called_again"
    again.kill()


def test_a_call_back_at_the_place_that_was_kept(site: Site) -> None:
    """Nobody is at work, and the call is offered a call-back at once; the next who sits down is rung, and then the caller is."""
    site.number(pitch=440)
    caller = site.caller("13800138001", seconds=60, keys=((9, "1"),))
    call = until(direction="in", state="ended", ended_how="call_back")
    assert caller.wait(PATIENCE) == 0
    assert call.call_back.place_since == call.queued_at
    sits(site, "xu")
    back = until(direction="out", state="talking")
    assert (back.caller, back.operator, back.purpose) == ("13800138001", post("xu"), "call_back")
    call.call_back.refresh_from_db()
    assert call.call_back.outcome == "reached"
    assert Call.objects.count() == 2
