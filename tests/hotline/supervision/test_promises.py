"""The database keeps the promises about orders: direct SQL by the working role that breaks one is refused."""

from collections.abc import Callable

import psycopg
import pytest

from hutong.hotline.supervision import actions
from hutong.project.database import Addresses
from tests.cast import office, post
from tests.loop import START, case_at

BREAKS = {
    "an open order without a clock": "UPDATE supervision_clock SET ended_at = now() WHERE ended_at IS NULL",
    "a second running clock": """INSERT INTO supervision_clock (id, order_id, limit_id, tier, step, unit, started_at, due_at, warned, why)
        SELECT gen_random_uuid(), order_id, limit_id, tier, step, unit, started_at, due_at, 0, '' FROM supervision_clock""",
    "a deadline moved": "UPDATE supervision_clock SET due_at = due_at + interval '1 day'",
    "answered without an answer": "UPDATE supervision_order SET state = 'answered', received_at = now(), version = version + 1",
    "signed for without a moment": "UPDATE supervision_order SET state = 'received', version = version + 1",
    "a change without an event": "UPDATE supervision_order SET answer = '改', version = version + 1",
    "what it says rewritten": "UPDATE supervision_order SET text = '改', version = version + 1",
    "an event rewritten": "UPDATE supervision_event SET text = '改'",
    "an event removed": "DELETE FROM supervision_event",
    "an order removed": "DELETE FROM supervision_order",
    "an order to oneself": "UPDATE supervision_order SET issuer_id = office_id, version = version + 1",
    "an event without a change": """INSERT INTO supervision_event (id, order_id, seq, at, action, text, state, xact)
        SELECT gen_random_uuid(), id, version + 1, now(), 'note', '', state, 0 FROM supervision_order""",
    "a recused office": """INSERT INTO cases_recusal (id, case_id, office_id, reason, by_id, at)
        SELECT gen_random_uuid(), case_id, office_id, '亲属', post_id, now() FROM supervision_order""",
}  # fmt: skip
REFUSED = (psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege, psycopg.errors.UniqueViolation)


@pytest.fixture
def ordered(committed: Addresses) -> Callable[[str], None]:
    """Run one statement as the working role against an order that waits to be signed for, and commit."""
    case = case_at("handling", tier="II")
    actions.order(case.pk, office=office("lianhu"), subject="尽快见到孩子", text="请今天上门。", by=post("zhou"), at=START)

    def run(statement: str) -> None:
        with psycopg.connect(committed.work, autocommit=True) as connection:
            connection.execute(statement)

    return run


@pytest.mark.parametrize("what", BREAKS)
def test_the_database_refuses(what: str, ordered: Callable[[str], None]) -> None:
    with pytest.raises(REFUSED):
        ordered(BREAKS[what])
