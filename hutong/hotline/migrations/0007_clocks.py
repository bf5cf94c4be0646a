"""What is owed beside a deadline, and pauses: they never move, never vanish, and end with the case."""

from django.db import migrations

PART_CLOCK = """
CREATE TRIGGER part_clock_only_ends BEFORE UPDATE ON clocks_part_clock FOR EACH ROW EXECUTE FUNCTION hutong_clock_only_ends();

CREATE FUNCTION hutong_closed_owes_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM clocks_part_clock k JOIN cases_case c ON c.id = k.case_id
             WHERE c.id = NEW.id AND c.stage = 'closed' AND k.ended_at IS NULL) THEN
    RAISE EXCEPTION 'hutong rule 8: case % is closed while an office owes something', NEW.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closed_owes_nothing AFTER UPDATE ON cases_case
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.stage = 'closed') EXECUTE FUNCTION hutong_closed_owes_nothing();
"""

PAUSE = """
CREATE FUNCTION hutong_pause_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('refused', 'ended')
     OR (NEW.case_id, NEW.step, NEW.days, NEW.reason, NEW.asked_by_id, NEW.asked_at) IS DISTINCT FROM
        (OLD.case_id, OLD.step, OLD.days, OLD.reason, OLD.asked_by_id, OLD.asked_at)
     OR OLD.state = 'granted' AND (NEW.granted_at <> OLD.granted_at OR NEW.ends_at > OLD.ends_at) THEN
    RAISE EXCEPTION 'hutong rule 4: pause % is never longer than it was granted', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'granted' AND EXISTS (SELECT 1 FROM cases_case WHERE id = NEW.case_id AND tier = 'I') THEN
    RAISE EXCEPTION 'hutong rule 5: tier I is never paused' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pause_keeps BEFORE UPDATE ON clocks_pause FOR EACH ROW EXECUTE FUNCTION hutong_pause_keeps();
"""

RIGHTS = "REVOKE DELETE ON clocks_part_clock, clocks_pause FROM hutong_work"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0006_rulebook")]
    operations = [
        migrations.RunSQL(PART_CLOCK),
        migrations.RunSQL(PAUSE),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
