"""The second wall: what the role of the pages may see, row by row, whatever a query asks for.

Pages connect as `hutong_desk`: it has the rights of `hutong_work` and cannot become it. For `hutong_desk` alone each table whose rows
belong to a case, a contact or a call shows what the post sees in whose name the request runs (`hutong_enter`), and without one nothing.
The processes that act for nobody (worker, phone, sender, keeper) are `hutong_work`, for which every row is there.
"""

# ruff: noqa: S608 every part is a constant of this file

from django.db import migrations

# What a request is told of once, so that the policies below only compare: `cases.queries.visible_to` in the database, condition by
# condition. `kept` are the cases from which the office or the person must keep away, restricted ones to which they are not let in, and
# for an outsourced office what no running contract covers; `approved` whether a manager approved the post for minors' data.
# `held` are what was opened in an emergency, the case that a deed has open (who had it when the deed began keeps it to the commit, though
# it may go elsewhere), and those that a page looks at across the wall (`kernel.wall.ACROSS`).
ENTER = """
CREATE FUNCTION hutong_enter(which uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  today date := hutong_today();
  mine network_post;
BEGIN
  SELECT p.* INTO mine FROM network_post p JOIN network_staff s ON s.id = p.staff_id WHERE p.id = which AND s.is_active
    AND p.valid_from <= today AND (p.valid_to IS NULL OR p.valid_to > today)
    AND p.role NOT IN ('administrator', 'security_officer', 'auditor') AND hutong_in_service(p.office_id, today);
  PERFORM set_config('hutong.post', coalesce(mine.id::text, ''), false),
    set_config('hutong.staff', coalesce(mine.staff_id::text, ''), false),
    set_config('hutong.office', coalesce(mine.office_id::text, ''), false),
    set_config('hutong.approved', hutong_is_approved(mine.id, today)::text, false),
    set_config('hutong.kept', coalesce(nullif(hutong_kept_from(mine.id), '{}')::text, ''), false),
    set_config('hutong.held', coalesce(nullif(hutong_opened_by(mine.id), '{}')::text, ''), false);
END $$;

CREATE FUNCTION hutong_office() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('hutong.office', true), '')::uuid $$;
CREATE FUNCTION hutong_post() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('hutong.post', true), '')::uuid $$;
CREATE FUNCTION hutong_staff() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('hutong.staff', true), '')::uuid $$;
CREATE FUNCTION hutong_held() RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('hutong.held', true), ''), '{}')::uuid[]
$$;
CREATE FUNCTION hutong_approved() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('hutong.approved', true), ''), 'false')::boolean
$$;
CREATE FUNCTION hutong_kept() RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('hutong.kept', true), ''), '{}')::uuid[]
$$;
"""

# Who sees a case, said once. A further condition of `cases.queries.visible_to` belongs here, or in `hutong_enter`, too.
# Each setting is read once a statement (a subquery). The planner takes "IS NOT NULL" to hold for nearly every row, which is right: the
# query has asked for the same already, by the index on `seen_by`, and must not be planned as if the wall let one row in 200 through.
SEES = """(array_position(seen_by, (SELECT hutong_office())) IS NOT NULL AND id <> ALL ((SELECT hutong_kept())::uuid[])
  AND ((SELECT hutong_approved()) OR worker_id = (SELECT hutong_post()))
  OR id = ANY ((SELECT hutong_held())::uuid[]))"""

INDEX = "CREATE INDEX case_seen_by ON cases_case USING gin (seen_by)"

# Legs, events and recordings of a call go with it; as the owner, for a policy may not lead back to its own table.
CALL = f"""
CREATE FUNCTION hutong_sees_call(which uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM calls_call k WHERE k.id = which AND (
    k.centre_id = hutong_office() OR k.operator_id = hutong_post()
    OR EXISTS (SELECT FROM network_office o WHERE o.id = k.centre_id AND o.parent_id = hutong_office())
    OR EXISTS (SELECT FROM calls_leg l WHERE l.call_id = k.id AND l.post_id = hutong_post())
    OR EXISTS (SELECT FROM cases_case WHERE {SEES}
               AND id IN (k.case_id, (SELECT l.case_id FROM cases_contact l WHERE l.contact_id = k.contact_id)))))
$$;
"""

