"""Broken signalling comes to the exchange while people talk: the talk goes on, and new calls come in."""

import random
import socket
from collections.abc import Iterator

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.browser import wait_until
from tests.telephony.people import line_of, sits, until
from tests.telephony.site import PATIENCE, Site

CALLER, XU = 440, 1000
COUNT = 400
INVITE = (
    "INVITE sip:12349@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{via} 127.0.0.1:5999;branch=z9hG4bK-{number};rport\r\n"
    "From: <sip:13900000000@127.0.0.1>;tag={number}\r\nTo: <sip:12349@127.0.0.1>\r\nCall-ID: {number}@stranger\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:13900000000@127.0.0.1:5999>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n"
    "Content-Length: {length}\r\n\r\n{body}"
)
SDP = "v=0\r\no=u 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5998 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
LONG, DEEP = "9" * 40000, "(" * 20000
# What is put in the place of a piece that stands in a whole message: numbers that no field holds, texts that end nowhere, nothing.
CHANGES = (
    ("CSeq: 1 ", "CSeq: 99999999999999999999 "), ("CSeq: 1 ", "CSeq: -1 "), ("CSeq: 1 INVITE", f"CSeq: {LONG} INVITE"),
    ("Max-Forwards: 70", "Max-Forwards: 4294967296"), ("SIP/2.0\r\n", "SIP/9.9\r\n"), ("INVITE sip", "\xff\xfe sip"),
    ("Content-Length: ", "Content-Length: 99999999999"), ("Content-Length: ", "Content-Length: -"), ("\r\n\r\n", "\r\n \r\n\t\r\n"),
    ("sip:12349@127.0.0.1 ", f"sip:{LONG}@127.0.0.1 "), ("sip:12349@127.0.0.1 ", "sip:[::1:::]:99999999 "), ("sip:12349@", "sip:%00%ff%@"),
    (";tag=", f';{DEEP}="unended;tag='), ("From: <", 'From: "\xd6\xd0" <'), ("To: <", 'To: "' + "\\" * 2001),
    ("Call-ID: ", "Call-ID: \x00\x01\x02"), ("Call-ID: ", "Call-ID: \xd6\xd0"),  # the second is GBK
    ("Via: SIP/2.0", "Via: SIP/" + LONG), (";rport", ";rport=-1;ttl=99999;maddr="), ("Contact: <", "Contact: *, <<<<"),
    ("m=audio 5998", "m=audio 99999999"), ("m=audio 5998 RTP/AVP 8", "m=audio 5998 RTP/AVP " + "8 " * 5000), ("v=0", "v=" + LONG),
    ("c=IN IP4 127.0.0.1", "c=IN IP4 999.1.1.1"), ("a=rtpmap:8 PCMA/8000", "a=rtpmap:8 PCMA/-1"),
    ("application/sdp", "multipart/mixed;boundary="),
)  # fmt: skip


def broken(via: str) -> Iterator[bytes]:
    """Invitations with a field that cannot be, then with signs changed and ends cut off; the same at each run."""
    chance = random.Random(12349)  # noqa: S311 nothing is kept secret by it
    for number in range(COUNT):
        text = INVITE.format(via=via, number=number, length=len(SDP), body=SDP)
        if number < len(CHANGES) * 2:
            was, now = CHANGES[number % len(CHANGES)]
            assert was in text
            text = text.replace(was, now)
        message = bytearray(text.encode("latin-1", "replace")[:65000])
        if number >= len(CHANGES):
            for _each in range(chance.randrange(1, 12)):
                message[chance.randrange(len(message))] = chance.randrange(256)
            message = message[: chance.randrange(len(message))] if chance.random() < 0.3 else message
        yield bytes(message)


def by_websocket(site: Site) -> None:
    """As a browser's telephone would send it; where the exchange hangs up, from the beginning."""
    there = f"ws://127.0.0.1:{site.http}/ws"
    messages = broken("WS")
    while True:
        try:
            with connect(there, subprotocols=["sip"], proxy=None) as line:  # type: ignore[list-item]
                for message in messages:
                    line.send(message)
                return
        except (WebSocketException, OSError):
            continue


def test_broken_signalling_ends_no_talk_and_keeps_no_call_out(site: Site) -> None:
    sits(site, "xu")
    site.caller(seconds=120)
    call = until(state="talking")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for message in broken("UDP"):
            stranger.sendto(message, ("127.0.0.1", site.sip))
    by_websocket(site)
    wait_until(lambda: site.do("GET", "/channels") == 200, PATIENCE)  # it has worked off what came
    assert site.hears(call.channel, CALLER, XU) == {XU}
    assert site.hears(line_of("xu", call), CALLER, XU) == {CALLER}
    site.caller("13800138001", seconds=60)
    until(caller_index="13800138001", state="queued")
    assert site.asterisk.poll() is None, "it is the process that was there before"
    assert until(state="talking").pk == call.pk
