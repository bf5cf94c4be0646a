"""Asterisk over ARI, all on one WebSocket: what happens comes in, what is asked goes out and is answered (Asterisk 22.5 and later).

One connection costs a tenth of a request over HTTP for each deed. The dial plan sends every call to the application `hutong`.
"""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import websockets

from hutong.telephony.asterisk import config
from hutong.telephony.exchange import Answered, Arrived, Connected, DeskSeen, Event, Gone, HungUp, Lost, Played, Pressed, Recorded, Standing

APP = "hutong"
ANSWER = "RESTResponse"  # the type of a message that answers ours
CAME_IN, RUNG, HEARS = "in", "rung", "hears"  # the first argument of a channel in our application
PATIENCE = 10.0  # seconds for an answer
ERRORS = 400  # an answer from here on is a no
# Causes of Q.850: the line died (44 where media fell silent, 41 and 42 of networks, 27 and 38 of ways there); nobody there to ring.
LINE_DIED = frozenset({27, 38, 41, 42, 44, 102})
NOBODY_TO_RING = frozenset({3, 20, 27, 38})


class Asterisk:
    """One exchange, reached at an address that holds user and password."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        self._address = f"{scheme}://{parts.hostname}:{parts.port or 8088}/ari/events?app={APP}"
        key = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {key}"}
        self._socket: websockets.ClientConnection | None = None
        self._number = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._hearing: dict[str, asyncio.Event] = {}

    # --- events

    async def events(self) -> AsyncIterator[Event]:
        """What happens, in words of the port."""
        try:
            async with websockets.connect(
                self._address, additional_headers=self._headers, max_size=None, ping_interval=5, ping_timeout=10, proxy=None
            ) as self._socket:
                begun = asyncio.create_task(self._subscribe())
                yield Connected()
                async for text in self._socket:
                    if event := self._read(json.loads(text)):
                        yield event
                await begun
        except (OSError, websockets.WebSocketException, TimeoutError, Gone) as error:
            raise Lost(type(error).__name__) from None
        finally:
            self._socket = None
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(Lost("closed"))
            self._asked.clear()
        raise Lost("closed")

    async def _subscribe(self) -> None:
        """Hear of desks that sign in, and of nothing that we do not read."""
        with suppress(Gone, Lost):
            await self._ask("PUT", f"/applications/{APP}/eventFilter", body={"allowed": [{"type": kind} for kind in (*READ, ANSWER)]})
            await self._ask("POST", f"/applications/{APP}/subscription", eventSource="endpoint:PJSIP")

    def _read(self, message: Mapping[str, Any]) -> Event | None:
        if message["type"] == ANSWER:
            answer = self._asked.pop(message["request_id"], None)
            if answer and not answer.done():
                answer.set_result(message)
            return None
        if message["type"] == "StasisStart" and message["args"][:1] == [HEARS]:  # a snoop channel can be used from now on
            self._hearing.pop(message["channel"]["id"], asyncio.Event()).set()
        return told(message)

    async def standing(self) -> Standing:
        """Channels and bridges that are there."""
        info, channels, bridges = await asyncio.gather(
            self._ask("GET", "/asterisk/info", only="status"), self._ask("GET", "/channels"), self._ask("GET", "/bridges")
        )  # fmt: skip
        ours = [(each, _arguments(each)) for each in channels]
        return Standing(
            started_at=datetime.fromisoformat(info["status"]["startup_time"]),
            arrived=tuple(_arrived(each, given) for each, given in ours if given[:1] == [CAME_IN]),
            channels={each["id"]: each["state"] == "Up" for each in channels},
            rung=frozenset(each["id"] for each, given in ours if given[:1] == [RUNG]),
            bridges=frozenset(each["id"] for each in bridges),
        )

    # --- deeds

    async def answer(self, channel: str) -> None:
        """Take a call that came in."""
        await self._ask("POST", f"/channels/{channel}/answer")

    async def hang_up(self, channel: str) -> None:
        """End a channel."""
        with suppress(Gone):
            await self._ask("DELETE", f"/channels/{channel}", reason="normal")

    async def refuse(self, channel: str) -> None:
        """404."""
        with suppress(Gone):
            await self._ask("DELETE", f"/channels/{channel}", reason_code="1")

    async def play(self, channel: str, sound: Path | str, *, name: str) -> None:
        """A file, without its ending as Asterisk names it, or a tone."""
        media = f"sound:{sound.with_suffix('')}" if isinstance(sound, Path) else f"tone:{sound};tonezone=cn"
        await self._ask("POST", f"/channels/{channel}/play/{name}", media=media)

    async def stop_playing(self, name: str) -> None:
        """Stop a playback."""
        with suppress(Gone):
            await self._ask("DELETE", f"/playbacks/{name}")

    async def music(self, channel: str, *, on: bool) -> None:
        """Music on hold, of the class `default`."""
        await self._ask("POST" if on else "DELETE", f"/channels/{channel}/moh")

    async def ring_desk(self, user: str, *, channel: str, shown: str, at_once: bool, seconds: int) -> None:
        """Originate to a desk. A window that finds the header answers by itself."""
        headers = {"PJSIP_HEADER(add,X-Hutong-Answer)": "auto"} if at_once else {}
        await self._ring(f"PJSIP/{user}", channel, shown, seconds, headers)

    async def ring_number(self, number: str, *, channel: str, shown: str, about: str, seconds: int) -> None:
        """Originate over the trunk. The text goes as the subject of the call (RFC 3261, 20.36)."""
        headers = {"PJSIP_HEADER(add,Subject)": about} if about else {}
        dialled = number.replace("-", "")
        await self._ring(f"PJSIP/{dialled}@{config.TRUNK}", channel, shown.replace("-", ""), seconds, headers)

    async def _ring(self, endpoint: str, channel: str, shown: str, seconds: int, variables: Mapping[str, str]) -> None:
        await self._ask(
            "POST", f"/channels/{channel}", endpoint=endpoint, app=APP, appArgs=RUNG, callerId=shown or "anonymous", timeout=str(seconds),
            body={"variables": dict(variables)},
        )  # fmt: skip

    async def bridge(self, bridge: str, *channels: str, is_new: bool = False) -> None:
        """Add them to a mixing bridge of this name."""
        make = partial(self._ask, "POST", f"/bridges/{bridge}", type="mixing")
        add = partial(self._ask, "POST", f"/bridges/{bridge}/addChannel", channel=",".join(channels))
        if is_new:
            with suppress(Gone):  # it is there already
                await make()
        try:
            await add()
        except Gone:
            with suppress(Gone):
                await make()
            await add()

    async def unbridge(self, bridge: str, channel: str) -> None:
        """Take a channel out."""
        await self._ask("POST", f"/bridges/{bridge}/removeChannel", channel=channel)

    async def close(self, bridge: str) -> None:
        """End a bridge."""
        with suppress(Gone):
            await self._ask("DELETE", f"/bridges/{bridge}")

    async def _snoop(self, channel: str, name: str, **how: str) -> None:
        there = self._hearing[name] = asyncio.Event()
        await self._ask("POST", f"/channels/{channel}/snoop/{name}", app=APP, appArgs=HEARS, **how)
        try:
            async with asyncio.timeout(PATIENCE):
                await there.wait()
        except TimeoutError:
            raise Gone(name) from None

    async def listen(self, channel: str, *, name: str, whispers: bool) -> None:
        """A snoop channel on both directions."""
        whisper = "out" if whispers else "none"
        await self._snoop(channel, name, spy="both", whisper=whisper)

    async def record(self, channel: str, *, name: str, side: str) -> None:
        """A snoop channel on one direction, recorded as 8 kHz WAV. It ends with the channel that it hears."""
        await self._snoop(channel, name, spy=side)
        await self._ask("POST", f"/channels/{name}/record", name=name, format="wav", ifExists="overwrite", beep="false")

    async def stop_recording(self, name: str) -> None:
        """End the snoop channel and with it the recording."""
        await self.hang_up(name)

    async def silence(self, name: str, *, on: bool) -> None:
        """A muted recording goes on, in silence, so that both sides keep step."""
        await self._ask("POST" if on else "DELETE", f"/recordings/live/{name}/mute")

    async def admit(self, user: str, digest: str) -> None:
        """Push sign-in, address and endpoint of a desk into the exchange's memory."""
        for kind, fields in config.desk(user, digest).items():
            pushed = {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}
            await self._ask("PUT", f"/asterisk/config/dynamic/res_pjsip/{kind}/{user}", body=pushed)

    async def exclude(self, user: str) -> None:
        """Take them out again."""
        for kind in config.DESK_KINDS:
            with suppress(Gone):
                await self._ask("DELETE", f"/asterisk/config/dynamic/res_pjsip/{kind}/{user}")

    async def _ask(self, method: str, path: str, *, body: Any = None, **query: str) -> Any:
        """Raises Gone where what was spoken of is gone or in no state for it, Lost where nobody answers."""
        number = str(next(self._number))
        answered = self._asked[number] = asyncio.get_running_loop().create_future()
        asked = {
            "type": "RESTRequest", "request_id": number, "method": method,
            "uri": path.removeprefix("/") + (f"?{urlencode(query, quote_via=quote)}" if query else ""),
        }  # fmt: skip
        if body is not None:
            asked |= {"content_type": "application/json", "message_body": json.dumps(body)}
        try:
            if self._socket is None:
                raise Lost("not connected")
            await self._socket.send(json.dumps(asked))
            async with asyncio.timeout(PATIENCE):
                answer = await answered
        except (websockets.WebSocketException, TimeoutError) as error:
            raise Lost(type(error).__name__) from None
        finally:
            self._asked.pop(number, None)
        if answer["status_code"] >= ERRORS:
            raise Gone(f"{answer['status_code']} {method} {path}")
        return json.loads(answer["message_body"]) if answer.get("message_body") else None


