"""How an order is opened for one deed: locked, asked whether it may be, and written down; about a case, through its door as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import NoticeKind
from hutong.hotline.cases.rules import ACTIONS, unwritten
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.supervision import queries, rules
from hutong.hotline.supervision.models import Order


@contextmanager
def order_door(
    order_id: UUID, code: str, *, by: Post | None, at: datetime, seen: int | None = None, text: str = "", **detail: Any
) -> Iterator[tuple[Order, str]]:
    """The order, locked, and the text as it can be kept. `seen` is the version that the person's page showed. Raises Refusal.

    The case is locked before the order, always, so that two who act at once never wait for each other.
    """
    with transaction.atomic():
        known = Order.objects.filter(pk=order_id).first()
        if known is None or (by and not queries.visible_to(by).filter(pk=order_id).exists()):
            raise Refusal(rules.ORDER_NOT_THERE)
        _check(known, code, by, seen)
        with _about(known, code, by=by, at=at, text=text, **detail) as kept:
            order = Order.objects.select_for_update(of=("self",)).select_related("office", "issuer", "deadline__limit").get(pk=order_id)
            _check(order, code, by, seen)
            yield order, kept


def _check(order: Order, code: str, by: Post | None, seen: int | None) -> None:
    if seen is not None and seen != order.version:
        raise Refusal(rules.ORDER_STALE, changes=list(queries.since(order.pk, seen)))
    if by and (reason := queries.why_not(order, by, code)):
        raise Refusal(reason)


@contextmanager
def _about(order: Order, code: str, *, by: Post | None, at: datetime, text: str, **detail: Any) -> Iterator[str]:
    """One event of the case, of which the other office is told; of an order about an office, one line in the log."""
    if order.case_id:
        with door(order.case_id, code, by=by, at=at, text=text, order=str(order.pk), order_number=order.number, **detail) as step:
            for office in (order.office, order.issuer):
                if by is None or office.pk != by.office_id:
                    step.tell(office, NoticeKind.ORDERED)
            yield step.text
        return
    kept = texts.clean(text, field="text").text
    if ACTIONS[code].asks and not kept:
        raise Refusal.at("text", unwritten(ACTIONS[code]))
    yield kept
    audit.record(code, by=by, at=at, subject="order", subject_id=order.pk)
