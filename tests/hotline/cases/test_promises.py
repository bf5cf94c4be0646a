"""The database keeps the promises: direct SQL by the working role that breaks one is refused."""

from collections.abc import Callable

import psycopg
import pytest

from hutong.hotline.cases.models import Case
from hutong.project.database import Addresses
from tests.cast import office, post
from tests.loop import case_at

REFUSED = (
    psycopg.errors.CheckViolation,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UniqueViolation,
    psycopg.errors.NotNullViolation,
)

# What a direct statement tries to break, and the statement. {case}, {office}, {post}: ids.
BREAKS = {
    "rule 1: an open case without a deadline": "UPDATE clocks_clock SET ended_at = now() WHERE case_id = {case} AND ended_at IS NULL",
    "rule 1: an open case that points to no deadline": "UPDATE cases_case SET deadline_id = NULL, version = version + 1 WHERE id = {case}",
    "rule 1: an open case without a lead": "UPDATE cases_case SET lead_id = NULL, version = version + 1 WHERE id = {case}",
    "rule 1: a second running deadline": """INSERT INTO clocks_clock (id, case_id, limit_id, tier, step, unit, started_at, due_at, warned, why)
        SELECT gen_random_uuid(), case_id, limit_id, tier, step, unit, started_at, due_at, 0, '' FROM clocks_clock WHERE case_id = {case} LIMIT 1""",
    "rule 1: a lead part at another office": """INSERT INTO assignments_assignment (id, case_id, office_id, kind, state, request, report, given_by_id, given_at)
        VALUES (gen_random_uuid(), {case}, {office}, 'lead', 'offered', '', '', {post}, now())""",
    "rule 2: a change without an event": "UPDATE cases_case SET title = '改', version = version + 1 WHERE id = {case}",
    "rule 2: a change without a new version": "UPDATE cases_case SET title = '改' WHERE id = {case}",
    "rule 2: a change that skips a version": "UPDATE cases_case SET title = '改', version = version + 2 WHERE id = {case}",
    "rule 2: an event without a change": """INSERT INTO cases_event (id, case_id, lead_id, seq, at, action, stage_before, stage_after, text, detail, xact)
        SELECT gen_random_uuid(), id, lead_id, version + 1, now(), 'note', stage, stage, '', '{{}}', 0 FROM cases_case WHERE id = {case}""",
    "rule 2: an event rewritten": "UPDATE cases_event SET text = '改' WHERE case_id = {case}",
    "rule 2: an event removed": "DELETE FROM cases_event WHERE case_id = {case}",
    "rule 2: the events emptied": "TRUNCATE cases_event CASCADE",
    "rule 2: the guard taken away": "ALTER TABLE cases_event DISABLE TRIGGER USER",
    "rule 2: a part without an event": "UPDATE assignments_assignment SET request = '改' WHERE case_id = {case}",
    "rule 3: a contact that says it became a case and did not": """INSERT INTO contacts_contact
        (id, centre_id, channel, received_at, narrative, row_key, place_text, outcome, not_a_case, answer, idempotency_key, idempotency_digest)
        VALUES (gen_random_uuid(), {office}, 'phone', now(), '', '', '', 'case_opened', '', '', '', '')""",
    "rule 3: a contact marked without a reason": "UPDATE contacts_contact SET outcome = 'not_a_case'",
    "rule 3: a contact removed": "DELETE FROM contacts_contact",
    "rule 4: a deadline moved": "UPDATE clocks_clock SET due_at = due_at + interval '1 day' WHERE case_id = {case} AND ended_at IS NULL",
    "rule 4: a past clock rewritten": "UPDATE clocks_clock SET why = '改' WHERE case_id = {case} AND ended_at IS NOT NULL",
    "rule 4: a limit rewritten": "UPDATE rulebook_limit SET amount = amount + 1",
    "rule 5: tier I in working time": """INSERT INTO clocks_clock (id, case_id, limit_id, tier, step, unit, started_at, due_at, warned, why, ended_at)
        SELECT gen_random_uuid(), case_id, limit_id, 'I', step, 'working_day', started_at, due_at, 0, '', now() FROM clocks_clock WHERE case_id = {case} LIMIT 1""",
    "rule 5: tier I extended": "UPDATE cases_case SET tier = 'I', is_extended = true, version = version + 1 WHERE id = {case}",
    "rule 6: a recusal undone": "DELETE FROM cases_recusal",
    "rule 7: a look rewritten": "UPDATE audit_entry SET staff_id = NULL",
    "rule 7: a look removed": "DELETE FROM audit_entry",
    "rule 7: the looks emptied": "TRUNCATE audit_entry",
    "rule 8: closed without an answer": """UPDATE cases_case SET stage = 'closed', resolution = 'resolved', deadline_id = NULL, due_at = NULL,
        closed_at = now(), version = version + 1 WHERE id = {case}""",
    "a case removed": "DELETE FROM cases_case WHERE id = {case}",
    "a table altered": "ALTER TABLE cases_case DROP COLUMN title",
    "a guard replaced": "CREATE OR REPLACE FUNCTION hutong_case_holds(which uuid) RETURNS void LANGUAGE sql AS ''",
}  # fmt: skip


@pytest.fixture
def handled(committed: Addresses) -> Callable[[str], None]:
    """Run one statement as the working role against a case in handling, and commit."""
    case = case_at("handling")
    words = {"case": f"'{case.pk}'", "office": f"'{office('changan').pk}'", "post": f"'{post('zhou').pk}'"}

    def run(statement: str) -> None:
        with psycopg.connect(committed.work, autocommit=True) as connection:
            connection.execute(statement.format(**words))

    return run


@pytest.mark.parametrize("what", BREAKS)
def test_the_database_refuses(what: str, handled: Callable[[str], None]) -> None:
    with pytest.raises(REFUSED):
        handled(BREAKS[what])


def test_the_working_role_can_do_its_work(handled: Callable[[str], None]) -> None:
    handled("""WITH changed AS (UPDATE cases_case SET title = '改', version = version + 1 WHERE id = {case} RETURNING id, lead_id, version, stage)
        INSERT INTO cases_event (id, case_id, lead_id, seq, at, action, stage_before, stage_after, text, detail, xact)
        SELECT gen_random_uuid(), id, lead_id, version, now(), 'note', stage, stage, '', '{{}}', 0 FROM changed""")
    assert Case.objects.get().title == "改"
