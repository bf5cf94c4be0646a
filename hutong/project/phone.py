"""Process `phone`: keeps the work and the exchange together. Any number may run; one of them works, the others wait for its end.

A lost exchange or database is waited for. Killed in mid-call it leaves the talk alone, and finds it again.
"""

import asyncio
import json
import os
from contextlib import suppress

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402

from hutong.hotline.calls.actions.story import EXCHANGE, QUEUE  # noqa: E402
from hutong.hotline.kernel.live import CHANNEL, address  # noqa: E402
from hutong.project.installing import say  # noqa: E402
from hutong.telephony.asterisk.client import Asterisk  # noqa: E402
from hutong.telephony.exchange import Lost  # noqa: E402
from hutong.telephony.floor import Floor  # noqa: E402

LEADER = 12351  # the lock of the one that works
PAUSE = 1.0  # seconds


async def work() -> None:
    """Wait to be the one that works; then work until the database or the exchange is lost, and begin again."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(address(), autocommit=True) as ear:
                await ear.execute("SELECT pg_advisory_lock(%s)", [LEADER])
                await ear.execute(f"LISTEN {CHANNEL}")
                await _lead(ear)
        except psycopg.OperationalError as error:
            say(f"phone: no database, trying again ({str(error).partition(chr(10))[0]})")
        await asyncio.sleep(PAUSE)


async def _lead(ear: "psycopg.AsyncConnection[tuple[object, ...]]") -> None:
    """One floor after another, until the database is lost."""
    while True:
        floor = Floor(Asterisk(settings.ARI_URL), settings.EXCHANGE)
        hearing, working = asyncio.create_task(_hear(ear, floor)), asyncio.create_task(floor.run())
        try:
            await asyncio.wait({hearing, working}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (hearing, working):
                task.cancel()
            with suppress(asyncio.CancelledError, Lost):
                await working
        with suppress(asyncio.CancelledError):
            await hearing  # raises where the database was lost
        say("phone: no exchange, trying again")
        await asyncio.sleep(PAUSE)


async def _hear(ear: "psycopg.AsyncConnection[tuple[object, ...]]", floor: Floor) -> None:
    """Pass on what concerns the exchange, as it is announced."""
    async for announced in ear.notifies():
        topic = json.loads(announced.payload)["topic"]
        if topic == EXCHANGE:
            floor.asked.set()
        elif topic == QUEUE:
            floor.hands.due.set()


def main() -> None:
    """The process."""
    if not settings.ARI_URL:
        raise SystemExit("phone: HUTONG_ARI_URL names no exchange.")
    with suppress(KeyboardInterrupt):
        asyncio.run(work())


if __name__ == "__main__":
    main()
