"""What everybody on the floor works with: the exchange, a few lanes to the database, the sounds, and what goes on in the background."""

import asyncio
import logging
import time
import wave
from collections import defaultdict
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from hutong.hotline.calls import queries, wording
from hutong.telephony import speech
from hutong.telephony.exchange import Exchange, Gone, Lost

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)

LANES = 4
KNOWN_FOR = 10.0  # seconds for which what callers hear is not asked again
RETRY = 0.5  # seconds until a lost database is tried again
PLAYED_AT_MOST = 20.0  # seconds; a sound whose end was not told of is over


class Lanes:
    """All work on the database, beside the loop, on a few connections. A lost database is waited for."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="lane")

    async def __call__(self, deed: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it, and give what it gives; verbs on calls may be done twice without harm."""
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, _on_a_live_connection, lambda: deed(*args, **kwargs))
            except (OperationalError, InterfaceError) as error:
                log.warning("phone: no database, trying again (%s)", str(error).partition("\n")[0])
                await asyncio.sleep(RETRY)

    def close(self) -> None:
        """Let go of the connections, once what is being done is done."""
        for _lane in range(LANES):
            self._threads.submit(connection.close)
        self._threads.shutdown(wait=True)


def _on_a_live_connection(deed: Callable[[], R]) -> R:
    """A connection that was lost is not used again."""
    try:
        return deed()
    except (OperationalError, InterfaceError):
        connection.close()
        raise


@dataclass
class Hands:
    """The tools, and what is known of the moment: which call a channel belongs to, what is playing, what runs for a call."""

    exchange: Exchange
    folder: Path  # shared with the exchange
    lane: Lanes = field(default_factory=Lanes)
    due: asyncio.Event = field(default_factory=asyncio.Event)  # the queue should be looked at
    calls: dict[str, UUID] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)  # channels that we hung up, or that may go
    _sounds: dict[tuple[UUID, str], tuple[float, dict[str, tuple[str, bytes]]]] = field(default_factory=dict)
    _playing: dict[str, asyncio.Event] = field(default_factory=dict)
    _tasks: defaultdict[UUID, set[asyncio.Task[None]]] = field(default_factory=lambda: defaultdict(set))

    # --- what runs for a call

    def start(self, call: UUID, work: Coroutine[Any, Any, None]) -> None:
        """Begin something that ends with the call at the latest."""
        task = asyncio.create_task(self.quietly(work))
        self._tasks[call].add(task)
        task.add_done_callback(self._tasks[call].discard)

    def cancel(self, call: UUID) -> None:
        """End what runs for a call."""
        for task in self._tasks.pop(call, set()):
            task.cancel()

    @staticmethod
    async def quietly(work: Coroutine[Any, Any, None]) -> None:
        """Do it; what fails is logged, and the floor goes on."""
        try:
            await work
        except Gone as gone:
            log.debug("phone: gone meanwhile: %s", gone)
        except Lost:
            log.info("phone: the exchange is gone")
        except Exception:
            log.exception("phone: something in the background failed")

    # --- what is heard

    async def sound(self, centre: UUID, name: str, language: str, *, ahead: int = 0) -> Path | None:
        """The file of a sound of a centre; None where there is neither a recording nor an engine: nobody waits for a sound."""
        text, audio = (await self._sounds_of(centre, language))[name]
        folder = self.folder / "sounds"
        try:
            return await asyncio.to_thread(speech.file_for, wording.at_place(text, ahead), audio, language, folder)
        except (OSError, EOFError, wave.Error):
            log.exception("phone: the sound %s cannot be made", name)
            return None

    async def _sounds_of(self, centre: UUID, language: str) -> dict[str, tuple[str, bytes]]:
        asked, sounds = self._sounds.get((centre, language), (0.0, {}))
        if not sounds or time.monotonic() > asked + KNOWN_FOR:
            sounds = await self.lane(queries.sounds_of, centre, language)
            self._sounds[centre, language] = (time.monotonic(), sounds)
        return sounds

    async def play(self, channel: str, sound: Path | None, *, name: str, most: float = PLAYED_AT_MOST) -> None:
        """Play a sound to its end, or for as long as it may last."""
        if sound is None:
            return
        over = self._playing[name] = asyncio.Event()
        try:
            await self.exchange.play(channel, sound, name=name)
            async with asyncio.timeout(most):
                await over.wait()
        except TimeoutError:
            await self.exchange.stop_playing(name)
        finally:
            self._playing.pop(name, None)

    async def stop(self, name: str) -> None:
        """Stop what is playing under this name, if anything is."""
        if name in self._playing:
            await self.exchange.stop_playing(name)

    def played(self, name: str) -> None:
        """The exchange says that it is over."""
        if over := self._playing.get(name):
            over.set()

    async def drop(self, *channels: str) -> None:
        """Hang up, and know that it was us."""
        self.dropped.update(channels)
        for channel in channels:
            await self.exchange.hang_up(channel)

    async def music(self, channel: str, *, on: bool) -> None:
        """Music or none, where the channel is still there."""
        with suppress(Gone):
            await self.exchange.music(channel, on=on)
