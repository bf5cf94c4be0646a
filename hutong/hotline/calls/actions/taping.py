"""Recordings begin and end with a talk. What is kept of them is for whoever keeps recordings; here stands when they ran."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.hotline.calls import queries
from hutong.hotline.calls.actions.story import locked, note
from hutong.hotline.calls.models import Call


@dataclass(frozen=True)
class Tape:
    """One recorded talk of a call: since when it ran, and between which moments it was paused."""

    call: Call
    started_at: datetime
    gaps: list[tuple[datetime, datetime]]


@transaction.atomic
def begin(call_id: UUID, *, at: datetime) -> int:
    """A talk begins and is recorded: the number of the recording in this call, from 1 on."""
    call = locked(call_id)
    number = call.events.filter(action="recording").count() + 1
    note(call, "recording", at=at, number=number)
    return number


def tape(call_id: UUID, number: int, *, at: datetime) -> Tape | None:
    """When this recording of a call began and where it was paused until `at`. None where there is no such recording."""
    call = Call.objects.filter(pk=call_id).first()
    begun = call.events.filter(action="recording", detail__number=number).first() if call else None
    return Tape(call, begun.at, queries.gaps(call, begun.at, at)) if call and begun else None
