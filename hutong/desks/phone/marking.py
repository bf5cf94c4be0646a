"""A call that was no matter of ours: in one transaction a contact with its reason, and the call written down as that."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.hotline.calls import may, queries
from hutong.hotline.calls.actions import asking
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.models import Channel, Outcome
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post


@transaction.atomic
def mark(call_id: UUID, *, reason: str, by: Post, at: datetime) -> None:
    """Silence, a prank, a wrong number, a test, other business. The same call twice is one contact. Raises Refusal."""
    call = queries.call_seen_by(by, call_id)
    if call is None:
        raise Refusal(may.NO_CALL)
    contact = contacts.take(
        by=by, at=at, channel=Channel.PHONE, narrative="", outcome=Outcome.NOT_A_CASE, not_a_case=reason, received_at=call.arrived_at,
        reporter=contacts.ReporterFacts(phone=call.caller), idempotency_key=f"call-{call.pk}",
    )  # fmt: skip
    asking.write_down(call_id, contact=contact, by=by, at=at)
