"""Writing down what a call was: its sheet, filled in with what the call tells before anybody types; or that it was no matter of ours."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from hutong.hotline.calls import may, queries, where
from hutong.hotline.calls.actions import asking
from hutong.hotline.calls.models import Call
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as known
from hutong.hotline.contacts.models import CallBack, Channel, Outcome, WantsAnswer
from hutong.hotline.contacts.rules import SHEET
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post

NOBODY = {f"{prefix}-{count}_FORMS": ["0"] for prefix in ("children", "parties") for count in ("TOTAL", "INITIAL")}


def begin_sheet(call: Call, *, by: Post, at: datetime) -> UUID:
    """The draft of this person's sheet of a call; made, with number, place and time, where there is none yet."""
    draft_id = _sheet_id(call, by)
    if not known.sheet_of(by, draft_id, form=SHEET).saved_at:
        contacts.save_draft(draft_id, post=by, form=SHEET, subject_id=None, fields=_told(call, by), version=1, at=at)
    return draft_id


@transaction.atomic
def mark(call_id: UUID, *, reason: str, by: Post, at: datetime) -> None:
    """Silence, a prank, a wrong number, a test, other business: a contact with its reason. The same call twice is one contact.

    A sheet into which nobody typed a word goes with it. Raises Refusal.
    """
    call = queries.call_seen_by(by, call_id)
    if call is None:
        raise Refusal(may.NO_CALL)
    contact = contacts.take(
        by=by, at=at, channel=Channel.PHONE, narrative="", outcome=Outcome.NOT_A_CASE, not_a_case=reason, received_at=call.arrived_at,
        reporter=contacts.ReporterFacts(phone=call.caller), idempotency_key=f"call-{call.pk}",
    )  # fmt: skip
    asking.write_down(call_id, contact=contact, by=by, at=at)
    sheet = known.sheet_of(by, _sheet_id(call, by), form=SHEET)
    if not any(sheet.fields.get("narrative", [])):
        contacts.discard_draft(sheet.pk, post=by)


def _sheet_id(call: Call, by: Post) -> UUID:
    return uuid5(call.pk, str(by.pk))


def _told(call: Call, by: Post) -> dict[str, list[str]]:
    """What the call says, as fields of the sheet. The place is the last one told from this number, else that of its area code."""
    place = where.of_number(call.caller, by)
    return NOBODY | {
        "call": [str(call.pk)],
        "channel": [Channel.PHONE.value],
        "received_at": [f"{timezone.localtime(call.arrived_at):%Y-%m-%dT%H:%M}"],
        "phone": [call.caller],
        "place": [place.division.full_name if place else ""],
        "is_anonymous": ["yes"],
        "wants_answer": [WantsAnswer.NO.value],
        "call_back": [CallBack.REPORTER_ONLY.value],
    }
