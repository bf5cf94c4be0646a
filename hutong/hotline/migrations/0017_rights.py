"""Who sees a case, as one condition of the database; and what was let in or shown is never rewritten.

`hutong_case_visible` is `cases.queries.visible_to` for one case, by the columns of its row, so that a policy can ask it.
"""

from django.db import migrations

VISIBLE = """
CREATE FUNCTION hutong_is_approved(post uuid, on_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM network_approval WHERE post_id = $1 AND ended_at IS NULL AND valid_from <= on_day AND valid_to > on_day)
    OR EXISTS (SELECT FROM network_charge WHERE post_id = $1 AND ended_at IS NULL)
$$;

CREATE FUNCTION hutong_today() RETURNS date LANGUAGE sql STABLE AS $$ SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date $$;
CREATE FUNCTION hutong_keeps_away(case_id uuid, office uuid, staff uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM cases_recusal r WHERE r.case_id = $1 AND (r.office_id = office OR r.staff_id = staff))
$$;
CREATE FUNCTION hutong_let_in(case_id uuid, worker uuid, post uuid, role text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT role = 'coordinator' OR worker IS NOT DISTINCT FROM post
    OR EXISTS (SELECT FROM cases_admission a WHERE a.case_id = $1 AND a.post_id = post AND a.ended_at IS NULL)
$$;
CREATE FUNCTION hutong_outsourced(o network_office) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT o.is_outsourced OR o.kind = 'social_organisation'
$$;

CREATE FUNCTION hutong_by_contract(office uuid, centre uuid, on_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT hutong_outsourced(o) OR EXISTS (
    SELECT 1 FROM network_contract k JOIN network_office c ON c.id = centre LEFT JOIN network_office p ON p.id = c.parent_id
    WHERE k.office_id = o.id AND k.valid_from <= on_day AND k.valid_to > on_day AND k.orderer_id IN (c.id, c.parent_id, p.parent_id))
  FROM network_office o WHERE o.id = office
$$;

CREATE FUNCTION hutong_in_service(office uuid, on_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT hutong_outsourced(o) OR EXISTS (
    SELECT 1 FROM network_contract k WHERE k.office_id = o.id AND k.valid_from <= on_day AND k.valid_to > on_day)
  FROM network_office o WHERE o.id = office
$$;

CREATE FUNCTION hutong_case_visible(
  case_id uuid, centre uuid, worker uuid, is_restricted boolean, seen_by uuid[], post uuid, at timestamptz
) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p.role NOT IN ('administrator', 'security_officer', 'auditor')
    AND NOT hutong_keeps_away($1, p.office_id, p.staff_id)
    AND (
      seen_by @> ARRAY[p.office_id] AND (NOT is_restricted OR hutong_let_in($1, worker, p.id, p.role))
      OR EXISTS (SELECT 1 FROM cases_emergency e WHERE e.case_id = $1 AND e.post_id = p.id AND e.until > $7))
    AND hutong_by_contract(p.office_id, centre, ($7 AT TIME ZONE 'Asia/Shanghai')::date)
    AND (worker IS NOT DISTINCT FROM p.id OR hutong_is_approved(p.id, ($7 AT TIME ZONE 'Asia/Shanghai')::date))
  FROM network_post p WHERE p.id = $6
$$;
"""

