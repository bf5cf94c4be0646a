"""Recordings: kept as they were, with their gaps and those who listened; of data keys, only who wraps them changes, and their end."""

from django.db import migrations

KEYS = """
CREATE FUNCTION hutong_data_key_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.destroyed_at IS NOT NULL OR (OLD.id, OLD.purpose, OLD.suite, OLD.made_at) <> (NEW.id, NEW.purpose, NEW.suite, NEW.made_at) THEN
    RAISE EXCEPTION 'hutong: data key % is only wrapped anew or destroyed', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER data_key_keeps BEFORE UPDATE ON keys_data_key FOR EACH ROW EXECUTE FUNCTION hutong_data_key_keeps();
"""

# Once kept, a recording is held or not, joins a case, and is destroyed; nothing else about it changes.
KEPT = """
CREATE FUNCTION hutong_recording_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before recordings_recording := OLD;
BEGIN
  IF OLD.kept_at IS NULL THEN
    IF (OLD.id, OLD.call_id, OLD.started_at) <> (NEW.id, NEW.call_id, NEW.started_at) THEN
      RAISE EXCEPTION 'hutong: recording % is of another talk', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  before.case_id := coalesce(OLD.case_id, NEW.case_id);
  before.told_at := coalesce(OLD.told_at, NEW.told_at);
  IF NEW.caller_file = '' THEN before.caller_file := ''; END IF;
  IF NEW.operator_file = '' THEN before.operator_file := ''; END IF;
  IF OLD.destroyed_at IS NULL THEN
    before.held_at := NEW.held_at;
    before.held_by_id := NEW.held_by_id;
    before.held_why := NEW.held_why;
    before.destroyed_at := NEW.destroyed_at;
    IF NEW.destroyed_at IS NOT NULL THEN before.peaks := NEW.peaks; END IF;
  ELSIF NEW.name = '' THEN
    before.name := '';
  END IF;
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: recording % is kept as it was', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recording_keeps BEFORE UPDATE ON recordings_recording FOR EACH ROW EXECUTE FUNCTION hutong_recording_keeps();
CREATE TRIGGER only_ends BEFORE UPDATE ON recordings_gap FOR EACH ROW EXECUTE FUNCTION hutong_only_ends();
CREATE TRIGGER play_append_only BEFORE UPDATE OR DELETE ON recordings_play FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER play_no_truncate BEFORE TRUNCATE ON recordings_play EXECUTE FUNCTION hutong_refuse_change();
"""

# Whichever comes first: the talk, what is written down of the call, or its case.
JOINS = """
CREATE FUNCTION hutong_case_of_call(which uuid) RETURNS uuid LANGUAGE sql AS $$
  SELECT coalesce(c.case_id, l.case_id) FROM calls_call c LEFT JOIN cases_contact l ON l.contact_id = c.contact_id WHERE c.id = which
$$;
CREATE FUNCTION hutong_recording_joins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM calls_call WHERE id = NEW.call_id FOR SHARE;  -- who links the call meanwhile waits, and then finds the recording
  NEW.case_id := hutong_case_of_call(NEW.call_id);
  RETURN NEW;
END $$;
CREATE TRIGGER recording_joins BEFORE INSERT ON recordings_recording FOR EACH ROW EXECUTE FUNCTION hutong_recording_joins();
CREATE FUNCTION hutong_call_joins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE recordings_recording SET case_id = hutong_case_of_call(NEW.id) WHERE call_id = NEW.id AND case_id IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER call_joins AFTER UPDATE OF case_id, contact_id ON calls_call FOR EACH ROW
  WHEN (NEW.case_id IS NOT NULL OR NEW.contact_id IS NOT NULL) EXECUTE FUNCTION hutong_call_joins();
CREATE FUNCTION hutong_contact_joins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE recordings_recording r SET case_id = NEW.case_id FROM calls_call c
  WHERE c.contact_id = NEW.contact_id AND r.call_id = c.id AND r.case_id IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER contact_joins AFTER INSERT ON cases_contact FOR EACH ROW EXECUTE FUNCTION hutong_contact_joins();
"""

RETENTION = """
CREATE TRIGGER rows_of_a_draft BEFORE INSERT OR UPDATE OR DELETE ON rulebook_retention
  FOR EACH ROW EXECUTE FUNCTION hutong_rulebook_is_a_draft();
"""

RIGHTS = """
REVOKE DELETE ON keys_data_key, recordings_recording, recordings_gap FROM hutong_work;
REVOKE UPDATE, DELETE ON recordings_play FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0010_calls")]
    operations = [
        migrations.RunSQL(KEYS),
        migrations.RunSQL(KEPT),
        migrations.RunSQL(JOINS),
        migrations.RunSQL(RETENTION),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
