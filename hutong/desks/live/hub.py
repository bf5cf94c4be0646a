"""One ear on the database, many streams: what PostgreSQL announces is passed to whoever asked for its topic."""

import asyncio
import json
import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable

import psycopg
from psycopg import sql

from hutong.hotline.kernel.live import CHANNEL, address

log = logging.getLogger(__name__)

REMEMBERED = 120.0  # seconds
FORGIVEN = 2.0  # seconds by which the clocks of two of our machines may differ
RETRY = 1.0  # seconds
ALL = "*"  # every stream's topic: anything may have changed, for announcements were missed


class Stream:
    """What one page still has to be told. Announcements of one topic fall together; memory stays bounded."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = frozenset(topics) | {ALL}
        self._pending: set[str] = set()
        self._woken = asyncio.Event()

    def tell(self, topic: str) -> None:
        """Note a topic for the next `next()`."""
        self._pending.add(topic)
        self._woken.set()

    async def next(self, timeout: float) -> list[str]:
        """The topics announced since the last call; none after `timeout` seconds of silence."""
        try:
            async with asyncio.timeout(timeout):
                await self._woken.wait()
        except TimeoutError:
            return []
        self._woken.clear()
        told = sorted(self._pending)
        self._pending.clear()
        return told


class Hub:
    """The ear and the streams of one process."""

    def __init__(self) -> None:
        self._streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self._recent: deque[tuple[float, str]] = deque()
        self._ear: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def join(self, stream: Stream, since: float) -> None:
        """Start passing announcements to this stream, beginning with those since a moment (seconds since 1970)."""
        if self._ear is None:
            self._ear = asyncio.create_task(self._listen())
        await self._listening.wait()
        for topic in stream.topics:
            self._streams[topic].add(stream)
        if since < time.time() - REMEMBERED:
            stream.tell(ALL)
        for at, topic in self._recent:
            if at > since - FORGIVEN and topic in stream.topics:
                stream.tell(topic)

    def leave(self, stream: Stream) -> None:
        """The page is gone."""
        for topic in stream.topics:
            self._streams[topic].discard(stream)
            if not self._streams[topic]:
                del self._streams[topic]

    async def close(self) -> None:
        """Stop listening."""
        if self._ear is not None:
            self._ear.cancel()
            await asyncio.gather(self._ear, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except psycopg.Error as error:
                log.warning("the live channel is down, trying again: %s", error)
            self._listening.clear()
            await asyncio.sleep(RETRY)

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(address(), application_name="hutong live", autocommit=True) as ear:
            await ear.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            self._pass_on(ALL)
            self._listening.set()
            async for announced in ear.notifies():
                self._pass_on(json.loads(announced.payload)["topic"])

    def _pass_on(self, topic: str) -> None:
        now = time.time()
        self._recent.append((now, topic))
        while self._recent[0][0] < now - REMEMBERED:
            self._recent.popleft()
        for stream in self._streams.get(topic, ()):
            stream.tell(topic)
