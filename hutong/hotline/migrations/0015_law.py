"""What the law asks of the database itself: who approved whom, what is held is not erased, and a file leads back to who took it."""

from django.db import migrations

# 《未成年人网络保护条例》第三十六条: by who answers for the office or one above it, never for themselves, for a year at the most.
APPROVED = """
ALTER TABLE network_approval ADD CONSTRAINT approval_a_year_at_the_most CHECK (valid_to - valid_from BETWEEN 1 AND 366);
CREATE FUNCTION hutong_approved_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM network_post a JOIN network_post b ON b.id = NEW.by_id WHERE a.id = NEW.post_id AND a.staff_id = b.staff_id) THEN
    RAISE EXCEPTION 'hutong: nobody approves themselves' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (
       WITH RECURSIVE line (id, parent_id) AS (
         SELECT o.id, o.parent_id FROM network_post p JOIN network_office o ON o.id = p.office_id WHERE p.id = NEW.post_id
         UNION SELECT o.id, o.parent_id FROM network_office o JOIN line l ON o.id = l.parent_id
       ) SELECT 1 FROM network_charge c JOIN line ON line.id = c.office_id WHERE c.post_id = NEW.by_id AND c.ended_at IS NULL) THEN
    RAISE EXCEPTION 'hutong: approved by somebody who does not answer for the office' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approved_by_another BEFORE INSERT ON network_approval FOR EACH ROW EXECUTE FUNCTION hutong_approved_by_another();

CREATE FUNCTION hutong_charge_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM network_post a JOIN network_post b ON b.id = NEW.by_id WHERE a.id = NEW.post_id AND a.staff_id = b.staff_id)
     OR EXISTS (SELECT 1 FROM network_post WHERE id = NEW.post_id AND role IN ('administrator', 'security_officer', 'auditor')) THEN
    RAISE EXCEPTION 'hutong: who answers for minors'' data is named by another, and is none of the three administrators'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER charge_named BEFORE INSERT ON network_charge FOR EACH ROW EXECUTE FUNCTION hutong_charge_named();
"""

HELD = """
CREATE FUNCTION hutong_on_hold(which uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM holds_hold WHERE case_id = which AND ended_at IS NULL)
$$;
-- A call is as free or as held as the cases that it belongs to.
CREATE FUNCTION hutong_erasure_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (
       SELECT NEW.row_id WHERE NEW.kind = 'case'
       UNION ALL SELECT case_id FROM cases_child WHERE NEW.kind = 'child' AND child_id = NEW.row_id
       UNION ALL SELECT case_id FROM cases_party WHERE NEW.kind = 'person' AND person_id = NEW.row_id
       UNION ALL SELECT case_id FROM cases_contact WHERE NEW.kind = 'contact' AND contact_id = NEW.row_id
       UNION ALL SELECT hutong_case_of_call(NEW.row_id) WHERE NEW.kind = 'call'
       UNION ALL SELECT case_id FROM calls_call_back WHERE NEW.kind = 'call' AND call_id = NEW.row_id
     ) AS of (case_id) WHERE hutong_on_hold(of.case_id)) THEN
    RAISE EXCEPTION 'hutong: % % is under a legal hold', NEW.kind, NEW.row_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER erasure_is_free BEFORE INSERT ON retention_erasure FOR EACH ROW EXECUTE FUNCTION hutong_erasure_is_free();
CREATE TRIGGER erasure_append_only BEFORE UPDATE OR DELETE ON retention_erasure FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER erasure_no_truncate BEFORE TRUNCATE ON retention_erasure EXECUTE FUNCTION hutong_refuse_change();
CREATE FUNCTION hutong_recording_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF hutong_on_hold(NEW.case_id) THEN
    RAISE EXCEPTION 'hutong: recording % is under a legal hold', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recording_is_free BEFORE UPDATE OF destroyed_at ON recordings_recording
  FOR EACH ROW WHEN (NEW.destroyed_at IS NOT NULL AND OLD.destroyed_at IS NULL) EXECUTE FUNCTION hutong_recording_is_free();
"""

# What was said once stands: an approval, a naming and a hold only end, an export only goes on.
ONCE = """
CREATE FUNCTION hutong_export_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.done_at IS NOT NULL OR (OLD.second_id IS NOT NULL AND NEW.second_id IS DISTINCT FROM OLD.second_id) THEN
    RAISE EXCEPTION 'hutong: export % is done, or agreed to already', OLD.serial USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.second_id IS NOT NULL AND EXISTS (
       SELECT 1 FROM network_post a JOIN network_post b ON b.id = NEW.second_id WHERE a.id = NEW.by_id AND a.staff_id = b.staff_id) THEN
    RAISE EXCEPTION 'hutong: the second person is another' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER export_goes_on BEFORE UPDATE ON archive_export FOR EACH ROW EXECUTE FUNCTION hutong_export_goes_on();
"""
RIGHTS = """
REVOKE DELETE, TRUNCATE ON network_approval, network_charge, holds_hold, retention_erasure, archive_export FROM hutong_work;
REVOKE UPDATE ON network_approval, network_charge, holds_hold, retention_erasure, archive_export FROM hutong_work;
GRANT UPDATE (ended_at, ended_by_id, ended_why) ON network_approval, holds_hold TO hutong_work;
GRANT UPDATE (ended_at, ended_by_id) ON network_charge TO hutong_work;
GRANT UPDATE (second_id, second_at, done_at, digest) ON archive_export TO hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0014_keeping")]
    operations = [
        migrations.RunSQL(APPROVED),
        migrations.RunSQL(HELD),
        migrations.RunSQL(ONCE),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
