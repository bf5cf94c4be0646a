"""Three hundred calls in a minute, forty at once: greeted, queued, answered; how long a desk takes to ring and to speak, and who was lost.

A real exchange, callers and desks played by sipp. Greeting and music are the callers' time, and not counted.
"""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.utils import timezone

from bench import product
from hutong.hotline.calls.actions import asking, seats
from hutong.hotline.calls.models import Call, CallEvent, Seat
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.network.demo import SINCE
from hutong.hotline.network.models import Office, Post, Staff
from hutong.project.database import data_folder, kept_secret
from hutong.telephony.asterisk import installing
from tests.telephony import scenarios

CALLS, RATE, AT_ONCE = 300, 5, 40
DESKS = 40
STAYS = 8  # seconds from the answer of the exchange to the caller's hanging up, greeting included
HTTP, SIP, DESK = (f"127.0.0.1:{product.PORT + more}" for more in (2, 3, 4))
PLAIN = {"webrtc": "no", "allow": "alaw", "transport": "udp"}


def can() -> str:
    """What this machine lacks for it; '' where it has all."""
    lacking = [tool for tool in ("sipp", "sox") if shutil.which(tool) is None]
    return ", ".join(lacking + ([] if installing.is_installed(data_folder()) else ["an exchange (make phone)"]))


def lines() -> Iterator[str]:
    """The figures, in words; the product must be up."""
    if lacking := can():
        yield f"\nCalls: not measured, for there is no {lacking}."
        return
    began = timezone.now()
    with TemporaryDirectory() as folder, _answering(Path(folder)):
        start = time.perf_counter()
        callers = _sipp(
            Path(folder), scenarios.caller("1380013[call_number]", "12349", folder=Path(folder), seconds=STAYS), SIP,
            "-r", str(RATE), "-l", str(AT_ONCE), "-m", str(CALLS),
        )  # fmt: skip
        callers.wait()
        took = time.perf_counter() - start
        time.sleep(2)
    calls = Call.objects.filter(direction="in", arrived_at__gte=began)
    answered = calls.filter(ended_how="answered").count()
    yield f"\n{calls.count()} calls in {took:.0f} s, {AT_ONCE} at once at most: {answered} answered, {CALLS - answered} lost"
    for words, first, then in (("greeted → its turn", "queued", "rang"), ("rung → together with the caller", "rang", "answered")):
        spans = _spans(calls, first, then)
        yield f"{words}: p50 {spans[len(spans) // 2] * 1000:.0f} ms, p95 {spans[int(len(spans) * 0.95)] * 1000:.0f} ms"


def _spans(calls: "QuerySet[Call]", first: str, then: str) -> list[float]:
    """The seconds between two lines of each call's story, in order of length."""
    moments: dict[tuple[object, str], list[float]] = {}
    for call, action, at in CallEvent.objects.filter(call__in=calls).values_list("call", "action", "at"):
        moments.setdefault((call, action), []).append(at.timestamp())
    return sorted(
        min(later) - min(moments[call, first]) for (call, action), later in moments.items() if action == then and (call, first) in moments
    )


class _answering:  # noqa: N801 a context, read as a word
    """So many desks that answer at once, and people who write every call down and are ready again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.over = folder, threading.Event()

    def __enter__(self) -> None:
        centre = Office.objects.get(code="HC-6101")
        posts = [_post(centre, number) for number in range(DESKS)]
        signed_in = [seats.open_window(post, at=timezone.now()) for post in posts]
        _make_plain([each.user for each in signed_in])
        rows = [f"{each.user};[authentication username={each.user} password={each.password}]" for each in signed_in]
        (self.folder / "desks.csv").write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")
        script = scenarios.sign_in("[field0]", "", folder=self.folder)
        script.write_text(script.read_text().replace("[authentication username=[field0] password=]", "[field1]"))
        port = DESK.partition(":")[2]
        signing = _sipp(self.folder, script, SIP, "-inf", "desks.csv", "-m", str(DESKS), "-r", "20", port=port)
        assert signing.wait() == 0  # noqa: S101 nothing to measure otherwise
        self.desks = _sipp(self.folder, scenarios.answering(folder=self.folder), "", "-m", str(CALLS * 2), port=port)
        self.people = threading.Thread(target=self._write_down)
        self.people.start()
        while Seat.objects.filter(state="wrap_up").exists():  # what an earlier run left
            time.sleep(0.1)
        for post in posts:
            seats.ready(post, at=timezone.now())

    def __exit__(self, *_ended: object) -> None:
        self.over.set()
        self.people.join()
        self.desks.terminate()
        self.desks.wait()

    def _write_down(self) -> None:
        while not self.over.wait(0.2):
            for seat in Seat.objects.filter(state="wrap_up").select_related("post__staff", "post__office", "call"):
                at = timezone.now()
                if seat.call and seat.call.contact_id is None:
                    contact = contacts.take(by=seat.post, at=at, channel="phone", narrative="", outcome="not_a_case", not_a_case="test")
                    asking.write_down(seat.call.pk, contact=contact, by=seat.post, at=at)
                seats.ready(seat.post, at=at)


def _post(centre: Office, number: int) -> Post:
    staff, _new = Staff.objects.get_or_create(username=f"bench-{number}", defaults={"name": f"测{number}", "password": make_password(None)})
    return Post.objects.select_related("staff", "office").get_or_create(
        staff=staff, office=centre, role="operator", defaults={"valid_from": SINCE}
    )[0]


def _make_plain(users: list[str]) -> None:
    """Desks that are SIP telephones and no browsers, for sipp speaks no WebRTC."""
    with httpx.Client(auth=("hutong", kept_secret(data_folder() / "exchange.secret")), trust_env=False) as ari:
        for user in users:
            while ari.get(f"http://{HTTP}/ari/endpoints/PJSIP/{user}").status_code != 200:
                time.sleep(0.1)
            fields = [{"attribute": name, "value": value} for name, value in PLAIN.items()]
            ari.put(f"http://{HTTP}/ari/asterisk/config/dynamic/res_pjsip/endpoint/{user}", json={"fields": fields}).raise_for_status()


def _sipp(folder: Path, script: Path, to: str, *more: str, port: str = "") -> "subprocess.Popen[bytes]":
    command = ["sipp", *([to] if to else []), "-sf", str(script), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-nd", *more]
    command += ["-default_behaviors", "all,-bye", *(["-p", port] if port else [])]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
