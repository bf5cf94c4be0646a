"""Process `live`: GET /live/stream?topics=office:<id>,case:<id>&since=<seconds> as text/event-stream.

A message is the name of a topic, nothing more; the page then fetches its region through the ordinary, permission-checked
view. A stream ends after some minutes and the browser opens it again, so a right that was taken away ends with it; and of a case, which
may go elsewhere in the deed that is told, it is asked again each time whether it may still be heard.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from functools import partial
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import django
from asgiref.sync import sync_to_async

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

from django.conf import settings  # noqa: E402

from hutong.desks.headers import NO_PAGE  # noqa: E402
from hutong.desks.live.doors import heard_by  # noqa: E402
from hutong.desks.live.hub import ALL, Hub, Stream  # noqa: E402

HEARTBEAT = 15.0  # seconds
LIVES = (240.0, 300.0)  # seconds; spread, so that the streams of a morning do not end together
MOST_TOPICS = 50
GUARD = {
    "x-content-type-options": "nosniff",
    "content-security-policy": NO_PAGE,
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "connection": "close",  # one request, one connection: what a proxy takes for a second one nobody answers
}
SESSION = "session:"
OF_A_CASE = ("case:", "presence:", "call:")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] != "/live/stream" or scope["method"] != "GET":
        await _refuse(send, 404)
    elif not _ours(_header(scope, b"origin")):
        await _refuse(send, 403)
    else:
        await _open(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await hub.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _open(scope: Scope, receive: Receive, send: Send) -> None:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    topics = query.get("topics", [""])[0].split(",")[:MOST_TOPICS]
    cookies = SimpleCookie(_header(scope, b"cookie"))
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    ask = partial(sync_to_async(heard_by), session.value if session else "", topics)
    heard = await ask() if session else None
    if heard is None:
        await _refuse(send, 401)
        return
    stream = Stream(heard)
    writing = asyncio.create_task(_write(stream, _seconds(query.get("since", [""])[0]), send, ask))
    leaving = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(stream)
        writing.cancel()
        leaving.cancel()
        await asyncio.gather(writing, leaving, return_exceptions=True)


async def _write(stream: Stream, since: float, send: Send, ask: Callable[[], Awaitable[frozenset[str] | None]]) -> None:
    await hub.join(stream, since)
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"x-accel-buffering", b"no"),
        *_guard(),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _say(send, "retry: 1000\n\n")
    loop = asyncio.get_running_loop()
    end = loop.time() + random.uniform(*LIVES)  # noqa: S311 spreads, hides nothing
    while loop.time() < end:
        told = await stream.next(HEARTBEAT)
        if any(topic.startswith(SESSION) for topic in told):
            break  # the session ended, and with it all that was opened in it
        if any(topic.startswith(OF_A_CASE) for topic in told) and not stream.topics <= {ALL, *(await ask() or ())}:
            break  # the page opens another, and hears what it still may
        await _say(send, "".join("event: all\ndata:\n\n" if topic == ALL else f"data: {topic}\n\n" for topic in told) or ":\n\n")
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _guard()})
    await send({"type": "http.response.body", "body": b""})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _ours(origin: str) -> bool:
    return origin in {"", settings.WEB_ORIGIN}


def _guard() -> list[tuple[bytes, bytes]]:
    """What every answer tells the browser."""
    told = GUARD | (
        {"strict-transport-security": f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"} if settings.SECURE_COOKIES else {}
    )
    return [(name.encode(), value.encode()) for name, value in told.items()] + _cors()


def _cors() -> list[tuple[bytes, bytes]]:
    if not settings.WEB_ORIGIN:
        return []
    return [
        (b"access-control-allow-origin", settings.WEB_ORIGIN.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def _seconds(given: str) -> float:
    try:
        return float(given)
    except ValueError:
        return float("inf")
