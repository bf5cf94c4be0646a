"""A call and its sheet: what the call tells of itself is filled in and kept before the first word is typed."""

from datetime import datetime
from uuid import UUID, uuid5

from django.utils import timezone

from hutong.hotline.calls import queries as calls
from hutong.hotline.calls import where
from hutong.hotline.calls.models import Call
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as known
from hutong.hotline.contacts import rules
from hutong.hotline.contacts.models import CallBack, Channel, WantsAnswer
from hutong.hotline.network.models import Post

NOBODY = {f"{prefix}-{count}_FORMS": ["0"] for prefix in ("children", "parties") for count in ("TOTAL", "INITIAL")}


def sheet_for(call: Call, *, by: Post, at: datetime) -> UUID:
    """The draft of this person's sheet of a call; made, with number, place and time, where there is none yet."""
    draft_id = uuid5(call.pk, str(by.pk))
    draft = known.sheet_of(by, draft_id, form=rules.SHEET)
    if not draft.saved_at:
        contacts.save_draft(draft_id, post=by, form=rules.SHEET, subject_id=None, fields=told(call, by), version=1, at=at)
    return draft_id


def told(call: Call, by: Post) -> dict[str, list[str]]:
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


def named(post: Post, text: str) -> Call | None:
    """The call that a sheet says it belongs to, if this post may look at it."""
    try:
        return calls.call_seen_by(post, UUID(text))
    except ValueError:
        return None
