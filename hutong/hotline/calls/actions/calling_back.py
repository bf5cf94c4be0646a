"""Call-backs: made of every call that nobody answered, taken, tried, settled, and opened as a case where nobody does it in time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls import may, queries, rules
from hutong.hotline.calls.actions.story import QUEUE
from hutong.hotline.calls.models import Call, CallBack, CallBackOutcome, CallBackReason
from hutong.hotline.cases.actions import opening
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.models import Channel
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import recorded
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Tier

NOT_CALLED_BACK = _("{when} 来电（{reason}），到时没有人回电。请先按报告人的电话回电，问清孩子是否安全。")


def make(call: Call, reason: str, *, at: datetime) -> CallBack:
    """Somebody must be called back, within the caller's transaction. One task a number: who calls three times waits for one call.

    Where no number is known there is nobody to call, and the task says so at once.
    """
    limit = rulebook.limit_for(
        tier=rules.CALL_BACK_TIER[call.is_danger], step=rules.CALL_BACK_STEP, division_code=call.centre.division_id, at=at
    )
    due_at = clocks.reckon(limit=limit, started_at=at, office=call.centre).due_at
    waiting = CallBack.objects.select_for_update().filter(centre=call.centre, number_index=call.caller, settled_at=None)
    open_one = waiting.exclude(number_index="").first()
    if open_one:
        open_one.due_at = min(open_one.due_at, due_at)
        open_one.is_danger |= call.is_danger
        open_one.save(update_fields=["due_at", "is_danger"])
        return open_one
    nobody = {} if call.caller else {"settled_at": at, "outcome": CallBackOutcome.NO_NUMBER}
    made = CallBack.objects.create(
        call=call, centre=call.centre, number=call.caller, reason=reason, is_danger=call.is_danger, language=call.language,
        place_since=call.queued_at or call.arrived_at, made_at=at, due_at=due_at, **nobody,
    )  # fmt: skip
    _changed(made)
    return made


def settle_reached(call: Call, *, at: datetime) -> None:
    """The caller is on the line: whatever waited to call this number back is done with, within the caller's transaction."""
    outcome = CallBackOutcome.REACHED if call.call_back_id else CallBackOutcome.CALLED_AGAIN
    if call.caller:
        for each in CallBack.objects.select_for_update().filter(centre=call.centre, number_index=call.caller, settled_at=None):
            _settle(each, outcome, by=call.operator, at=at)


def settle_written(call: Call, *, by: Post, at: datetime) -> None:
    """A call that was to be called back because nobody had written it down is written down, within the caller's transaction."""
    late = CallBack.objects.select_for_update().filter(calls=call, reason=CallBackReason.UNWRITTEN, settled_at=None)
    for each in late:
        _settle(each, CallBackOutcome.WRITTEN, by=by, at=at)


def tried(call: Call) -> None:
    """Nobody took the call-back: one try more, and others may take it, within the caller's transaction."""
    waiting = CallBack.objects.select_for_update().filter(calls=call, settled_at=None).first()
    if waiting:
        waiting.tries, waiting.taken_by = waiting.tries + 1, None
        waiting.save(update_fields=["tries", "taken_by"])
        _changed(waiting)


@transaction.atomic
def give_up(call_back_id: UUID, *, by: Post, at: datetime) -> CallBack:
    """多次未接通: nobody answers at that number. Raises Refusal before it was tried often enough."""
    waiting = _mine(call_back_id, by)
    if waiting.tries < rules.CALL_BACK_TRIES:
        raise Refusal(may.TRY_AGAIN_FIRST)
    _settle(waiting, CallBackOutcome.NOT_REACHED, by=by, at=at)
    return waiting


def _mine(call_back_id: UUID, by: Post) -> CallBack:
    waiting = queries.call_backs_of(by).select_for_update(of=("self",)).filter(pk=call_back_id).first()
    if waiting is None:
        raise Refusal(may.NO_CALL)
    if waiting.settled_at:
        raise Refusal(may.ALREADY_SETTLED)
    return waiting


def take(call_back_id: UUID, *, by: Post) -> CallBack:
    """A person calls back now, in the caller's transaction. Raises Refusal where another does."""
    waiting = _mine(call_back_id, by)
    if waiting.taken_by_id not in {None, by.pk}:
        raise Refusal(may.TAKEN_BY_ANOTHER)
    waiting.taken_by = by
    waiting.save(update_fields=["taken_by"])
    _changed(waiting)
    return waiting


def take_free(call_back_id: UUID, *, by: Post) -> bool:
    """The exchange gives a call-back to somebody, in the caller's transaction. Says whether it was still free."""
    return bool(CallBack.objects.filter(pk=call_back_id, settled_at=None, taken_by=None).update(taken_by=by))


def _settle(waiting: CallBack, outcome: str, *, by: Post | None, at: datetime) -> None:
    waiting.settled_at, waiting.outcome, waiting.taken_by = at, outcome, by or waiting.taken_by
    waiting.save(update_fields=["settled_at", "outcome", "taken_by"])
    audit.record("settle_call_back", by=by, at=at, subject="call_back", subject_id=waiting.pk, outcome=str(outcome))
    _changed(waiting)


def open_missed(call_back_id: UUID, *, at: datetime) -> str:
    """Nobody called back in time: it becomes a case at intake, as an unread report does, which warns and climbs from there.

    In the caller's transaction; '' where somebody has it at this moment, or settled it. The number stays to be called.
    """
    missed = CallBack.objects.select_for_update(skip_locked=True, of=("self",)).select_related("centre", "call")
    waiting = missed.filter(pk=call_back_id, settled_at=None, missed_at=None).first()
    if waiting is None:
        return ""
    reason = CallBackReason(waiting.reason).label
    when = f"{localtime(waiting.call.arrived_at):%Y-%m-%d %H:%M}"
    narrative = recorded(format_lazy(NOT_CALLED_BACK, when=when, reason=reason))
    contact, _new = contacts.receive(
        centre=waiting.centre, channel=Channel.PHONE, narrative=narrative, idempotency_key=f"call-back-{waiting.pk}", by=None, at=at,
        received_at=waiting.call.arrived_at, reporter=contacts.ReporterFacts(phone=waiting.number),
    )  # fmt: skip
    contacts.settle_missed(contact, at=at)
    waiting.missed_at = at
    waiting.case = opening.open_case(
        contact=contact,
        by=None,
        at=at,
        title=recorded(_("未及时回电的来电")),
        tier=Tier.I if waiting.is_danger else Tier.II,
        registered=False,
    )
    waiting.save(update_fields=["missed_at", "case"])
    _changed(waiting)
    return f"{waiting.case.number} opened, as nobody called back"


@transaction.atomic
def ask_for_unwritten(call_id: UUID, at: datetime) -> str:
    """A call was answered and nobody wrote down what it was: whoever called is called back."""
    call = Call.objects.select_for_update(skip_locked=True, of=("self",)).select_related("centre").filter(pk=call_id).first()
    if call is None or call.contact_id or call.call_back_id:
        return ""
    call.call_back = make(call, CallBackReason.UNWRITTEN, at=at)
    call.save(update_fields=["call_back"])
    return f"call {call.pk} to be called back, as nobody wrote it down"


def _changed(waiting: CallBack) -> None:
    tell(f"calls:{waiting.centre_id}", f"office:{waiting.centre_id}", QUEUE)