# What a page must ask of rows that it does not see: ids and a number, nothing else.
ACROSS = """
CREATE FUNCTION hutong_across(what text, which text[]) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN coalesce(CASE what
    WHEN 'number' THEN (SELECT array_agg(id) FROM cases_case WHERE number = ANY (which))
    WHEN 'child' THEN (SELECT array_agg(case_id) FROM cases_child WHERE child_id = ANY (which::uuid[]))
    WHEN 'named' THEN which::uuid[]
    WHEN 'contact' THEN (SELECT array_agg(case_id) FROM cases_contact WHERE contact_id = ANY (which::uuid[]))
    WHEN 'left' THEN (SELECT array_agg(DISTINCT case_id) FROM (
      SELECT t.case_id FROM assignments_transfer t JOIN network_office s ON s.id = t.sender_id
        LEFT JOIN network_office p ON p.id = s.parent_id WHERE t.state = 'accepted' AND ARRAY[s.parent_id, p.parent_id] && which::uuid[]
      UNION ALL SELECT unnest(hutong_kept())) AS away)
    END, '{}');
END $$;
CREATE FUNCTION hutong_provisional() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM clocks_clock WHERE ended_at IS NULL AND is_provisional
$$;
"""

# A condition of a query comes after those of the wall, unless the database knows that it tells nothing of what it looks at: an index of
# bigrams would never be asked. So the words are sought as the owner; the ids that come back say nothing until the wall lets them through.
# `silent`: the actions in whose words nobody seeks.
SEARCH = """
CREATE FUNCTION hutong_holds(body text, pairs tsquery, fits text, either boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT hutong_bigrams(body) @@ pairs AND (fits = '' OR CASE WHEN either THEN upper(body) LIKE upper(fits) ELSE body LIKE fits END)
$$;
CREATE FUNCTION hutong_cases_holding(word text, pairs tsquery, fits text, either boolean, silent text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM cases_case WHERE number = upper(word)
  UNION ALL SELECT id FROM cases_case WHERE hutong_holds(title, pairs, fits, either)
  UNION ALL SELECT l.case_id FROM contacts_contact t JOIN cases_contact l ON l.contact_id = t.id
    WHERE hutong_holds(t.narrative, pairs, fits, either)
  UNION ALL SELECT case_id FROM cases_event WHERE hutong_holds(text, pairs, fits, either) AND action <> ALL (silent)
$$;
"""

# Of what data an account saw or changed something, for an auditor, who sees no case: ids and numbers, and which cases their line of
# offices answers for is asked of these afterwards.
TOUCHED = """
CREATE FUNCTION hutong_touched(staff uuid, since timestamptz, until timestamptz) RETURNS TABLE (
  case_id uuid, number text, times bigint, first timestamptz, last timestamptz, verbs text[], children uuid[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH lines AS (
    SELECT at, verb, subject_id, detail FROM audit_entry WHERE staff_id = $1 AND at >= $2 AND at < $3 AND verb <> 'refused'
  ), things (at, verb, thing) AS (
    SELECT at, verb, subject_id FROM lines WHERE subject_id IS NOT NULL
    UNION ALL SELECT at, verb, shown::uuid FROM lines, jsonb_array_elements_text(detail -> 'shown') AS shown WHERE detail ? 'shown'
  ), found AS (
    SELECT at, verb, case_id FROM things t CROSS JOIN LATERAL (
      SELECT id AS case_id FROM cases_case WHERE id = t.thing
      UNION SELECT case_id FROM cases_contact WHERE contact_id = t.thing
      UNION SELECT case_id FROM cases_child WHERE child_id = t.thing
      UNION SELECT case_id FROM cases_party WHERE person_id = t.thing
      UNION SELECT case_id FROM supervision_order WHERE id = t.thing
      UNION SELECT case_id FROM recordings_recording WHERE id = t.thing
      UNION SELECT coalesce(c.case_id, l.case_id) FROM calls_call c
        LEFT JOIN cases_contact l ON l.contact_id = c.contact_id WHERE c.id = t.thing
    ) AS of WHERE case_id IS NOT NULL
  )
  SELECT f.case_id, c.number, count(*), min(f.at), max(f.at), array_agg(DISTINCT f.verb),
    ARRAY(SELECT child_id FROM cases_child WHERE case_id = f.case_id ORDER BY id)
  FROM found f JOIN cases_case c ON c.id = f.case_id GROUP BY f.case_id, c.number ORDER BY max(f.at) DESC
$$;
"""