def _arguments(channel: Mapping[str, Any]) -> list[str]:
    """With what a channel came to our application; [] for one that is not in it."""
    plan = channel["dialplan"]
    app, _comma, given = str(plan.get("app_data", "")).partition(",")
    return given.split(",") if plan.get("app_name") == "Stasis" and app == APP else []


def _arrived(channel: Mapping[str, Any], given: list[str]) -> Arrived:
    number, diverted = [*given[1:], "", ""][:2]
    return Arrived(channel["id"], number, channel["caller"]["number"], diverted)


def told(message: Mapping[str, Any]) -> Event | None:
    """One event of ARI as an event of the port; None for those that mean nothing to us."""
    read = READ.get(message["type"])
    return read(message) if read else None


def _started(message: Mapping[str, Any]) -> Event | None:
    given, channel = message["args"], message["channel"]
    if given[:1] == [CAME_IN]:
        return _arrived(channel, given)
    return Answered(channel["id"]) if given[:1] == [RUNG] else None


def _destroyed(message: Mapping[str, Any]) -> Event:
    cause = int(message["cause"])
    return HungUp(message["channel"]["id"], is_lost=cause in LINE_DIED, is_refused=cause in NOBODY_TO_RING)


def _desk(message: Mapping[str, Any]) -> Event:
    return DeskSeen(message["endpoint"]["resource"], message["peer"]["peer_status"].lower() in {"reachable", "registered"})


READ: dict[str, Callable[[Mapping[str, Any]], Event | None]] = {
    "StasisStart": _started,
    "ChannelDestroyed": _destroyed,
    "ChannelDtmfReceived": lambda message: Pressed(message["channel"]["id"], message["digit"]),
    "PlaybackFinished": lambda message: Played(message["playback"]["id"]),
    "RecordingFinished": lambda message: Recorded(message["recording"]["name"]),
    "RecordingFailed": lambda message: Recorded(message["recording"]["name"]),
    "PeerStatusChange": _desk,
}
