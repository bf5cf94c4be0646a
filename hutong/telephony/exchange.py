"""What the work needs of a telephone exchange, and no more: another exchange is another folder beside `asterisk`.

Channels and bridges have names; those that we make bear names that we choose, so that they are known again after a restart.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias


class Lost(Exception):  # noqa: N818 the trade's word
    """The exchange does not answer."""


class Gone(Exception):  # noqa: N818 the trade's word
    """The channel or bridge that was spoken of is not there any more."""


@dataclass(frozen=True)
class Connected:
    """The exchange is there, and what happens from now on is told: the first event of all."""


@dataclass(frozen=True)
class Arrived:
    """A call came in."""

    channel: str
    number: str
    caller: str
    diverted_from: str


@dataclass(frozen=True)
class Answered:
    """A party that we rang has answered."""

    channel: str


@dataclass(frozen=True)
class HungUp:
    """A channel is gone. `is_lost`: nobody hung up. `is_refused`: it could not be rung at all."""

    channel: str
    is_lost: bool = False
    is_refused: bool = False


@dataclass(frozen=True)
class Played:
    """What was played under this name is over."""

    name: str


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    channel: str
    key: str


@dataclass(frozen=True)
class Recorded:
    """A recording has ended."""

    name: str


@dataclass(frozen=True)
class DeskSeen:
    """A desk's window has signed in at the exchange, or is gone from it."""

    user: str
    is_there: bool


Event: TypeAlias = Connected | Arrived | Answered | HungUp | Played | Pressed | Recorded | DeskSeen


@dataclass(frozen=True)
class Standing:
    """What the exchange carries: what came in, all channels (answered or not), those that we rang, bridges, and since
    when it runs."""

    started_at: datetime
    arrived: tuple[Arrived, ...]
    channels: dict[str, bool]
    rung: frozenset[str]
    bridges: frozenset[str]


class Exchange(Protocol):
    """Each deed raises Lost or Gone where it cannot be done."""

    def events(self) -> AsyncIterator[Event]:
        """What happens, from the moment of connecting on. Raises Lost when the connection is."""
        ...

    async def standing(self) -> Standing:
        """What is there now."""
        ...

    async def answer(self, channel: str) -> None:
        """Take a call that came in."""

    async def hang_up(self, channel: str) -> None:
        """End a channel; one that is gone is no fault."""

    async def refuse(self, channel: str) -> None:
        """Turn a call away: the number is not ours."""

    async def play(self, channel: str, sound: Path | str, *, name: str) -> None:
        """Play a file, or the tone of this name."""

    async def stop_playing(self, name: str) -> None:
        """Stop it; what is over is no fault."""

    async def music(self, channel: str, *, on: bool) -> None:
        """Music for somebody who waits, or none."""

    async def ring_desk(self, user: str, *, channel: str, shown: str, at_once: bool, seconds: int) -> None:
        """Ring a desk under this name. `at_once`: whoever sits there asked for it, and the window may answer by itself."""

    async def ring_number(self, number: str, *, channel: str, shown: str, about: str, seconds: int) -> None:
        """Dial out under this name, showing a number, with a short text for exchanges that can show it."""

    async def bridge(self, bridge: str, *channels: str, is_new: bool = False) -> None:
        """Bring channels together; a bridge that is new, or missing, is made."""

    async def unbridge(self, bridge: str, channel: str) -> None:
        """Take a channel out of it."""

    async def close(self, bridge: str) -> None:
        """End a bridge; one that is gone is no fault."""

    async def listen(self, channel: str, *, name: str, whispers: bool) -> None:
        """A channel of this name that hears another one, both ways, and perhaps is heard by it alone."""

    async def record(self, channel: str, *, name: str, side: str) -> None:
        """Record what a channel says (`in`) or hears (`out`), until it ends."""

    async def stop_recording(self, name: str) -> None:
        """End a recording; it is told of by `Recorded`."""

    async def silence(self, name: str, *, on: bool) -> None:
        """Write silence in its place, or go on recording."""

    async def admit(self, user: str, digest: str) -> None:
        """Let a desk sign in with this digest from now on."""

    async def exclude(self, user: str) -> None:
        """Let a desk sign in no more."""
