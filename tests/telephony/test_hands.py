"""What runs for a call ends when somebody answers, however closely the end of a sound and the answer fall together."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hutong.hotline.kernel.ids import new_id
from hutong.telephony.hands import Hands


class Quiet:
    """An exchange that plays at once, and notes when music begins."""

    def __init__(self) -> None:
        self.music_begun = False

    async def play(self, channel: str, sound: Path, *, name: str) -> None:
        """Playing."""

    async def music(self, channel: str, *, on: bool) -> None:
        self.music_begun = on


@pytest.mark.parametrize("steps", range(5))
def test_no_music_begins_in_a_talk_when_the_sound_ends_as_somebody_answers(steps: int) -> None:
    exchange: Any = Quiet()

    async def said(hands: Hands) -> None:
        await hands.play("caller", Path("place.wav"), name="said")
        await hands.music("caller", on=True)

    async def answered_as_it_ends() -> None:
        hands, call = Hands(exchange, Path()), new_id()
        hands.start(call, said(hands))
        for _step in range(5):
            await asyncio.sleep(0)
        hands.played("said")
        for _step in range(steps):
            await asyncio.sleep(0)
        begun = exchange.music_begun  # before anybody answered
        hands.cancel(call)
        for _step in range(5):
            await asyncio.sleep(0)
        assert exchange.music_begun == begun
        hands.lane.close()

    with ThreadPoolExecutor(1) as beside:  # the loop of a browser's driver may run in this thread
        beside.submit(asyncio.run, answered_as_it_ends()).result()
