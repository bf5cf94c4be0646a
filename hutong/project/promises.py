"""The nine rules of the design (section 3, "What always holds") as questions to the rows: who breaks one, and how.

A rule's statement names its offenders, one row for each and each way: a case by its number, another thing by kind and id.
Where a rule leaves no trace in rows, the line says what is looked at in its place.
"""

from typing import NamedTuple

from psycopg import sql

from hutong.hotline.cases.rules import ACTIONS, REPLY_TRIES
from hutong.hotline.people.models import LawfulBasis

WORDS = {
    "moves": [code for code, action in ACTIONS.items() if action.to],
    "bases": list(LawfulBasis.values),
    "tries": REPLY_TRIES,
}


OFFENDERS = "SELECT count(DISTINCT who), (array_agg(DISTINCT who || ' (' || what || ')'))[:5] FROM ({}) AS offenders (who, what)"


class Rule(NamedTuple):
    """A rule's number, what it says, and by what is wrong the question that names the offenders."""

    number: int
    words: str
    breaks: dict[str, str]

    @property
    def statement(self) -> sql.Composed:
        """One question: how many offenders, and the first few with what is wrong."""
        asked = sql.SQL("\nUNION ALL ").join(
            sql.SQL("SELECT who, {} FROM ({}) AS broken (who)").format(sql.Literal(what), sql.SQL(broken))
            for what, broken in self.breaks.items()
        )
        return sql.SQL(OFFENDERS).format(asked)


ONE_OFFICE_ONE_DEADLINE = {
    "running deadlines": """
        SELECT c.number FROM cases_case c LEFT JOIN clocks_clock k ON k.case_id = c.id AND k.ended_at IS NULL
        GROUP BY c.id HAVING count(k.id) <> (c.stage <> 'closed')::int""",
    "another deadline than the one that runs": """
        SELECT c.number FROM cases_case c JOIN clocks_clock k ON k.case_id = c.id AND k.ended_at IS NULL
        WHERE c.stage <> 'closed' AND (c.deadline_id, c.due_at, c.tier, c.stage) IS DISTINCT FROM (k.id, k.due_at, k.tier, k.step)""",
    "a second lead office": """
        SELECT c.number FROM cases_case c JOIN assignments_assignment a ON a.case_id = c.id
        WHERE a.kind = 'lead' AND a.state IN ('offered', 'accepted') AND a.office_id <> c.lead_id""",
    "no part of the lead": """
        SELECT c.number FROM cases_case c WHERE c.stage IN ('acceptance', 'handling', 'review') AND NOT EXISTS (
          SELECT 1 FROM assignments_assignment a WHERE a.case_id = c.id AND a.kind = 'lead'
          AND a.state = CASE c.stage WHEN 'acceptance' THEN 'offered' ELSE 'accepted' END)""",
    "not with the office that must act": """
        SELECT c.number FROM cases_case c JOIN network_office centre ON centre.id = c.centre_id
        WHERE CASE WHEN c.stage IN ('acceptance', 'handling') THEN c.holder_id <> c.lead_id
          WHEN c.stage = 'dispatch' THEN c.holder_id <> c.centre_id AND c.holder_id IS DISTINCT FROM centre.parent_id
          ELSE c.holder_id <> c.centre_id END""",
    "a worker of another office": """
        SELECT c.number FROM cases_case c JOIN network_post p ON p.id = c.worker_id
        WHERE c.stage <> 'closed' AND p.office_id <> c.lead_id""",
}

