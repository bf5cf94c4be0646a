"""Each way in is recognised by what the carrier sends; one key, and hours."""

from datetime import timedelta

from django.utils import timezone

from hutong.hotline.calls.actions import keeping
from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.clocks.actions import set_hours
from tests.browser import wait_until
from tests.cast import office
from tests.telephony.people import sits, until
from tests.telephony.site import PATIENCE, Site


def opens(**line: object) -> None:
    keeping.open_line(centre=office("xian"), by=None, at=timezone.now(), **{"name": "线路", **line})


def test_every_number_mode_is_known_by_what_the_carrier_sends(site: Site) -> None:
    opens(number="02989610001", mode="extension", older_number="02989610000")
    opens(number="12349", mode="forwarded", older_number="02912338")
    opens(number="02989610002", mode="government_line", older_number="12345")
    site.caller("13800138001", "12349", seconds=4)
    site.caller("13800138002", "02989610001", seconds=4, headers=("Diversion: <sip:02989610000@127.0.0.1>;reason=follow-me",))
    site.caller("13800138003", "12349", seconds=4, headers=("Diversion: <sip:02912338@127.0.0.1>;reason=unconditional",))
    # 12345 passes a call on under its own number, and says whose it is.
    site.caller("12345", "02989610002", seconds=4, headers=("P-Asserted-Identity: <sip:13800138004@127.0.0.1>",))
    wait_until(lambda: Call.objects.count() == 4, PATIENCE)
    found = {call.caller: (call.line.mode, call.diverted_from) for call in Call.objects.select_related("line")}
    assert found == {
        "13800138001": ("own", ""),
        "13800138002": ("extension", "02989610000"),
        "13800138003": ("forwarded", "02912338"),
        "13800138004": ("government_line", ""),
    }
    wait_until(lambda: Call.objects.filter(state="ended", ended_how="abandoned").count() == 4, PATIENCE)
    assert CallBack.objects.filter(reason="abandoned", settled_at=None).count() == 4


def test_one_key_means_danger_and_goes_first(site: Site) -> None:
    opens(number="12338", mode="own", key="1", key_means="danger")
    site.caller("13800138001", "12338", seconds=300)
    until(caller_index="13800138001", state="queued")
    site.caller("13800138002", "12338", seconds=300, keys=((1.5, "1"),))
    until(caller_index="13800138002", state="queued", is_danger=True)
    sits(site, "xu")
    assert until(state="talking").caller == "13800138002"


def test_after_hours_the_caller_is_told_and_called_back(site: Site) -> None:
    now = timezone.localtime()
    minute = now.hour * 60 + now.minute
    set_hours(office=office("xian"), windows=[((minute + 120) % 1380, (minute + 120) % 1380 + 30)], by=None, at=timezone.now())
    opens(number="12338", mode="own", keeps_hours=True)
    caller = site.caller("13800138001", "12338", seconds=40)
    call = until(state="ended", ended_how="after_hours")
    assert caller.wait(PATIENCE) == 0
    assert (call.call_back.reason, call.call_back.number) == ("after_hours", "13800138001")
    assert call.call_back.due_at > timezone.now() + timedelta(minutes=30)


def test_a_number_that_is_none_of_ours_is_turned_away(site: Site) -> None:
    caller = site.caller("13800138001", "99999", seconds=5)
    assert caller.wait(PATIENCE) != 0
    assert not Call.objects.exists()


def test_a_withheld_number_leaves_nobody_to_call_back(site: Site) -> None:
    site.caller("anonymous", seconds=7)
    call = until(state="ended")
    assert (call.caller, call.call_back.outcome) == ("", "no_number")
