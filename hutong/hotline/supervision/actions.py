"""Issuing orders, signing for them, answering, and judging the answer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import NoticeKind
from hutong.hotline.cases.rules import ACTIONS, REPEATED, unwritten
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import recorded
from hutong.hotline.network.models import Office, Post
from hutong.hotline.supervision import queries, rules
from hutong.hotline.supervision.door import order_door
from hutong.hotline.supervision.models import Order, State

SUBJECT_LENGTH = 80
WHOLE_COUNTRY = _("全国")


def order(
    case_id: UUID, *, office: Office, subject: str, by: Post, at: datetime, text: str, seen: int | None = None, once: UUID | None = None
) -> Order:
    """Order an office that is on the case to do something about it."""
    with door(case_id, "order", by=by, at=at, seen=seen, once=once, text=text, office=str(office.pk)) as step:
        if not queries.addressees_about(step.case, by).filter(pk=office.pk).exists():
            raise Refusal.at("office", rules.NOT_ON_IT)
        made = issue(
            Order(
                case=step.case, office=office, issuer=by.office, post=by, tier=step.case.tier, subject=a_subject(subject), text=step.text
            ),
            at=at,
        )
        step.detail |= {"order": str(made.pk), "order_number": made.number}
        step.tell(office, NoticeKind.ORDERED)
    return made


@transaction.atomic
def order_office(*, office: Office | None, subject: str, text: str, by: Post, at: datetime, once: UUID | None = None) -> Order:
    """Order an office to do something about its own work. `once` names the form: handed in again, it is refused."""
    if not queries.may_issue(by):
        raise Refusal(rules.NOT_ISSUER)
    if once and Order.objects.filter(pk=once).exists():
        raise Refusal(REPEATED)
    faults = Faults()
    subject = faults.of("subject", lambda: a_subject(subject), "")
    text = faults.of("text", lambda: _written(text), "")
    if office is None or not queries.addressees(by).filter(pk=office.pk).exists():
        faults["office"] = str((rules.NOT_BELOW if office else rules.NEEDS_OFFICE).sentence)
    faults.refuse()
    made = Order(office=office, issuer=by.office, post=by, tier=rules.OFFICE_TIER, subject=subject, text=text)
    made.pk = once or made.pk
    issue(made, at=at)
    audit.record("order", by=by, at=at, subject="order", subject_id=made.pk)
    return made


def issue(order: Order, *, at: datetime) -> Order:
    """Number an order, start its clock and write it down. The issuing office is locked, so that no number is given twice or skipped."""
    issuer = Office.objects.select_for_update(no_key=True, of=("self",)).select_related("division").get(pk=order.issuer_id)
    order.year = timezone.localtime(at).year
    last = Order.objects.filter(issuer=issuer, year=order.year).aggregate(last=Max("serial"))["last"]
    order.serial = (last or 0) + 1
    order.number = rules.number_of(issuer.division.name if issuer.division else recorded(WHOLE_COUNTRY), order.year, order.serial)
    order.issued_at = at
    order.change(
        "order", State.ISSUED, by=order.post, at=at, text=order.text, clock=queries.clock_for(order, "issued", by=order.post, at=at)
    )
    return order


def a_subject(text: str) -> str:
    """What an order is about, in one line. Raises Refusal for none, or one that is too long."""
    subject = " ".join(texts.clean(text, field="subject", limit=SUBJECT_LENGTH).text.split())
    if not subject:
        raise Refusal.at("subject", rules.NEEDS_SUBJECT)
    return subject


def _written(text: str) -> str:
    return texts.needed(text, unwritten(ACTIONS["order"]), field="text")


def receive_order(order_id: UUID, *, by: Post, at: datetime, seen: int | None = None, text: str = "") -> Order:
    """The addressee signs for it: now it must answer."""
    with order_door(order_id, "receive_order", by=by, at=at, seen=seen, text=text) as (order, kept):
        order.received_at = at
        _go(order, "receive_order", by=by, at=at, text=kept)
    return order


def answer_order(order_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None) -> Order:
    """What the addressee did, and what came of it: now the issuer must judge."""
    with order_door(order_id, "answer_order", by=by, at=at, seen=seen, text=text) as (order, kept):
        order.answer, order.answered_at = kept, at
        _go(order, "answer_order", by=by, at=at, text=kept)
    return order


def accept_order_answer(order_id: UUID, *, by: Post, at: datetime, seen: int | None = None, text: str = "") -> Order:
    """The answer is good: the order is settled."""
    with order_door(order_id, "accept_order_answer", by=by, at=at, seen=seen, text=text) as (order, kept):
        _go(order, "accept_order_answer", by=by, at=at, text=kept)
    return order


def refuse_order_answer(order_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None) -> Order:
    """The answer is not enough: back to the addressee, saying what is missing, with a new clock."""
    with order_door(order_id, "refuse_order_answer", by=by, at=at, seen=seen, text=text) as (order, kept):
        _go(order, "refuse_order_answer", by=by, at=at, text=kept)
    return order


def withdraw_order(order_id: UUID, *, by: Post, at: datetime, text: str, seen: int | None = None) -> Order:
    """The issuer takes it back, saying why."""
    with order_door(order_id, "withdraw_order", by=by, at=at, seen=seen, text=text) as (order, kept):
        _go(order, "withdraw_order", by=by, at=at, text=kept)
    return order


def _go(order: Order, code: str, *, by: Post, at: datetime, text: str) -> None:
    """To the state that the table says, with the clock of that state."""
    to = rules.DEEDS[code].to
    clock = queries.clock_for(order, to, by=by, at=at) if to in rules.OPEN else None
    order.change(code, to, by=by, at=at, text=text, clock=clock)
