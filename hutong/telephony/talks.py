"""Those who have answered are brought together and recorded; when somebody leaves, nobody stays on a dead line."""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from hutong.hotline.calls import queries, rules
from hutong.hotline.calls.actions import talking
from hutong.hotline.calls.models import Call, LegRole
from hutong.hotline.network import queries as network
from hutong.hotline.recordings import actions as recordings
from hutong.hotline.recordings.models import Recording
from hutong.telephony.entrance import Entrance
from hutong.telephony.exchange import Exchange, Gone
from hutong.telephony.hands import Hands, log

RING_OUT = 45  # seconds that a number rings
SIDES = {"caller": "in", "operator": "out"}  # what the caller says, and what the caller hears: through every transfer


class Talks:
    """Bridges and recordings."""

    def __init__(self, hands: Hands, entrance: Entrance) -> None:
        self._hands, self._entrance = hands, entrance
        self.rooms: set[str] = set()  # the channels of shift leads who listen in a room of their own

    @property
    def _exchange(self) -> Exchange:
        return self._hands.exchange

    async def answered(self, channel: str) -> None:
        """A party that we rang has answered."""
        hands = self._hands
        joined = await hands.lane(talking.joined, channel, at=timezone.now())
        if joined is None:
            await hands.drop(channel)
            return
        hands.calls[channel] = joined.call
        if joined.role in {LegRole.LISTENER, LegRole.WHISPERER}:
            await self.listen(channel, joined.watched, whispers=joined.role == LegRole.WHISPERER)
        elif joined.dials:
            await self._dial(channel, joined)
        else:
            await self._join(channel, joined)

    async def _join(self, channel: str, joined: talking.Joined) -> None:
        hands = self._hands
        if joined.brings_caller:
            await self._entrance.hush(joined.caller, joined.call)
        if joined.role == LegRole.CALLER:
            await self._exchange.stop_playing(_ringing(joined.call))
        together = (channel, *((joined.caller,) if joined.brings_caller and joined.caller != channel else ()))
        await self._exchange.bridge(joined.bridge, *together, is_new=joined.records and joined.role == LegRole.OPERATOR)
        if joined.records:
            hands.start(joined.call, self._record(joined.call, joined.caller))
        if joined.relieves:
            await hands.drop(*joined.relieves)

    async def _dial(self, channel: str, joined: talking.Joined) -> None:
        """The desk hears it ring while the number is dialled."""
        assert joined.dials  # noqa: S101 that is why we are here
        await self._exchange.bridge(joined.bridge, channel, is_new=True)
        other, number = joined.dials
        self._hands.calls[other] = joined.call
        with suppress(Gone):
            await self._exchange.play(channel, "ring", name=_ringing(joined.call))
        shown = await self._hands.lane(_shown, joined.call)
        await self.ring_number(number, channel=other, shown=shown)

    async def ring_desk(self, user: str, *, channel: str, call: UUID, shown: str, at_once: bool = False) -> None:
        """Ring a desk; where there is none to ring, the call goes to somebody else."""
        self._hands.calls[channel] = call
        try:
            await self._exchange.ring_desk(user, channel=channel, shown=shown, at_once=at_once, seconds=int(rules.RING.total_seconds()))
        except Gone as gone:
            log.warning("phone: a desk cannot be rung: %s", gone)
            await self.gone(channel, is_lost=False, is_refused=True)

    async def ring_number(self, number: str, *, channel: str, shown: str, about: str = "") -> None:
        """Dial a number."""
        try:
            await self._exchange.ring_number(number, channel=channel, shown=shown, about=about, seconds=RING_OUT)
        except Gone as gone:
            log.warning("phone: a number cannot be dialled: %s", gone)
            await self.gone(channel, is_lost=False, is_refused=True)

    # --- shift leads

    async def listen(self, channel: str, watched: str, *, whispers: bool) -> None:
        """A room of their own with an ear at the operator's desk; whispering, the operator hears them, and nobody else."""
        ear = _ear(channel)
        self.rooms.add(channel)
        await self._exchange.listen(watched, name=ear, whispers=whispers)
        await self._exchange.bridge(_room(channel), channel, ear, is_new=True)

    async def leave_room(self, channel: str) -> None:
        """The ear is taken away. Whoever listened leaves the room before it closes: what a closing room lets go is busy for a moment."""
        self.rooms.discard(channel)
        await self._hands.drop(_ear(channel))
        with suppress(Gone):
            await self._exchange.unbridge(_room(channel), channel)
        await self._exchange.close(_room(channel))

    # --- leaving

    async def gone(self, channel: str, *, is_lost: bool, is_refused: bool = False) -> None:
        """A channel is gone. A desk's that we did not hang up is lost, for its button is a wish."""
        hands = self._hands
        left = await hands.lane(_left, channel, is_lost=is_lost, is_ours=channel in hands.dropped, is_refused=is_refused)
        hands.calls.pop(channel, None)
        hands.dropped.discard(channel)
        if left.call is None:
            return
        for each in self.rooms & {channel, *left.hang_up}:
            await self.leave_room(each)
        if left.ended:
            hands.cancel(left.call)
            await self._exchange.close(str(left.call))
        await hands.drop(*left.hang_up)
        if left.waits_again:
            await self._wait_again(left.call, left.waits_again)
        if left.waits_for:
            await self.hold(str(left.call), left.waits_for)
        if left.unheld:
            await self.unhold(str(left.call), left.unheld)
        hands.due.set()

    async def _wait_again(self, call: UUID, caller: str) -> None:
        hands = self._hands
        hands.cancel(call)
        with suppress(Gone):
            await self._exchange.unbridge(str(call), caller)
        await self._exchange.close(str(call))
        await self.stop_recording(call)
        hands.start(call, self._entrance.apologise(caller, call))

    async def hold(self, bridge: str, caller: str) -> None:
        """The caller hears music, and nobody."""
        with suppress(Gone):
            await self._exchange.unbridge(bridge, caller)
        await self._hands.music(caller, on=True)

    async def unhold(self, bridge: str, caller: str) -> None:
        """The caller is back among the others."""
        await self._hands.music(caller, on=False)
        await self._exchange.bridge(bridge, caller)

    # --- recordings

    async def _record(self, call: UUID, caller: str) -> None:
        files = await self._hands.lane(_begin_recording, call, self._hands.folder)
        for side, file in files.items():
            await self._exchange.record(caller, name=file.stem, side=SIDES[side])

    async def stop_recording(self, call: UUID) -> None:
        """The talk is over, though the call is not."""
        for name in await self._hands.lane(_running, call):
            await self._hands.drop(name)

    async def silence(self, call: UUID, by: UUID, *, on: bool) -> None:
        """What is said now is not kept, or is kept again."""
        for name in await self._hands.lane(_running, call):
            await self._exchange.silence(name, on=on)
        await self._hands.lane(_note_gap, call, by, on=on)

    async def recorded(self, name: str) -> None:
        """A file is closed; when both sides are, the talk is kept. What is left lying is the worker's."""
        await self._hands.lane(_keep_closed, name)