OFFICE, POST = "(SELECT hutong_office())", "(SELECT hutong_post())"
# Whether there is such a row, asked as a value: an EXISTS would be planned as one look at every case there is (a hashed subplan), where
# a page means the few rows that it shows.
OF_A_CASE = "(SELECT true FROM cases_case c WHERE c.id = {table}.case_id LIMIT 1)"  # that table's own policy decides
OF_A_CONTACT = "(SELECT true FROM contacts_contact c WHERE c.id = {table}.contact_id LIMIT 1)"
OF_AN_ORDER = "(SELECT true FROM supervision_order o WHERE o.id = {table}.order_id LIMIT 1)"
OF_A_RECORDING = "(SELECT true FROM recordings_recording r WHERE r.id = {table}.recording_id LIMIT 1)"
OF_A_CALL = "hutong_sees_call(call_id)"
BY_LINK = "(SELECT true FROM cases_contact l WHERE l.contact_id = {table}.{column} LIMIT 1)"
BELOW = f"centre_id IN (SELECT o.id FROM network_office o WHERE o.parent_id = {OFFICE})"

WALLED = {
    "cases_case": SEES,
    **dict.fromkeys(
        (
            "assignments_assignment", "assignments_transfer", "cases_admission", "cases_child", "cases_contact", "cases_event",
            "cases_party", "cases_presence", "clocks_clock", "clocks_part_clock", "clocks_pause", "holds_hold",
            "notices_acknowledgement", "replies_follow_up", "replies_reply",
        ),
        OF_A_CASE,
    ),
    "cases_recusal": f"(office_id = {OFFICE} OR staff_id = (SELECT hutong_staff()) OR {OF_A_CASE})",
    "contacts_contact": f"(centre_id = {OFFICE} OR sender_id = {OFFICE} OR taken_by_id = {POST} OR {BY_LINK})",
    "contacts_reporter": OF_A_CONTACT,
    "contacts_draft": f"post_id IN (SELECT p.id FROM network_post p WHERE p.office_id = {OFFICE})",
    "calls_call": f"""(centre_id = {OFFICE} OR operator_id = {POST} OR {BELOW} OR {OF_A_CASE} OR {BY_LINK}
      OR (SELECT true FROM calls_leg l WHERE l.call_id = calls_call.id AND l.post_id = {POST} LIMIT 1))""",
    "calls_call_back": f"(centre_id = {OFFICE} OR taken_by_id = {POST} OR {OF_A_CASE})",
    "calls_event": OF_A_CALL,
    "calls_leg": f"(post_id = {POST} OR {OF_A_CALL})",
    "calls_wish": f"(by_id = {POST} OR {OF_A_CALL})",
    "recordings_recording": f"({OF_A_CASE} OR {OF_A_CALL})",
    "recordings_gap": OF_A_RECORDING,
    "recordings_play": OF_A_RECORDING,
    "supervision_order": f"(office_id = {OFFICE} OR issuer_id = {OFFICE} OR {OF_A_CASE})",
    "supervision_clock": OF_AN_ORDER,
    "supervision_event": OF_AN_ORDER,
}  # fmt: skip
# Who is added to a case is written before the link to it, so that an insert is free; to read or change needs the link.
PEOPLE = {
    "people_child": "(SELECT true FROM cases_child l WHERE l.child_id = people_child.id LIMIT 1)",
    "people_person": "(SELECT true FROM cases_party l WHERE l.person_id = people_person.id LIMIT 1)",
}

# Forced, so that the owner's rows are no exception; the owner and the working role then have a policy that lets them see all.
WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON {table} TO hutong_work, hutong_owner USING (true);
"""
DESK = "CREATE POLICY desk_{verb} ON {table} AS RESTRICTIVE FOR {verb} TO hutong_desk USING ({sees});"

# What the database itself looks at to keep its promises, it looks at as the owner, whoever acts.
AS_OWNER = """
DO $$
DECLARE
  guard regprocedure;
BEGIN
  FOR guard IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
    AND p.prosrc ~ '(FROM|JOIN|UPDATE|INTO) [a-z]+_|hutong_[a-z_]+[(]' LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', guard);
  END LOOP;
END $$;
"""


def walls() -> str:
    """The statements that raise it, table by table."""
    raised = [
        WALL.format(table=table) + DESK.format(table=table, verb="all", sees=sees.format(table=table, column=_column(table)))
        for table, sees in WALLED.items()
    ]
    raised += [
        WALL.format(table=table) + "".join(DESK.format(table=table, verb=verb, sees=sees) for verb in ("select", "update", "delete"))
        for table, sees in PEOPLE.items()
    ]
    return "\n".join(raised)


def _column(table: str) -> str:
    return "id" if table == "contacts_contact" else "contact_id"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0017_rights")]
    operations = [migrations.RunSQL(sql) for sql in (ENTER, INDEX, CALL, ACROSS, TOUCHED, SEARCH, walls(), AS_OWNER)]
