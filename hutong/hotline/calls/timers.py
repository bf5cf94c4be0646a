"""What happens when nobody calls back, or nobody writes down what was said."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from hutong.hotline.calls import queries
from hutong.hotline.calls.actions import calling_back
from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.cases.timers import Deed, one


def to_open(at: datetime) -> "QuerySet[CallBack, UUID]":
    """The call-backs that are overdue, longest first."""
    return queries.overdue_call_backs(at).values_list("pk", flat=True)


@transaction.atomic
def open_missed(call_back_id: UUID, at: datetime) -> str:
    """Nobody called back in time: it becomes a case, and the shift lead and then those above hear of it as of any other."""
    return calling_back.open_missed(call_back_id, at=at)


def to_write_down(at: datetime) -> "QuerySet[Call, UUID]":
    """The calls that were answered long ago and that nobody wrote down."""
    return queries.never_written(at).values_list("pk", flat=True)


DEEDS = (
    Deed(to_write_down, one(calling_back.ask_for_unwritten)),
    Deed(to_open, one(open_missed)),
)