ONE_EVENT_A_CHANGE = {
    "events and versions differ": """
        SELECT c.number FROM cases_case c LEFT JOIN (
          SELECT case_id, count(*) AS many, min(seq) AS first, max(seq) AS last FROM cases_event GROUP BY case_id
        ) e ON e.case_id = c.id WHERE (e.many, e.first, e.last) IS DISTINCT FROM (c.version, 1, c.version)""",
    "a stage without an event": """
        SELECT c.number FROM (
          SELECT case_id, stage_before, lag(stage_after, 1, '') OVER story AS came_from FROM cases_event
          WINDOW story AS (PARTITION BY case_id ORDER BY seq)
        ) e JOIN cases_case c ON c.id = e.case_id WHERE e.stage_before <> e.came_from
        UNION SELECT c.number FROM cases_case c JOIN cases_event e ON e.case_id = c.id AND e.seq = c.version
        WHERE e.stage_after <> c.stage""",
    "the log tells otherwise": """
        SELECT coalesce(c.number, 'event ' || a.event_id) FROM cases_event e
        FULL JOIN (SELECT * FROM audit_entry WHERE event_id IS NOT NULL) a ON a.event_id = e.id
        LEFT JOIN cases_case c ON c.id = coalesce(e.case_id, a.subject_id)
        WHERE (e.case_id, e.action, e.by_id, e.at) IS DISTINCT FROM (a.subject_id, a.verb, a.post_id, a.at)""",
    "a contact without its event": """
        SELECT c.number FROM (
          SELECT case_id, detail ->> 'contact' AS contact FROM cases_event WHERE action IN ('open', 'register', 'add_contact')
          AND detail ? 'contact'
        ) e FULL JOIN cases_contact l ON l.contact_id = e.contact::uuid AND l.case_id = e.case_id
        JOIN cases_case c ON c.id = coalesce(e.case_id, l.case_id) WHERE e.case_id IS NULL OR l.case_id IS NULL""",
    "guard stood aside": """
        SELECT tgname || ' on ' || tgrelid::regclass FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled = 'D'
        AND tgrelid NOT IN ('audit_entry'::regclass, 'audit_seal'::regclass, 'audit_checkpoint'::regclass)""",
    "may be rewritten": """
        SELECT 'cases_event' WHERE has_table_privilege('hutong_work', 'cases_event', 'UPDATE, DELETE, TRUNCATE')""",
}

NO_CONTACT_LEFT_HANGING = {
    "outcome and case disagree": """
        SELECT 'contact ' || t.id FROM contacts_contact t LEFT JOIN cases_contact l ON l.contact_id = t.id
        WHERE (t.outcome IN ('case_opened', 'case_added')) <> (l.case_id IS NOT NULL)""",
    "neither a case, an answer nor a reason": """
        SELECT 'contact ' || id FROM contacts_contact
        WHERE outcome NOT IN ('pending', 'case_opened', 'case_added') AND trim(answer) = '' AND not_a_case = ''""",
    "waits without a limit": "SELECT 'contact ' || id FROM contacts_contact WHERE outcome = 'pending' AND due_at IS NULL",
}

NO_DEADLINE_MOVES_SILENTLY = {
    "a change without a reason": """
        SELECT c.number FROM clocks_clock k JOIN cases_case c ON c.id = k.case_id WHERE k.replaces_id IS NOT NULL AND trim(k.why) = ''""",
    "a change without who, before and after": """
        SELECT c.number FROM clocks_clock k JOIN clocks_clock old ON old.id = k.replaces_id JOIN cases_case c ON c.id = k.case_id
        LEFT JOIN cases_event e ON e.case_id = k.case_id AND e.at = old.ended_at AND e.stage_after = k.step AND e.detail ? 'due'
        AND e.by_id IS NOT DISTINCT FROM k.set_by_id AND (e.by_id IS NOT NULL OR e.action = 'settle_deadline')
        WHERE k.case_id <> old.case_id OR k.step <> old.step OR e.id IS NULL
        OR ((e.detail -> 'due' ->> 0)::timestamptz, (e.detail -> 'due' ->> 1)::timestamptz) <> (old.due_at, k.due_at)""",
    "a stage without its clock": """
        SELECT c.number FROM (
          SELECT case_id, at, stage_after FROM cases_event WHERE stage_after NOT IN ('closed', stage_before)
        ) e LEFT JOIN clocks_clock k ON k.case_id = e.case_id AND k.started_at = e.at AND k.step = e.stage_after AND k.replaces_id IS NULL
        JOIN cases_case c ON c.id = e.case_id WHERE k.id IS NULL""",
    "a clock without its stage": """
        SELECT c.number FROM clocks_clock k JOIN cases_case c ON c.id = k.case_id
        LEFT JOIN cases_event e ON e.case_id = k.case_id AND e.at = k.started_at AND e.stage_after = k.step AND e.action = ANY(%(moves)s)
        WHERE k.replaces_id IS NULL AND e.id IS NULL""",
    "ended without an event": """
        SELECT c.number FROM clocks_clock k JOIN cases_case c ON c.id = k.case_id
        LEFT JOIN cases_event e ON e.case_id = k.case_id AND e.at = k.ended_at WHERE k.ended_at IS NOT NULL AND e.id IS NULL""",
    "not the limit that it names": """
        SELECT c.number FROM clocks_clock k JOIN rulebook_limit l ON l.id = k.limit_id JOIN rulebook_rulebook r ON r.id = l.rulebook_id
        JOIN cases_case c ON c.id = k.case_id LEFT JOIN clocks_clock old ON old.id = k.replaces_id
        WHERE (l.tier, l.step, l.unit, r.state) <> (k.tier, k.step, k.unit, 'approved')
        OR r.valid_from > coalesce(old.ended_at, k.started_at)
        OR (old.id IS NULL AND l.unit IN ('minute', 'day') AND NOT l.ends_on_workday
          AND k.due_at <> k.started_at + l.amount * ('1 ' || l.unit)::interval)""",
}