def _left(channel: str, *, is_lost: bool, is_ours: bool, is_refused: bool) -> talking.Left:
    is_lost = not is_ours if queries.is_desk(channel) else is_lost
    return talking.left(channel, at=timezone.now(), is_lost=is_lost, is_refused=is_refused)


def _shown(call: UUID) -> str:
    return queries.shown_by(queries.where(call)[0], at=timezone.now())


def _begin_recording(call_id: UUID, folder: Path) -> dict[str, Path]:
    call = Call.objects.get(pk=call_id)
    base = f"{call_id}.{Recording.objects.filter(call=call).count() + 1}"
    files = {side: folder / "spool" / "recording" / f"{base}.{side}.wav" for side in SIDES}
    recordings.begin(call, caller_wav=files["caller"], operator_wav=files["operator"], at=timezone.now())
    return files


def _running(call_id: UUID) -> list[str]:
    running = Recording.objects.filter(call=call_id, kept_at=None, lost_at=None).order_by("-started_at").first()
    return [Path(file).stem for file in (running.caller_file, running.operator_file)] if running else []


def _note_gap(call_id: UUID, by: UUID, *, on: bool) -> None:
    call, post = Call.objects.get(pk=call_id), network.posts_by_id([by])[by]
    (recordings.pause if on else recordings.resume)(call, by=post, at=timezone.now())


CLOSED: set[str] = set()  # recordings of which one side is closed


def _keep_closed(name: str) -> None:
    base, _dot, side = name.rpartition(".")
    if side not in SIDES:
        return
    if base not in CLOSED:
        CLOSED.add(base)
        return
    CLOSED.discard(base)
    lying = Recording.objects.filter(call=UUID(base.partition(".")[0]), caller_file__endswith=f"/{base}.caller.wav").first()
    if lying and all(Path(file).exists() for file in (lying.caller_file, lying.operator_file)):
        recordings.keep(lying.pk, at=timezone.now())


def _ear(channel: str) -> str:
    return f"{channel}.ear"


ROOM = ".room"


def _room(channel: str) -> str:
    return channel + ROOM


def _ringing(call: UUID) -> str:
    return f"{call}.ringing"
