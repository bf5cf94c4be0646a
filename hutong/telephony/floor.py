"""The floor of the hotline: hears what happens at the exchange, brings callers and operators together, carries out what is asked.

What it knows by heart it can find again: a floor that is killed in mid-call leaves the talk alone, and the next one takes it up.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from hutong.hotline.calls import queries
from hutong.hotline.calls.actions import ringing
from hutong.hotline.calls.models import CallState, LegRole
from hutong.telephony.entrance import Entrance
from hutong.telephony.exchange import (
    Answered,
    Arrived,
    Connected,
    DeskSeen,
    Event,
    Exchange,
    Gone,
    HungUp,
    Played,
    Pressed,
    Recorded,
    Standing,
)
from hutong.telephony.hands import Hands, log
from hutong.telephony.talks import ROOM, Talks
from hutong.telephony.wishes import Wishes

TICK = 1.0  # seconds between two looks at the queue when nothing happens
NOT_READY = 0.5  # seconds
BACK_WITHIN = 3.0  # seconds in which a window that lost its line may come back to its talk


class Floor:
    """One at a time in the whole installation (`project.phone` sees to that)."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self.hands = Hands(exchange, folder)
        self.entrance = Entrance(self.hands)
        self.talks = Talks(self.hands, self.entrance)
        self.wishes = Wishes(self.hands, self.talks)
        self.asked = asyncio.Event()  # something was written that concerns the exchange
        self._locks: defaultdict[Any, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._admitted: dict[str, str] = {}
        self._there: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until the exchange is lost (raises Lost) or the task is cancelled."""
        try:
            async for event in self.hands.exchange.events():
                self._take(event)
        finally:
            for task in self._tasks:
                task.cancel()
            self.hands.lane.close()

    # --- events, in order for each call

    def _take(self, event: Event) -> None:
        if isinstance(event, Played):
            self.hands.played(event.name)
            return
        self._begin(self._in_turn(event))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self, event: Event) -> None:
        """What concerns one call happens in order; calls do not wait for one another."""
        channel = getattr(event, "channel", "")
        async with self._locks[self.hands.calls.get(channel, channel)]:
            await self.hands.quietly(self._handle(event))
        if isinstance(event, HungUp):
            self._locks.pop(channel, None)

    def _handle(self, event: Event) -> Coroutine[Any, Any, None]:
        deeds: dict[type, Callable[[Any], Coroutine[Any, Any, None]]] = {
            Connected: lambda _event: self._begin_again(),
            Arrived: self.entrance.arrived,
            Pressed: self.entrance.pressed,
            Answered: lambda event: self.talks.answered(event.channel),
            HungUp: lambda event: self.talks.gone(event.channel, is_lost=event.is_lost, is_refused=event.is_refused),
            Recorded: lambda event: self.talks.recorded(event.name),
            DeskSeen: self._desk_seen,
        }
        return deeds[type(event)](event)

    async def _desk_seen(self, event: DeskSeen) -> None:
        """A window that is gone in mid-talk and does not come back at once: its line is dead, and the caller must not stay on it."""
        self._there[event.user] = event.is_there
        if event.is_there:
            self.hands.due.set()
            return
        await asyncio.sleep(BACK_WITHIN)
        if not self._there.get(event.user):
            for channel in await self.hands.lane(queries.talking_at, event.user):
                await self.hands.exchange.hang_up(channel)

    # --- the queue, and what is asked

    async def _looking(self) -> None:
        """Look at the queue whenever something changed, and once a second."""
        while True:
            await _either(self.hands.due, TICK)
            await self.hands.quietly(self._distribute())

    async def _distribute(self) -> None:
        rings, waiting = await self.hands.lane(ringing.distribute, at=timezone.now())
        for ring in rings:
            self.hands.start(ring.call, self._ring(ring))
        await self.entrance.announce(waiting)

    async def _ring(self, ring: ringing.Ring) -> None:
        await self.talks.ring_desk(ring.user, channel=ring.channel, call=ring.call, shown=ring.shown, at_once=ring.at_once)

    async def _carrying_out(self) -> None:
        """Admit windows that were opened, and carry out wishes, whenever something was written, and once a second."""
        while True:
            await _either(self.asked, TICK)
            await self.hands.quietly(self._admit())
            await self.hands.quietly(self.wishes.look())

    async def _admit(self) -> None:
        wanted = dict(await self.hands.lane(queries.open_windows))
        for user in self._admitted.keys() - wanted.keys():
            await self.hands.exchange.exclude(user)
            del self._admitted[user]
        for user, digest in wanted.items():
            if self._admitted.get(user) != digest:
                await self.hands.exchange.admit(user, digest)
                self._admitted[user] = digest

    # --- after a restart, of us or of the exchange

    async def _begin_again(self) -> None:
        """Take up what is there; an exchange that has just started answers nothing for a moment. Then the work begins."""
        while True:
            try:
                await self._take_up()
            except Gone as gone:
                log.info("phone: the exchange is not ready: %s", gone)
                await asyncio.sleep(NOT_READY)
            else:
                break
        self._begin(self._looking())
        self._begin(self._carrying_out())

    async def _take_up(self) -> None:
        """Compare what we know with what is there, and go on from that."""
        self._admitted.clear()
        standing = await self.hands.exchange.standing()
        ours = await self.hands.lane(queries.carried)
        known = {leg.channel for leg in ours}
        self.hands.calls.update({leg.channel: leg.call for leg in ours})
        self.talks.rooms = {bridge.removesuffix(ROOM) for bridge in standing.bridges if bridge.endswith(ROOM)}
        log.info("phone: %d channels at the exchange, %d by our word", len(standing.channels), len(ours))
        for leg in ours:
            await self.hands.quietly(self._take_up_leg(leg, standing))
        for call in standing.arrived:
            if call.channel not in known:
                await self.entrance.arrived(call)
        await self.hands.drop(*(standing.rung - known))
        self.hands.due.set()
        self.asked.set()

    async def _take_up_leg(self, leg: queries.Carried, standing: Standing) -> None:
        if leg.channel not in standing.channels:
            await self.talks.gone(leg.channel, is_lost=_died(leg.since, standing.started_at))
        elif standing.channels[leg.channel] and not leg.has_joined:
            await self.talks.answered(leg.channel)
        elif leg.role == LegRole.CALLER and leg.state in {CallState.GREETING, CallState.QUEUED}:
            await self.entrance.wait(leg.channel, leg.call)


def _died(since: datetime, started_at: datetime) -> bool:
    """Whether a party was lost with the exchange: it was there before this one was started."""
    return since < started_at


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