TIER_I_NEVER_WAITS = {
    "not in real time": """
        SELECT c.number FROM clocks_clock k JOIN cases_case c ON c.id = k.case_id
        WHERE k.tier IN ('I', 'II') AND k.unit NOT IN ('minute', 'day')""",
    "extended": """
        SELECT number FROM cases_case WHERE tier IN ('I', 'II') AND (is_extended OR extension_days IS NOT NULL)
        UNION SELECT c.number FROM clocks_clock k JOIN clocks_clock old ON old.id = k.replaces_id JOIN cases_case c ON c.id = k.case_id
        WHERE k.tier = 'I' AND k.due_at > greatest(old.due_at, k.started_at)""",
    "paused": """
        SELECT c.number FROM clocks_clock k JOIN rulebook_limit l ON l.id = k.limit_id JOIN cases_case c ON c.id = k.case_id
        WHERE k.tier = 'I' AND l.unit IN ('minute', 'day') AND k.due_at > k.started_at + l.amount * ('1 ' || l.unit)::interval""",
}

ONLY_THOSE_ON_IT = {
    "with a recused one": """
        SELECT c.number FROM cases_recusal r JOIN cases_case c ON c.id = r.case_id LEFT JOIN network_post worker ON worker.id = c.worker_id
        WHERE r.office_id IN (c.lead_id, c.holder_id) OR r.staff_id = worker.staff_id
        OR EXISTS (SELECT 1 FROM assignments_assignment a WHERE a.case_id = c.id AND a.state IN ('offered', 'accepted')
          AND a.office_id = r.office_id)
        OR EXISTS (SELECT 1 FROM assignments_transfer t WHERE t.case_id = c.id AND t.state IN ('proposed', 'settled')
          AND t.receiver_id = r.office_id)""",
    "seen by a recused one": """
        SELECT c.number FROM cases_recusal r JOIN cases_case c ON c.id = r.case_id
        JOIN audit_entry a ON a.subject_id = c.id AND a.at > r.at AND a.verb <> 'refused' JOIN network_post p ON p.id = a.post_id
        WHERE p.office_id = r.office_id OR p.staff_id = r.staff_id""",
    "told to a recused one": """
        SELECT c.number FROM cases_recusal r JOIN cases_case c ON c.id = r.case_id
        JOIN cases_notice n ON n.case_id = c.id AND n.office_id = r.office_id AND n.at > r.at""",
    "seen by an office that is neither on it nor above": """
        WITH RECURSIVE line (office_id, above_id) AS (
          SELECT id, id FROM network_office UNION
          SELECT line.office_id, o.parent_id FROM line JOIN network_office o ON o.id = line.above_id WHERE o.parent_id IS NOT NULL
        ), seen AS (
          SELECT DISTINCT a.subject_id AS case_id, p.office_id FROM audit_entry a JOIN network_post p ON p.id = a.post_id
          WHERE a.subject = 'case' AND a.verb <> 'refused' AND NOT EXISTS (SELECT 1 FROM cases_emergency e
            WHERE e.case_id = a.subject_id AND e.post_id = a.post_id AND a.at BETWEEN e.at AND e.until)
        ), others AS (
          SELECT c.id, c.number, c.centre_id, c.lead_id, seen.office_id FROM seen JOIN cases_case c ON c.id = seen.case_id
          WHERE seen.office_id NOT IN (c.centre_id, c.lead_id, c.holder_id)
        ), on_it AS (
          SELECT others.*, near.office_id AS near_id FROM others CROSS JOIN LATERAL (
            SELECT others.centre_id UNION SELECT others.lead_id
            UNION SELECT office_id FROM assignments_assignment a WHERE a.case_id = others.id
            UNION SELECT unnest(ARRAY[sender_id, receiver_id, decider_id]) FROM assignments_transfer t WHERE t.case_id = others.id
            UNION SELECT t.centre_id FROM cases_contact l JOIN contacts_contact t ON t.id = l.contact_id WHERE l.case_id = others.id
          ) AS near (office_id)
        )
        SELECT number FROM on_it LEFT JOIN line ON line.office_id = on_it.near_id AND line.above_id = on_it.office_id
        GROUP BY id, number, on_it.office_id HAVING count(line.above_id) = 0""",
    "kept for others than those on it and above": """
        SELECT number FROM cases_case c WHERE seen_by IS DISTINCT FROM hutong_case_seen_by(c)""",
    "the wall is down, or stands around less than it did": """
        SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
        WHERE p.polname = 'everything' AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
          SELECT FROM pg_policy d WHERE d.polrelid = c.oid AND NOT d.polpermissive AND 'hutong_desk'::regrole = ANY (d.polroles)))
        UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'hutong_desk'
          AND (rolsuper OR rolbypassrls OR pg_has_role(oid, 'hutong_work', 'SET'))""",
    "seen by an administrator or auditor": """
        SELECT DISTINCT c.number FROM network_post p JOIN audit_entry a ON a.post_id = p.id JOIN cases_case c ON c.id = a.subject_id
        WHERE p.role IN ('administrator', 'security_officer', 'auditor') AND a.subject = 'case' AND a.verb <> 'refused'""",
    "the reporter shown without a reason": """
        SELECT c.number FROM cases_event e JOIN cases_case c ON c.id = e.case_id
        WHERE e.action = 'reveal_reporter' AND trim(e.text) = ''""",
    "shown or let in, and may be rewritten": """
        SELECT name FROM unnest(ARRAY['cases_reveal', 'cases_admission', 'cases_emergency', 'network_contract']) AS name
        WHERE has_table_privilege('hutong_work', name, 'DELETE, TRUNCATE')""",
    "no lawful basis": """
        SELECT 'child ' || id FROM people_child WHERE lawful_basis <> ALL(%(bases)s)
        UNION ALL SELECT 'person ' || id FROM people_person WHERE lawful_basis <> ALL(%(bases)s)""",
}

