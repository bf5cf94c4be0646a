"""The story of a call: every change of it leaves one line, and whoever looks at it is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.hotline.calls.models import Call, CallEvent
from hutong.hotline.kernel.live import tell
from hutong.hotline.network.models import Post

EXCHANGE = "exchange"  # topics of the process `phone`: something was asked of the exchange,
QUEUE = "queue"  # or it may be somebody's turn


def note(call: Call, action: str, *, at: datetime, by: Post | None = None, **detail: Any) -> CallEvent:
    """Write one line. `detail` takes ids and codes."""
    event = CallEvent.objects.create(call=call, at=at, action=action, by=by, detail=detail)
    tell(*topics(call))
    return event


def topics(call: Call) -> tuple[str, ...]:
    """Who is told of a change of a call: whoever has it open, the wall of its centre, and the window of whom it rings."""
    return (f"call:{call.pk}", f"calls:{call.centre_id}", *([f"seat:{call.operator_id}"] if call.operator_id else []))


def locked(call_id: UUID) -> Call:
    """The call, held until the transaction ends."""
    return Call.objects.select_for_update(of=("self",)).select_related("line", "centre", "operator").get(pk=call_id)
