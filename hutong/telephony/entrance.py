"""From the first ring to the queue: greeted in five seconds, told where one stands, never left in silence, never hung up on."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from hutong.hotline.calls import queries, rules
from hutong.hotline.calls.actions import arriving, ringing
from hutong.telephony.exchange import Arrived, Gone, Pressed
from hutong.telephony.hands import Hands, log

OFFERED_EVERY = 40.0  # seconds between two offers to be called back


class Entrance:
    """Greets, announces places, offers to call back."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._told: dict[UUID, tuple[int, datetime]] = {}
        self._offered: dict[UUID, datetime] = {}
        self._speaking: set[UUID] = set()

    async def arrived(self, event: Arrived) -> None:
        """A call is there."""
        hands = self._hands
        arrival = await hands.lane(
            arriving.arrive, event.channel, number=event.number, caller=event.caller, diverted_from=event.diverted_from, at=timezone.now()
        )
        if arrival is None:
            log.error("phone: a call for a number that is no line of ours: …%s", event.number[-4:])
            await hands.exchange.refuse(event.channel)
            return
        hands.calls[event.channel] = arrival.call
        hands.start(arrival.call, self._greet(event.channel, arrival))

    async def _greet(self, channel: str, arrival: arriving.Arrival) -> None:
        hands = self._hands
        await hands.exchange.answer(channel)
        if not arrival.is_open:
            await self._promise(channel, arrival.call, arrival.centre, "after_hours", arrival.language, at_first=True)
            return
        greeting = await hands.sound(arrival.centre, "greeting", arrival.language)
        await hands.play(channel, greeting, name=_greeting(channel), most=rules.GREETING_AT_MOST.total_seconds())
        await self.wait(channel, arrival.call)

    async def wait(self, channel: str, call: UUID) -> None:
        """Into the queue, with music."""
        hands = self._hands
        if await hands.lane(arriving.enqueue, call, at=timezone.now()):
            await hands.music(channel, on=True)
            hands.due.set()

    async def _promise(self, channel: str, call: UUID, centre: UUID, name: str, language: str, *, at_first: bool = False) -> None:
        """Say that somebody will call back, and end the call."""
        hands = self._hands
        if at_first:
            await hands.lane(arriving.close, call, at=timezone.now())
        with suppress(Gone):
            sound = await hands.sound(centre, name, language)
            await hands.play(channel, sound, name=f"{call}.{name}")
        await hands.drop(channel)

    async def pressed(self, event: Pressed) -> None:
        """A key: it may mean danger, a language, or a call-back. Whatever it means, a person comes next."""
        hands = self._hands
        call = hands.calls.get(event.channel)
        if call is None:
            return
        meant = await hands.lane(arriving.press, call, event.key, at=timezone.now())
        if meant == "call_back":
            hands.cancel(call)
            hands.start(call, self._promised(event.channel, call))
        elif meant:
            await hands.stop(_greeting(event.channel))
            hands.due.set()

    async def _promised(self, channel: str, call: UUID) -> None:
        hands = self._hands
        await hands.music(channel, on=False)
        centre, language = await hands.lane(queries.where, call)
        await self._promise(channel, call, centre, "call_back_promised", language)

    async def apologise(self, channel: str, call: UUID) -> None:
        """Whoever talked to the caller is gone: say sorry, and wait at the head of the queue."""
        hands = self._hands
        self._speaking.add(call)
        hands.due.set()
        try:
            centre, language = await hands.lane(queries.where, call)
            await hands.play(channel, await hands.sound(centre, "apology", language), name=f"{call}.apology")
        finally:
            self._speaking.discard(call)
        await hands.music(channel, on=True)

    # --- those who wait

    async def announce(self, waiting: list[ringing.Queued]) -> None:
        """Tell those who wait where they stand, now and then."""
        now = timezone.now()
        self._told = {call: told for call, told in self._told.items() if call in {each.call for each in waiting}}
        for each in waiting:
            if each.call in self._speaking:
                continue
            if each.is_offered and self._should_offer(each.call, now):
                self._speak(each, "offer_call_back")
            elif rules.is_told(each.place, self._told.get(each.call), now):
                self._told[each.call] = (each.place, now)
                self._speak(each, "place" if each.place > 1 else "waiting")

    def _should_offer(self, call: UUID, now: datetime) -> bool:
        before = self._offered.get(call)
        if before and (now - before).total_seconds() < OFFERED_EVERY:
            return False
        self._offered[call] = now
        return True

    def _speak(self, queued: ringing.Queued, name: str) -> None:
        self._speaking.add(queued.call)
        self._hands.start(queued.call, self._said(queued, name))

    async def _said(self, queued: ringing.Queued, name: str) -> None:
        hands = self._hands
        try:
            ahead = min(queued.place - 1, rules.MOST_TOLD)
            sound = await hands.sound(queued.centre, name, queued.language, ahead=ahead)
            await hands.music(queued.channel, on=False)
            await hands.play(queued.channel, sound, name=_said(queued.channel))
            await hands.music(queued.channel, on=True)
        finally:
            self._speaking.discard(queued.call)

    async def hush(self, channel: str, call: UUID) -> None:
        """Somebody has answered: whatever is being played ends."""
        for name in (_said(channel), f"{call}.apology"):
            await self._hands.stop(name)
        self._hands.cancel(call)
        self._speaking.discard(call)
        self._offered.pop(call, None)
        await self._hands.music(channel, on=False)


def _greeting(channel: str) -> str:
    return f"{channel}.greeting"


def _said(channel: str) -> str:
    return f"{channel}.said"