EVERY_LOOK_RECORDED = {
    "open before somebody without a look": """
        SELECT c.number FROM cases_presence p JOIN cases_case c ON c.id = p.case_id WHERE NOT EXISTS (
          SELECT 1 FROM audit_entry a WHERE a.subject_id = p.case_id AND a.post_id = p.post_id AND a.verb = 'looked'
          AND a.at <= p.seen_at)""",
    "nobody looked, or at nothing": """
        SELECT 'log ' || a.id FROM audit_entry a LEFT JOIN network_post p ON p.id = a.post_id AND p.staff_id = a.staff_id
        LEFT JOIN cases_case c ON c.id = a.subject_id WHERE a.subject = 'case' AND a.verb = 'looked' AND (p.id IS NULL OR c.id IS NULL)""",
    "guard stood aside": """
        SELECT tgname || ' on ' || tgrelid::regclass FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled = 'D'
        AND tgrelid IN ('audit_entry'::regclass, 'audit_seal'::regclass, 'audit_checkpoint'::regclass)""",
    "may be rewritten": """
        SELECT name FROM unnest(ARRAY['audit_entry', 'audit_seal', 'audit_checkpoint']) AS name
        WHERE has_table_privilege('hutong_work', name, 'UPDATE, DELETE, TRUNCATE')""",
}

