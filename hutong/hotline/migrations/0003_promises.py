"""What the database itself refuses: the rules of the loop that a constraint can hold, and the rights of the working role.

Design, section 3, "What always holds". Checks that need more than one row are deferred to the commit, so that no
transaction can end with a broken promise, whoever wrote it.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION hutong_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'hutong: % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON cases_event FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON cases_event EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION hutong_refuse_change();

CREATE FUNCTION hutong_event_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.xact := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER event_stamp BEFORE INSERT ON cases_event FOR EACH ROW EXECUTE FUNCTION hutong_event_stamp();
"""

CLOCK = """
CREATE FUNCTION hutong_clock_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before clocks_clock := OLD;
BEGIN
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'hutong: clock % has ended and does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  before.next_alarm_at := NEW.next_alarm_at;
  before.warned := greatest(OLD.warned, NEW.warned);
  before.missed_at := coalesce(OLD.missed_at, NEW.missed_at);
  before.ended_at := NEW.ended_at;
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: clock % never moves; start a new one', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER clock_only_ends BEFORE UPDATE ON clocks_clock FOR EACH ROW EXECUTE FUNCTION hutong_clock_only_ends();
"""

CASE = """
CREATE FUNCTION hutong_case_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before cases_case := OLD;
BEGIN
  before.seen_by := NEW.seen_by; -- that another office sees it is no change of the case: it has no version and no event of its own
  before.row_key := NEW.row_key; -- nor is it that its key is sealed anew or destroyed
  IF before IS NOT DISTINCT FROM NEW THEN
    RETURN NEW;
  END IF;
  IF NEW.version <> OLD.version + 1 OR NEW.number <> OLD.number OR NEW.opened_at <> OLD.opened_at THEN
    RAISE EXCEPTION 'hutong: case % changes by one version at a time', OLD.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER case_counts BEFORE UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION hutong_case_counts();

CREATE FUNCTION hutong_case_holds(which uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  c cases_case;
  running int;
  matching int;
BEGIN
  SELECT * INTO c FROM cases_case WHERE id = which;
  SELECT count(*), count(*) FILTER (WHERE id = c.deadline_id AND due_at = c.due_at AND tier = c.tier)
    INTO running, matching FROM clocks_clock WHERE case_id = which AND ended_at IS NULL;
  IF c.stage = 'closed' AND running <> 0 OR c.stage <> 'closed' AND (running <> 1 OR matching <> 1) THEN
    RAISE EXCEPTION 'hutong rule 1: case % has % running deadlines', c.number, running USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM cases_event WHERE case_id = which AND seq = c.version
                 AND xact = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'hutong rule 2: case % changed without an event', c.number USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM assignments_assignment WHERE case_id = which AND kind = 'lead'
             AND state IN ('offered', 'accepted') AND office_id <> c.lead_id) THEN
    RAISE EXCEPTION 'hutong rule 1: case % has a second lead office', c.number USING ERRCODE = 'check_violation';
  END IF;
  IF c.stage = 'closed' AND (
       EXISTS (SELECT 1 FROM assignments_assignment WHERE case_id = which AND state IN ('offered', 'accepted'))
       OR EXISTS (SELECT 1 FROM assignments_transfer WHERE case_id = which AND state IN ('proposed', 'settled'))) THEN
    RAISE EXCEPTION 'hutong rule 8: case % closes with work undone', c.number USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM cases_recusal r WHERE r.case_id = which AND (
       r.office_id IN (c.lead_id, c.holder_id)
       OR r.staff_id = (SELECT staff_id FROM network_post WHERE id = c.worker_id)
       OR EXISTS (SELECT 1 FROM assignments_assignment a WHERE a.case_id = which AND a.office_id = r.office_id
                  AND a.state IN ('offered', 'accepted')))) THEN
    RAISE EXCEPTION 'hutong rule 6: case % is with a recused office', c.number USING ERRCODE = 'check_violation';
  END IF;
END $$;

CREATE FUNCTION hutong_case_row_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_case_holds(NEW.id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER case_holds AFTER INSERT ON cases_case
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_case_row_holds();
CREATE CONSTRAINT TRIGGER case_still_holds AFTER UPDATE ON cases_case
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION hutong_case_row_holds();

CREATE FUNCTION hutong_part_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_case_holds(CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END);
  RETURN NULL;
END $$;

CREATE FUNCTION hutong_event_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq > (SELECT version FROM cases_case WHERE id = NEW.case_id) THEN
    RAISE EXCEPTION 'hutong rule 2: event % of case % without a change', NEW.seq, NEW.case_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER event_counts AFTER INSERT ON cases_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_event_counts();
"""

PARTS = (
    "clocks_clock",
    "assignments_assignment",
    "assignments_transfer",
    "cases_contact",
    "cases_child",
    "cases_party",
    "cases_recusal",
    "replies_reply",
    "replies_follow_up",
)

PART = """
CREATE CONSTRAINT TRIGGER part_holds AFTER INSERT OR UPDATE OR DELETE ON {table}
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_part_holds();
"""

CONTACT = """
CREATE FUNCTION hutong_contact_holds(which uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cases_contact WHERE contact_id = which)
     IS DISTINCT FROM (SELECT outcome IN ('case_opened', 'case_added') FROM contacts_contact WHERE id = which) THEN
    RAISE EXCEPTION 'hutong rule 3: contact % and its case disagree', which USING ERRCODE = 'check_violation';
  END IF;
END $$;
CREATE FUNCTION hutong_contact_row_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_contact_holds(NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION hutong_link_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_contact_holds(CASE WHEN TG_OP = 'DELETE' THEN OLD.contact_id ELSE NEW.contact_id END);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contact_holds AFTER INSERT OR UPDATE ON contacts_contact
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_contact_row_holds();
CREATE CONSTRAINT TRIGGER link_holds AFTER INSERT OR UPDATE OR DELETE ON cases_contact
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_link_holds();
"""

# Read and added to, never rewritten; and what may change but not vanish.
NEVER_REWRITTEN = ("cases_event", "audit_entry", "replies_reply", "replies_follow_up", "cases_recusal")
NEVER_REMOVED = (
    "cases_case",
    "clocks_clock",
    "contacts_contact",
    "contacts_reporter",
    "cases_contact",
    "assignments_assignment",
    "assignments_transfer",
    "network_division",
    "network_office",
    "network_staff",
    "network_post",
    "people_child",
    "people_person",
)

RIGHTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hutong_work;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hutong_work;
"""


def revoke(rights: str, tables: tuple[str, ...]) -> migrations.RunSQL:
    return migrations.RunSQL(f"REVOKE {rights} ON {', '.join(tables)} FROM hutong_work", migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies = [("hotline", "0002_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY),
        migrations.RunSQL(CLOCK),
        migrations.RunSQL(CASE),
        *(migrations.RunSQL(PART.format(table=table)) for table in PARTS),
        migrations.RunSQL(CONTACT),
        migrations.RunSQL(RIGHTS),
        revoke("UPDATE, DELETE", NEVER_REWRITTEN),
        revoke("DELETE", NEVER_REMOVED),
    ]
