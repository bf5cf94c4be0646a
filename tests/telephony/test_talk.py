"""A call from the first ring to the recording."""

from django.utils import timezone

from hutong.hotline.calls.actions import seats
from hutong.hotline.calls.models import Call, Seat
from hutong.hotline.recordings.models import Recording
from tests.browser import wait_until
from tests.cast import post
from tests.telephony.site import PATIENCE, Site


def sits(site: Site, username: str, **more: object) -> object:
    """Somebody sits down at a telephone and is ready."""
    signed_in = seats.open_window(post(username), at=timezone.now())
    wait_until(lambda: signed_in.user in [each["resource"] for each in site.ask("/endpoints")], PATIENCE)
    desk = site.desk(signed_in.user, signed_in.password, **more)
    seats.ready(post(username), at=timezone.now())
    return desk


def test_a_call_is_greeted_queued_answered_and_recorded(site: Site) -> None:
    sits(site, "xu")
    caller = site.caller(seconds=9)
    wait_until(lambda: Call.objects.filter(state="talking").exists(), PATIENCE)
    call = Call.objects.get()
    assert (call.caller, call.operator, call.centre.name) == ("13800138000", post("xu"), "西安市12349热线中心")
    assert caller.wait(PATIENCE) == 0
    wait_until(lambda: Call.objects.filter(state="ended", ended_how="answered").exists(), PATIENCE)
    assert Seat.objects.get().state == "wrap_up"
    wait_until(lambda: Recording.objects.filter(kept_at__isnull=False).exists(), PATIENCE)
