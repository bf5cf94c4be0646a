"""What people asked of a call, carried out: one line for each kind."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from django.utils import timezone

from hutong.hotline.calls import queries
from hutong.hotline.calls.actions import asking
from hutong.hotline.calls.models import Asked
from hutong.telephony.exchange import Gone, Lost
from hutong.telephony.hands import Hands, log
from hutong.telephony.talks import Talks


class Wishes:
    """Takes what is asked, does it, and says how it went."""

    def __init__(self, hands: Hands, talks: Talks) -> None:
        self._hands, self._talks = hands, talks
        self._under_way: set[UUID] = set()
        self._deeds: dict[str, Callable[[queries.Todo], Awaitable[None]]] = {
            Asked.HOLD: lambda todo: talks.hold(todo.bridge, todo.caller),
            Asked.UNHOLD: lambda todo: talks.unhold(todo.bridge, todo.caller),
            Asked.TRANSFER_WARM: self._transfer_warm,
            Asked.TRANSFER_BLIND: self._transfer_blind,
            Asked.ADD: self._ring,
            Asked.DROP: lambda todo: hands.drop(todo.channel),
            Asked.HANG_UP: lambda todo: hands.drop(todo.channel),
            Asked.DIAL: self._ring_own,
            Asked.LISTEN: self._monitor,
            Asked.WHISPER: self._monitor,
            Asked.JOIN: self._monitor,
            Asked.TAKE_OVER: self._monitor,
            Asked.PAUSE_RECORDING: lambda todo: talks.silence(todo.call, todo.by, on=True),
            Asked.RESUME_RECORDING: lambda todo: talks.silence(todo.call, todo.by, on=False),
        }

    async def look(self) -> None:
        """Carry out what is asked and not yet under way."""
        for todo in await self._hands.lane(queries.todo):
            if todo.wish not in self._under_way:
                self._under_way.add(todo.wish)
                await self._carry_out(todo)
                self._under_way.discard(todo.wish)

    async def _carry_out(self, todo: queries.Todo) -> None:
        fault = ""
        try:
            await self._deeds[todo.asked](todo)
        except Gone as gone:
            log.info("phone: %s could not be done: %s", todo.asked, gone)
            fault = "gone"
        except Lost:
            return  # it is asked again when the exchange is back
        except Exception:
            log.exception("phone: %s failed", todo.asked)
            fault = "failed"
        await self._hands.lane(asking.done, todo.wish, at=timezone.now(), fault=fault)

    async def _ring(self, todo: queries.Todo) -> None:
        """Ring whoever is to come into the call."""
        self._hands.calls[todo.channel] = todo.call
        if todo.user:
            await self._talks.ring_desk(todo.user, channel=todo.channel, call=todo.call, shown=todo.shown)
        else:
            await self._talks.ring_number(todo.number, channel=todo.channel, shown=todo.shown, about=todo.about)

    async def _ring_own(self, todo: queries.Todo) -> None:
        await self._talks.ring_desk(todo.user, channel=todo.channel, call=todo.call, shown=todo.shown, at_once=True)

    async def _transfer_warm(self, todo: queries.Todo) -> None:
        await self._talks.hold(todo.bridge, todo.caller)
        await self._ring(todo)

    async def _transfer_blind(self, todo: queries.Todo) -> None:
        await self._ring(todo)
        await self._hands.drop(todo.own)

    async def _monitor(self, todo: queries.Todo) -> None:
        """A shift lead's own window is rung, or goes on from listening to whispering, to talking with both, to taking over."""
        if not todo.goes_on:
            await self._ring_own(todo)
            return
        await self._talks.leave_room(todo.channel)
        with suppress(Gone):
            await self._hands.exchange.unbridge(todo.bridge, todo.channel)
        await self._talks.answered(todo.channel)
