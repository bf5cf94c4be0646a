"""What a page is told across the wall is what the post in whose name it asks needs of it; and an emergency lasts an hour."""

# ruff: noqa: S608 every part is a constant of this file

import datetime

from django.db import migrations, models

# `hutong.asks` is the post in whose name a request runs, of an administrator or an auditor too, who are no `hutong.post`: no case is
# theirs to see. Nothing else is changed here.
ENTER = """
CREATE FUNCTION hutong_asks() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('hutong.asks', true), '')::uuid $$;
CREATE OR REPLACE FUNCTION hutong_enter(which uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  today date := hutong_today();
  asks uuid;
  mine network_post;
  kept uuid[];
  contacts uuid[] := '{}';
BEGIN
  SELECT p.* INTO mine FROM network_post p JOIN network_staff s ON s.id = p.staff_id WHERE p.id = which AND s.is_active
    AND p.valid_from <= today AND (p.valid_to IS NULL OR p.valid_to > today) AND hutong_in_service(p.office_id, today);
  asks := mine.id;
  IF mine.role IN ('administrator', 'security_officer', 'auditor') THEN
    mine := NULL;
  END IF;
  kept := hutong_kept_from(mine.id);
  IF kept <> '{}' THEN
    SELECT coalesce(array_agg(t.id), '{}') INTO contacts FROM cases_contact l JOIN contacts_contact t ON t.id = l.contact_id
      JOIN network_office o ON o.id = t.centre_id WHERE l.case_id = ANY (kept)
      AND (mine.office_id IN (t.centre_id, o.parent_id) OR t.taken_by_id = mine.id);
  END IF;
  PERFORM set_config('hutong.asks', coalesce(asks::text, ''), false),
    set_config('hutong.post', coalesce(mine.id::text, ''), false),
    set_config('hutong.staff', coalesce(mine.staff_id::text, ''), false),
    set_config('hutong.office', coalesce(mine.office_id::text, ''), false),
    set_config('hutong.approved', hutong_is_approved(mine.id, today)::text, false),
    set_config('hutong.kept', coalesce(nullif(kept, '{}')::text, ''), false),
    set_config('hutong.kept_contacts', coalesce(nullif(contacts, '{}')::text, ''), false),
    set_config('hutong.held', coalesce(nullif(hutong_opened_by(mine.id), '{}')::text, ''), false);
END $$;
"""

# The offices of whose cases whoever asks may know who looked at them: an auditor's own and all below it, a shift lead's own
# (`cases.looks.cases_for`).
WATCHED = """
CREATE FUNCTION hutong_watched() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE mine AS (
    SELECT office_id, role FROM network_post WHERE id = hutong_asks() AND role IN ('auditor', 'shift_lead')
  ), offices (id) AS (
    SELECT office_id FROM mine
    UNION SELECT o.id FROM network_office o JOIN offices f ON o.parent_id = f.id WHERE (SELECT role FROM mine) = 'auditor'
  )
  SELECT id FROM offices
$$;
"""

# An emergency opens an open case of tier I; which cases lines of the log name is asked by those who read the log; a contact is told of
# to who took or sent it; a board takes away for its own office.
ACROSS = """
CREATE OR REPLACE FUNCTION hutong_across(what text, which text[]) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN coalesce(CASE what
    WHEN 'number' THEN (SELECT array_agg(id) FROM cases_case WHERE number = ANY (which)
      AND (centre_id IN (SELECT hutong_watched()) AND id <> ALL (hutong_kept())
        OR hutong_post() IS NOT NULL AND tier = 'I' AND closed_at IS NULL))
    WHEN 'child' THEN (SELECT array_agg(l.case_id) FROM cases_child l WHERE l.child_id = ANY (which::uuid[]) AND EXISTS (
      SELECT FROM cases_child o JOIN cases_case c ON c.id = o.case_id
      WHERE o.child_id = l.child_id AND c.centre_id IN (SELECT hutong_watched()) AND c.id <> ALL (hutong_kept())))
    WHEN 'named' THEN (SELECT which::uuid[] FROM network_post WHERE id = hutong_asks()
      AND role IN ('auditor', 'security_officer', 'shift_lead'))
    WHEN 'contact' THEN (SELECT array_agg(l.case_id) FROM cases_contact l JOIN contacts_contact t ON t.id = l.contact_id
      WHERE l.contact_id = ANY (which::uuid[]) AND (t.centre_id = hutong_office() AND l.case_id <> ALL (hutong_kept())
        OR t.sender_id = hutong_office()))
    WHEN 'left' THEN (SELECT array_agg(DISTINCT case_id) FROM (
      SELECT t.case_id FROM assignments_transfer t JOIN network_office s ON s.id = t.sender_id
        LEFT JOIN network_office p ON p.id = s.parent_id
        WHERE t.state = 'accepted' AND hutong_office() = ANY (which::uuid[]) AND ARRAY[s.parent_id, p.parent_id] && which::uuid[]
      UNION ALL SELECT unnest(hutong_kept())) AS away)
    END, '{}');
END $$;
"""