CLOSED_MEANS_DONE = {
    "work undone": """
        SELECT c.number FROM cases_case c WHERE c.stage = 'closed' AND (
          EXISTS (SELECT 1 FROM assignments_assignment a WHERE a.case_id = c.id AND a.state IN ('offered', 'accepted'))
          OR EXISTS (SELECT 1 FROM assignments_transfer t WHERE t.case_id = c.id AND t.state IN ('proposed', 'settled'))
          OR c.resolution = 'resolved' AND NOT EXISTS (
            SELECT 1 FROM assignments_assignment a WHERE a.case_id = c.id AND a.kind = 'lead' AND a.state = 'done'))""",
    "not answered": """
        SELECT c.number FROM cases_case c WHERE c.resolution = 'resolved' AND NOT EXISTS (
          SELECT 1 FROM replies_reply r WHERE r.case_id = c.id AND r.at = c.replied_at AND (
            r.outcome <> 'not_reached' OR c.reply_tries >= %(tries)s))
        UNION SELECT number FROM cases_case WHERE resolution = 'answered' AND replied_at IS NULL""",
    "not said to be safe": """
        SELECT c.number FROM cases_case c WHERE c.resolution = 'resolved' AND NOT EXISTS (
          SELECT 1 FROM replies_follow_up f WHERE f.case_id = c.id AND f.at = c.safe_at AND f.is_safe AND f.is_solved
          AND trim(f.assessment) <> '')
        UNION SELECT number FROM cases_case WHERE resolution = 'answered' AND safe_at IS NULL""",
    "a safety check ended as not ours": """
        SELECT number FROM cases_case WHERE resolution = 'not_a_case' AND tier = 'I' OR resolution = 'answered' AND tier <> 'IV'""",
    "closed otherwise than told": """
        SELECT c.number FROM cases_case c LEFT JOIN cases_event e ON e.case_id = c.id AND e.at = c.closed_at AND e.stage_after = 'closed'
        AND e.action = CASE c.resolution WHEN 'resolved' THEN 'close' WHEN 'answered' THEN 'answer_on_the_spot'
          WHEN 'not_a_case' THEN 'dismiss' WHEN 'merged' THEN 'merge' END
        WHERE c.stage = 'closed' AND e.id IS NULL""",
}

NOTHING_LOST = {
    "written down and gone": """
        SELECT DISTINCT a.subject || ' ' || a.subject_id FROM audit_entry a
        LEFT JOIN contacts_contact t ON a.subject = 'contact' AND t.id = a.subject_id
        LEFT JOIN people_child k ON a.subject = 'child' AND k.id = a.subject_id
        LEFT JOIN people_person p ON a.subject = 'person' AND p.id = a.subject_id
        LEFT JOIN cases_case c ON a.subject = 'case' AND c.id = a.subject_id
        WHERE a.subject IN ('contact', 'child', 'person', 'case') AND a.verb NOT IN ('refused', 'looked')
        AND coalesce(t.id, k.id, p.id, c.id) IS NULL""",
    "answered before it is on disk": """
        SELECT 'setting ' || name FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting IN ('off', 'local')""",
}

NO_CALL_ONLY_A_ROW = {
    "neither called back nor written down": """
        SELECT 'call ' || id FROM calls_call WHERE direction = 'in' AND state = 'ended' AND ended_how <> 'answered'
        AND call_back_id IS NULL AND contact_id IS NULL""",
    "answered, and hours later neither written down nor called back": """
        SELECT 'call ' || id FROM calls_call WHERE direction = 'in' AND state = 'ended' AND contact_id IS NULL AND call_back_id IS NULL
        AND ended_at < now() - interval '3 hours'""",
    "call-back overdue, and nobody told": """
        SELECT 'call-back ' || id FROM calls_call_back WHERE settled_at IS NULL AND missed_at IS NULL
        AND due_at < now() - interval '5 minutes'""",
    "story may be rewritten": """
        SELECT 'calls_event' WHERE has_table_privilege('hutong_work', 'calls_event', 'UPDATE, DELETE, TRUNCATE')""",
}

RULES = (
    Rule(1, "An open case has one lead office and one running deadline", ONE_OFFICE_ONE_DEADLINE),
    Rule(2, "Every change left one event, and events are never changed", ONE_EVENT_A_CHANGE),
    Rule(3, "Every contact and call has a case, an answer, a reason, or a limit", NO_CONTACT_LEFT_HANGING | NO_CALL_ONLY_A_ROW),
    Rule(4, "No deadline moved silently (working time is not reckoned anew)", NO_DEADLINE_MOVES_SILENTLY),
    Rule(5, "Tier I runs on real time, never paused or extended", TIER_I_NEVER_WAITS),
    Rule(6, "Only offices on a case or above it, never a recused one", ONLY_THOSE_ON_IT),
    Rule(7, "Every look is recorded (by who has a case open; the log is whole)", EVERY_LOOK_RECORDED),
    Rule(8, "Closed means done, answered and safe", CLOSED_MEANS_DONE),
    Rule(9, "Nothing entered is lost (what the log names is there; all is on disk)", NOTHING_LOST),
)
