"""Foreign, broken and far too many packets of sound come to the exchange while people talk: the talk and its recording go on.

They come under the address of the operator's browser: from any other the exchange takes none. The flood is of packets that the browser
really sent, a hundred times as many as it sends.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from hutong.hotline.calls.actions import keeping
from hutong.hotline.recordings.models import Recording
from tests.browser import Servers, wait_until
from tests.cast import office
from tests.telephony import scenarios, strangers
from tests.telephony.hall import PITCH, Hall, answer, both_hear
from tests.telephony.people import until
from tests.telephony.site import PATIENCE, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOREIGN = 1500  # hertz that nobody in the call says
RUSH = 100  # packets at once, every 20 ms: a hundred times what a telephone sends
HERE = ("::ffff:127.0.0.1", "::1")
A_SECOND = 16000  # bytes of a recording


@pytest.fixture
def hall(quiet_site: Site, servers: Servers, chromium: Browser) -> Iterator[Hall]:
    if not strangers.may_pretend():
        pytest.skip("only root sends under another's address")
    keeping.open_line(centre=office("xian"), by=None, at=timezone.now(), name="西安 12349", number="12349", mode="own")
    quiet_site.start_phone("hutong.project.phone")
    hall = Hall(quiet_site, servers, chromium)
    hall.serve()
    yield hall
    hall.close()
    assert hall.pages.faults == []


def test_a_talk_and_its_recording_go_on_whatever_comes_to_its_ports(hall: Hall) -> None:
    site = hall.site
    _desk, phone = hall.sits("xu")
    with strangers.meanwhile(lambda: be_first(site), pause=0.002):
        site.caller("09173262222", seconds=100)
        answer(phone)
        both_hear(phone)
    assert "Source not in ICE active candidate list" in site.said(), "they came before the browser's own, and were seen"
    call, recorded = until(state="talking"), recording()
    way, sound = strangers.overheard(strangers.voice_ports(site.asterisk.pid), 20)
    with closing(strangers.Pretender(way)) as pretender:
        foreign = cycle(strangers.in_clear(sound[-1], scenarios.tone(FOREIGN, site.folder), 10))
        with strangers.meanwhile(lambda: pretender.send(next(foreign)), pause=0.02):
            assert site.hears(call.channel, PITCH, FOREIGN) == {PITCH}
        broken = cycle(strangers.broken(sound, 30 * RUSH))
        for packets in (broken, cycle(sound)):
            with strangers.meanwhile(lambda: [pretender.send(each) for each in islice(packets, RUSH)], pause=0.02):  # noqa: B023 within the turn
                both_hear(phone)
                before, begun = recorded.stat().st_size, time.monotonic()
                assert site.hears(call.channel, PITCH) == {PITCH}
                assert recorded.stat().st_size - before > (time.monotonic() - begun) / 2 * A_SECOND
    assert site.asterisk.poll() is None, "it is the process that was there before"
    site.caller("13800138001", seconds=60)
    until(caller_index="13800138001", state="queued")
    both_hear(phone)


def be_first(site: Site) -> None:
    """A stranger's first word of a key exchange, to every port for sound that there is, before the browser's own (CVE-2023-49786)."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as stranger:
        for port in strangers.voice_ports(site.asterisk.pid):
            for host in HERE:
                stranger.sendto(strangers.client_hello(), (host, port))


def recording() -> Path:
    """What is recorded of the operator while they talk."""
    wait_until(lambda: Recording.objects.exclude(operator_file="").exists(), PATIENCE)
    return Path(Recording.objects.get().operator_file)
