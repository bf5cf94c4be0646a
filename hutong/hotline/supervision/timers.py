"""What happens when nobody acts on a missed deadline or on an order: the ladder is climbed, orders are warned of and missed.

As with the timers of cases, each deed is its own transaction, takes the row that it is about first and leaves it where somebody
else has it, so that any number of workers may run at once and none does a thing twice.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, Clock, NoticeKind
from hutong.hotline.cases.rules import STAGE_LABELS
from hutong.hotline.cases.timers import Deed, one
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks.rules import MISSED
from hutong.hotline.kernel.texts import recorded
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office
from hutong.hotline.rulebook.models import Rung
from hutong.hotline.supervision import queries
from hutong.hotline.supervision.actions import issue
from hutong.hotline.supervision.door import order_door
from hutong.hotline.supervision.models import Order, OrderClock

SUBJECT = _("个案 {number}“{step}”逾期未办")
TEXT = _(
    "个案 {number} 的“{step}”应于 {due} 前办完，至今未办。请立即办理，并在答复中写明：\n"
    "一、为什么逾期；\n二、孩子现在是否安全，是怎样知道的；\n三、由谁、在什么时候办完。"
)

# --- the ladder


def to_climb(at: datetime) -> "QuerySet[Any, UUID]":
    """The missed deadlines whose next rung has come, tier I first, then oldest first."""
    due = Clock.objects.filter(ended_at=None, next_rung_at__lte=at)
    return due.order_by("tier", "next_rung_at").values_list("pk", flat=True)


@transaction.atomic
def climb(clock_id: UUID, at: datetime) -> str:
    """逐级督促: while nobody acts, the next level is told, and what it must do now. One rung; those of an outage follow in order."""
    clock = _take(clock_id, at)
    if clock is None:
        return ""
    rungs = queries.rungs_of(clock, clock.case)
    rung = queries.next_rung(rungs, clock.rung)
    if rung is None or _moment(clock, rung) > at:
        Clock.objects.filter(pk=clock.pk).update(next_rung_at=rung and _moment(clock, rung))
        return ""
    told: dict[str, Any] = {"clock": str(clock.pk), "rung": rung.position, "target": rung.target, "step": clock.step, "notice": rung.notice}
    with door(clock.case_id, "climb", by=None, at=at, text=rung.next_step, **told) as step:
        _tell(step, clock, rung)
        above = queries.next_rung(rungs, rung.position)
        clock.rung, clock.next_rung_at = rung.position, _moment(clock, above) if above else None
        clock.save(update_fields=["rung", "next_rung_at"])
    return f"{step.case.number} {clock.step} rung {rung.position}"


def _take(clock_id: UUID, at: datetime) -> Clock | None:
    """The clock, if its rung has still to be climbed and nobody else has its case. Locks the case first, as the door does."""
    if Case.objects.select_for_update(of=("self",), skip_locked=True).filter(clocks=clock_id).first() is None:
        return None
    running = Clock.objects.filter(pk=clock_id, ended_at=None, missed_at__isnull=False, next_rung_at__lte=at)
    return running.select_related("case__centre").first()


def _moment(clock: Clock, rung: Rung) -> datetime:
    return (clock.missed_at or clock.due_at) + timedelta(minutes=rung.after)


def _tell(step: Step, clock: Clock, rung: Rung) -> None:
    line = queries.upward(step.case, rung.target, on=timezone.localdate(step.at))
    if line:
        step.detail["office"] = str(line[0].pk)
        step.tell(line[0], NoticeKind.CLIMBED)
    if rung.orders and (issuer := _issuer(step.case, line)):
        _order(step, clock, rung, issuer)


def _issuer(case: Case, line: list[Office]) -> Office | None:
    """Who orders the office that must act: the first of the line that stands above it."""
    above = network.above(case.holder)
    return next((office for office in line if office in above), None)


def _order(step: Step, clock: Clock, rung: Rung, issuer: Office) -> None:
    """An order by itself, of an office without a post."""
    case = step.case
    due = date_format(timezone.localtime(clock.due_at), "Y年n月j日 H:i")
    words = {"number": case.number, "step": recorded(STAGE_LABELS.get(clock.step, clock.step)), "due": due}
    made = Order(
        case=case, office=case.holder, issuer=issuer, missed=clock, rung=rung.position, tier=case.tier,
        subject=recorded(SUBJECT).format(**words), text=recorded(TEXT).format(**words),
    )  # fmt: skip
    issue(made, at=step.at)
    step.detail |= {"order": str(made.pk), "order_number": made.number}
    for office in (made.office, issuer):
        step.tell(office, NoticeKind.ORDERED)


# --- the clock of an order


def _running() -> QuerySet[OrderClock]:
    return OrderClock.objects.filter(ended_at=None)


def to_remind(at: datetime) -> "QuerySet[Any, UUID]":
    """The orders of whose limit something has to be told, tier I first, then oldest first."""
    return _running().filter(next_alarm_at__lte=at).order_by("tier", "next_alarm_at").values_list("order", flat=True)


@transaction.atomic
def remind(order_id: UUID, at: datetime) -> str:
    """Tell both offices how much of the limit has passed. After an outage only the last share is told."""
    clock = _hold(order_id, next_alarm_at__lte=at)
    if clock is None:
        return ""
    share = clock.passed(at)[-1]
    code = "miss_order" if share == MISSED else "warn_order"
    with order_door(order_id, code, by=None, at=at, share=share, step=clock.step) as (order, text):
        clock.warned, clock.next_alarm_at = share, clock.rings_after(share)
        clock.missed_at = at if share == MISSED else None
        clock.save(update_fields=["warned", "next_alarm_at", "missed_at"])
        order.change(code, order.state, by=None, at=at, text=text)
    return f"{order.number} {clock.step} {share}%"


def to_settle(at: datetime) -> "QuerySet[Any, UUID]":
    """The orders whose provisional limit lies in days that are known by now."""
    return _running().filter(is_provisional=True, due_at__lt=clocks.known_until(at)).order_by("due_at").values_list("order", flat=True)


@transaction.atomic
def settle(order_id: UUID, at: datetime) -> str:
    """The year is known now: the limit is what it would have been had it been known from the start."""
    old = _hold(order_id, is_provisional=True)
    if old is None:
        return ""
    office = queries.acting(old.order)
    due_at, is_provisional = clocks.settled(old, office=office)
    told = [timezone.localtime(each).isoformat() for each in (old.due_at, due_at)]
    with order_door(order_id, "settle_order", by=None, at=at, due=told) as (order, text):
        why = recorded(_("放假安排已录入，督办单暂计时限已核定"))
        new = old.again(order=order, due_at=due_at, is_provisional=is_provisional, why=why)
        clocks.wind(new, office=office)
        clocks.carry_over(old, new, at=at)
        order.change("settle_order", order.state, by=None, at=at, text=text, clock=new)
    return f"{order.number} {new.step} settled: {due_at:%Y-%m-%d %H:%M}"


def _hold(order_id: UUID, **wanted: Any) -> OrderClock | None:
    """The order's running clock, if it is still as `wanted` and nobody else has the order or its case. Locks as the deeds do."""
    case_id = Order.objects.filter(pk=order_id).values_list("case", flat=True).first()
    if case_id and Case.objects.select_for_update(skip_locked=True).filter(pk=case_id).first() is None:
        return None
    if Order.objects.select_for_update(skip_locked=True).filter(pk=order_id).first() is None:
        return None
    return _running().select_related("limit", "order__office", "order__issuer").filter(order=order_id, **wanted).first()


DEEDS = (Deed(to_climb, one(climb)), Deed(to_settle, one(settle)), Deed(to_remind, one(remind)))