# What a post is kept from and what it has opened, for whoever asks once a request; and how many cases there are that it does not see:
# as the owner, for behind a wall of rows these are not there. They tell numbers and ids, and nothing else.
BESIDE = """
CREATE FUNCTION hutong_kept_from(post uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT kept.id), '{}') FROM network_post p CROSS JOIN LATERAL (
    SELECT r.case_id AS id FROM cases_recusal r WHERE r.office_id = p.office_id OR r.staff_id = p.staff_id
    UNION ALL SELECT c.id FROM cases_case c WHERE c.is_restricted AND NOT hutong_let_in(c.id, c.worker_id, p.id, p.role)
    UNION ALL SELECT c.id FROM network_office o JOIN cases_case c ON c.seen_by @> ARRAY[o.id]
      WHERE o.id = p.office_id AND hutong_outsourced(o)
      AND NOT hutong_by_contract(o.id, c.centre_id, hutong_today())
  ) AS kept WHERE p.id = $1
$$;
CREATE FUNCTION hutong_opened_by(post uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT e.case_id), '{}') FROM cases_emergency e JOIN network_post p ON p.id = e.post_id
  JOIN cases_case c ON c.id = e.case_id WHERE p.id = $1 AND e.until > now()
  AND (c.worker_id = p.id OR hutong_is_approved(p.id, hutong_today()))
  AND NOT hutong_keeps_away(e.case_id, p.office_id, p.staff_id)
$$;
CREATE FUNCTION hutong_unseen(about uuid, post uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT count(DISTINCT c.id) FROM network_post p, cases_child mine JOIN cases_child other ON other.child_id = mine.child_id
  JOIN cases_case c ON c.id = other.case_id
  WHERE p.id = $2 AND mine.case_id = $1 AND c.id <> $1
  AND NOT hutong_case_visible(c.id, c.centre_id, c.worker_id, c.is_restricted, c.seen_by, p.id, now())
  AND NOT hutong_keeps_away(c.id, p.office_id, p.staff_id)
$$;
CREATE FUNCTION hutong_restricted(post uuid, below boolean) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM network_post p, cases_case c JOIN network_office o ON o.id = c.centre_id
  WHERE p.id = $1 AND c.is_restricted AND c.id = ANY (hutong_kept_from(p.id))
  AND CASE WHEN below THEN p.office_id IN (o.parent_id, (SELECT parent_id FROM network_office WHERE id = o.parent_id))
    ELSE c.holder_id = p.office_id END
  AND NOT hutong_keeps_away(c.id, p.office_id, p.staff_id)
$$;
"""

# An emergency is judged once, that nobody did in time is noted once, an admission ends once, and of neither does anything else change.
ONLY_ENDS = """
CREATE FUNCTION hutong_emergency_is_judged_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before cases_emergency := OLD;
BEGIN
  before.missed_at := coalesce(OLD.missed_at, NEW.missed_at);
  before.reviewed_at := NEW.reviewed_at;
  before.reviewed_by_id := NEW.reviewed_by_id;
  before.verdict := NEW.verdict;
  IF OLD.reviewed_at IS NOT NULL OR before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: an emergency is judged once and not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER emergency_is_judged_once BEFORE UPDATE ON cases_emergency
  FOR EACH ROW EXECUTE FUNCTION hutong_emergency_is_judged_once();

CREATE FUNCTION hutong_admission_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before cases_admission := OLD;
BEGIN
  before.ended_at := NEW.ended_at;
  IF OLD.ended_at IS NOT NULL OR before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: an admission ends once and is not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER admission_ends_once BEFORE UPDATE ON cases_admission FOR EACH ROW EXECUTE FUNCTION hutong_admission_ends_once();

CREATE TRIGGER reveal_append_only BEFORE UPDATE OR DELETE ON cases_reveal FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER reveal_no_truncate BEFORE TRUNCATE ON cases_reveal EXECUTE FUNCTION hutong_refuse_change();
"""

# The first contract of an office makes it an outsourced one for good; a contract is only cut short, never prolonged or rewritten.
CONTRACT = """
CREATE FUNCTION hutong_contract_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE network_office SET is_outsourced = true WHERE id = NEW.office_id AND NOT is_outsourced;
  RETURN NULL;
END $$;
CREATE TRIGGER contract_made AFTER INSERT ON network_contract FOR EACH ROW EXECUTE FUNCTION hutong_contract_made();

CREATE FUNCTION hutong_contract_is_cut_short() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before network_contract := OLD;
BEGIN
  before.valid_to := least(OLD.valid_to, NEW.valid_to);
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: a contract is only cut short; make another' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contract_is_cut_short BEFORE UPDATE ON network_contract FOR EACH ROW EXECUTE FUNCTION hutong_contract_is_cut_short();

CREATE FUNCTION hutong_office_stays_outsourced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_outsourced AND NOT NEW.is_outsourced THEN
    RAISE EXCEPTION 'hutong: an office that worked by contract stays an outsourced one' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER office_stays_outsourced BEFORE UPDATE OF is_outsourced ON network_office
  FOR EACH ROW EXECUTE FUNCTION hutong_office_stays_outsourced();
"""
RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON cases_reveal FROM hutong_work;
REVOKE DELETE, TRUNCATE ON cases_admission, cases_emergency, network_contract FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0016_sealed")]
    operations = [migrations.RunSQL(sql) for sql in (VISIBLE, BESIDE, ONLY_ENDS, CONTRACT, RIGHTS)]
