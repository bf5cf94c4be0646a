"""Calls as they happen, without an exchange: its part is played by calling the verbs that it calls."""

from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from hutong.hotline.calls.actions import arriving, keeping, ringing, seats, talking
from hutong.hotline.calls.models import Call, Leg, LegRole, Line
from tests import cast

NUMBER = "12349"
channels = count(1)


def open_line(centre: str = "xian", **said: str) -> Line:
    """A way in to a centre."""
    facts = {"name": "西安 12349", "number": NUMBER, "mode": "own"} | said
    return keeping.open_line(centre=cast.office(centre), by=None, at=timezone.now() - timedelta(days=1), **facts)  # type: ignore[arg-type]


def sit_down(username: str = "xu") -> None:
    """Somebody opens their phone window and is ready."""
    seats.open_window(cast.post(username), at=timezone.now())
    seats.ready(cast.post(username), at=timezone.now())


def call_in(caller: str = "13900001234", *, number: str = NUMBER, at: datetime | None = None) -> Call:
    """A caller hears the greeting and waits."""
    at = at or timezone.now()
    arrival = arriving.arrive(f"test-{next(channels)}", number=number, caller=caller, diverted_from="", at=at)
    assert arrival
    arriving.enqueue(arrival.call, at=at)
    return Call.objects.get(pk=arrival.call)


def ring() -> None:
    """Whose turn it is, is rung."""
    ringing.distribute(at=timezone.now())


def answered(call: Call, username: str = "xu") -> Call:
    """The person's browser answers."""
    talking.joined(leg_of(call, username).channel, at=timezone.now())
    call.refresh_from_db()
    return call


def talk(caller: str = "13900001234", username: str = "xu") -> Call:
    """A caller and an operator talk."""
    sit_down(username)
    call = call_in(caller)
    ring()
    return answered(call, username)


def hang_up(call: Call) -> Call:
    """The caller hangs up."""
    talking.left(Leg.objects.get(call=call, role=LegRole.CALLER, left_at=None).channel, at=timezone.now())
    call.refresh_from_db()
    return call


def leg_of(call: Call, username: str) -> Leg:
    """Somebody's leg of a call."""
    return Leg.objects.get(call=call, post=cast.post(username), left_at=None)