# Of who touched a case that the auditor may not know of, that there is one: it is counted for another auditor to tell.
TOUCHED = """
CREATE OR REPLACE FUNCTION hutong_touched(staff uuid, since timestamptz, until timestamptz) RETURNS TABLE (
  case_id uuid, number text, times bigint, first timestamptz, last timestamptz, verbs text[], children uuid[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH lines AS (
    SELECT at, verb, subject_id, detail FROM audit_entry WHERE staff_id = $1 AND at >= $2 AND at < $3 AND verb <> 'refused'
    AND EXISTS (SELECT FROM network_post WHERE id = hutong_asks() AND role = 'auditor')
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
  ), told AS (
    SELECT f.case_id, c.number, count(*) AS times, min(f.at) AS first, max(f.at) AS last, array_agg(DISTINCT f.verb) AS verbs,
      c.centre_id IN (SELECT hutong_watched()) AS is_known
    FROM found f JOIN cases_case c ON c.id = f.case_id GROUP BY f.case_id, c.number, c.centre_id
  )
  SELECT case_id, CASE WHEN is_known THEN number ELSE '' END, times, first, last, CASE WHEN is_known THEN verbs ELSE '{}' END,
    ARRAY(SELECT l.child_id FROM cases_child l WHERE is_known AND l.case_id = told.case_id ORDER BY l.id)
  FROM told ORDER BY last DESC
$$;
"""

# Whose case it is not learns no id by seeking a word. Asked as a value, by the key of each case that was found: a join might be planned
# as a way through all cases.
SEES = """(array_position(seen_by, (SELECT hutong_office())) IS NOT NULL AND id <> ALL ((SELECT hutong_kept())::uuid[])
  AND ((SELECT hutong_approved()) OR worker_id = (SELECT hutong_post()))
  OR id = ANY ((SELECT hutong_held())::uuid[]))"""
SEARCH = f"""
CREATE FUNCTION hutong_is_page() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT 'hutong_desk' IN (session_user, current_setting('role'))
$$;
CREATE OR REPLACE FUNCTION hutong_cases_holding(word text, pairs tsquery, fits text, either boolean, silent text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT found.id FROM (
    SELECT id FROM cases_case WHERE number = upper(word)
    UNION SELECT id FROM cases_case WHERE hutong_holds(title, pairs, fits, either)
    UNION SELECT l.case_id FROM contacts_contact t JOIN cases_contact l ON l.contact_id = t.id
      WHERE hutong_holds(t.narrative, pairs, fits, either)
    UNION SELECT case_id FROM cases_event WHERE hutong_holds(text, pairs, fits, either) AND action <> ALL (silent)
  ) AS found WHERE NOT (SELECT hutong_is_page()) OR (SELECT {SEES} FROM cases_case WHERE cases_case.id = found.id)
$$;
"""

# How many there are beside what one sees, a page asks of the post in whose name it runs.
BESIDE = """
CREATE OR REPLACE FUNCTION hutong_unseen(about uuid, post uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT count(DISTINCT c.id) FROM network_post p, cases_child mine JOIN cases_child other ON other.child_id = mine.child_id
  JOIN cases_case c ON c.id = other.case_id
  WHERE p.id = $2 AND mine.case_id = $1 AND c.id <> $1 AND (NOT hutong_is_page() OR p.id = hutong_post())
  AND NOT hutong_case_visible(c.id, c.centre_id, c.worker_id, c.is_restricted, c.seen_by, p.id, now())
  AND NOT hutong_keeps_away(c.id, p.office_id, p.staff_id)
$$;
CREATE OR REPLACE FUNCTION hutong_restricted(post uuid, below boolean) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM network_post p, cases_case c JOIN network_office o ON o.id = c.centre_id
  WHERE p.id = $1 AND (NOT hutong_is_page() OR p.id = hutong_post()) AND c.is_restricted AND c.id = ANY (hutong_kept_from(p.id))
  AND CASE WHEN below THEN p.office_id IN (o.parent_id, (SELECT parent_id FROM network_office WHERE id = o.parent_id))
    ELSE c.holder_id = p.office_id END
  AND NOT hutong_keeps_away(c.id, p.office_id, p.staff_id)
$$;
"""

# What only `hutong_enter` asks, no other role asks.
CALLERS = """
REVOKE ALL ON FUNCTION hutong_kept_from(uuid), hutong_opened_by(uuid) FROM hutong_work;
REVOKE ALL ON FUNCTION hutong_watched() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0028_quarters")]
    operations = [
        migrations.AddConstraint(
            "emergency",
            models.CheckConstraint(condition=models.Q(until__lte=models.F("at") + datetime.timedelta(minutes=60)), name="emergency_lasts"),
        ),
        *(migrations.RunSQL(sql) for sql in (ENTER, WATCHED, ACROSS, TOUCHED, SEARCH, BESIDE, CALLERS)),
    ]
