"""What everybody on the floor works with: the exchange, one lane to the database, the sounds, and what goes on in the background."""

import asyncio
import logging
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

RETRY = 0.5  # seconds until a lost database is tried again
PLAYED_AT_MOST = 20.0  # seconds; a sound whose end was not told of is over


class Lane:
    """All work on the database, one thing after the other, on one connection, beside the loop. A lost database is waited for."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lane")

    async def __call__(self, deed: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it, and give what it gives; verbs on calls may be done twice without harm."""
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: deed(*args, **kwargs))
            except (OperationalError, InterfaceError) as error:
                log.warning("phone: no database, trying again (%s)", str(error).partition("\n")[0])
                await asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
                await asyncio.sleep(RETRY)

    def close(self) -> None:
        """Let go of the connection."""
        self._thread.submit(connection.close)
        self._thread.shutdown(wait=True)


@dataclass
class Hands:
    """The tools, and what is known of the moment: which call a channel belongs to, what is playing, what runs for a call."""

    exchange: Exchange
    folder: Path  # shared with the exchange
    lane: Lane = field(default_factory=Lane)
    due: asyncio.Event = field(default_factory=asyncio.Event)  # the queue should be looked at
    calls: dict[str, UUID] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)  # channels that we hung up, or that may go
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
        text, audio = (await self.lane(queries.sounds_of, centre, language))[name]
        folder = self.folder / "sounds"
        try:
            return await asyncio.to_thread(speech.file_for, wording.at_place(text, ahead), audio, language, folder)
        except (OSError, EOFError, wave.Error):
            log.exception("phone: the sound %s cannot be made", name)
            return None

    async def play(self, channel: str, sound: Path | None, *, name: str, most: float = PLAYED_AT_MOST) -> None:
        """Play a sound to its end, or for as long as it may last."""
        if sound is None:
            return
        over = self._playing[name] = asyncio.Event()
        try:
            await self.exchange.play(channel, sound, name=name)
            await asyncio.wait_for(over.wait(), most)
        except TimeoutError:
            await self.exchange.stop_playing(name)
        finally:
            self._playing.pop(name, None)

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
