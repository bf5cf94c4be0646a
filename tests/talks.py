"""Calls that were recorded: two sound files as the exchange leaves them, and the recording that becomes of them."""

import math
import wave
from array import array
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from hutong.hotline.calls.actions import arriving
from hutong.hotline.calls.models import Call, CallBackReason, CallState, Direction, EndedHow, Leg, Line, Mode
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.recordings import actions
from hutong.hotline.recordings.models import Recording
from tests import cast
from tests.loop import START

RATE = 8000


def a_call(*, at: datetime = START, seconds: float = 2, case: Case | None = None, operator: str = "xu", ended: bool = True) -> Call:
    """A call to Xi'an that an operator answered; where a case is given, the one by which its first report came."""
    line, _new = Line.objects.get_or_create(
        number="12349", centre=cast.office("xian"), defaults={"name": "12349", "mode": Mode.OWN, "valid_from": cast.SINCE}
    )
    contact = case.contact_links.get().contact if case else None
    call = Call.objects.create(
        direction=Direction.IN, line=line, centre=line.centre, caller="13800001234", state=CallState.TALKING, arrived_at=at, answered_at=at,
        operator=cast.post(operator), channel=f"channel-{at.timestamp()}-{operator}-{Call.objects.count()}", contact=contact,
    )  # fmt: skip
    Leg.objects.create(call=call, channel=f"leg-{call.pk}", role="operator", post=call.operator, rung_at=at, joined_at=at)
    if ended:
        end(call, at + timedelta(seconds=seconds))
    return call


def end(call: Call, at: datetime) -> None:
    """Both have hung up."""
    call.state, call.ended_how, call.ended_at = CallState.ENDED, EndedHow.ANSWERED, at
    call.save()


def sound(path: Path, *, seconds: float = 2, pitch: float = 440, loud: float = 0.5, rate: int = RATE) -> Path:
    """One side: a tone that swells and fades, as speech does."""
    count = int(seconds * rate)
    shape = (loud * 32767 * math.sin(2 * math.pi * pitch * at / rate) * abs(math.sin(3 * at / rate)) for at in range(count))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", map(int, shape)).tobytes())
    return path


def begun(call: Call, folder: Path, *, seconds: float = 2) -> UUID:
    """Both sides lie in the folder."""
    caller = sound(folder / f"{call.pk}-caller.wav", seconds=seconds, pitch=300)
    operator = sound(folder / f"{call.pk}-operator.wav", seconds=seconds, pitch=180, loud=0.2)
    return actions.begin(call, caller_wav=caller, operator_wav=operator, at=call.answered_at or call.arrived_at)


def kept(call: Call, folder: Path, *, seconds: float = 2, at: datetime | None = None) -> Recording:
    """A talk, recorded and kept."""
    recording_id = begun(call, folder, seconds=seconds)
    actions.keep(recording_id, at=at or call.ended_at or START)
    return Recording.objects.get(pk=recording_id)


def missed(*, at: datetime, caller: str) -> Call:
    """A call to Xi'an that nobody took: it waits to be called back."""
    Line.objects.get_or_create(
        number="12349", centre=cast.office("xian"), defaults={"name": "12349", "mode": Mode.OWN, "valid_from": cast.SINCE}
    )
    arrival = arriving.arrive(f"missed-{new_id()}", number="12349", caller=caller, diverted_from="", at=at)
    if arrival is None:
        raise AssertionError("12349 is a line of ours")
    call = Call.objects.get(pk=arrival.call)
    arriving.end_unanswered(call, EndedHow.ABANDONED, CallBackReason.ABANDONED, at=at)
    return call
