"""The telephone: the story of a call is only added to, and what rang, was asked or is to be called back does not vanish."""

from django.db import migrations

STORY = """
CREATE TRIGGER call_event_append_only BEFORE UPDATE OR DELETE ON calls_event FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER call_event_no_truncate BEFORE TRUNCATE ON calls_event EXECUTE FUNCTION hutong_refuse_change();
"""

# What has ended stays as it ended; what was written down of it, its case and its call-back may still be named. Its key is sealed anew,
# or destroyed, with the mark by which its number is found and what stands sealed.
ENDED = """
CREATE FUNCTION hutong_only_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  freed constant text[] := ARRAY['row_key'] || CASE WHEN NEW.row_key = '' THEN ARRAY['number', 'number_index', 'place'] ELSE '{}' END;
BEGIN
  IF to_jsonb(OLD) - freed IS DISTINCT FROM to_jsonb(NEW) - freed THEN
    RAISE EXCEPTION 'hutong: % is done with and does not change', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION hutong_call_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before record;
BEGIN
  before := OLD;
  before.contact_id := coalesce(OLD.contact_id, NEW.contact_id);
  before.case_id := coalesce(OLD.case_id, NEW.case_id);
  before.call_back_id := coalesce(OLD.call_back_id, NEW.call_back_id);
  before.row_key := NEW.row_key;
  IF NEW.row_key = '' THEN
    before.caller := NEW.caller;
    before.caller_index := NEW.caller_index;
  END IF;
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: call % has ended and does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER call_has_ended BEFORE UPDATE ON calls_call FOR EACH ROW WHEN (OLD.state = 'ended')
  EXECUTE FUNCTION hutong_call_has_ended();
CREATE TRIGGER call_back_is_settled BEFORE UPDATE ON calls_call_back FOR EACH ROW WHEN (OLD.settled_at IS NOT NULL)
  EXECUTE FUNCTION hutong_only_its_key();
CREATE TRIGGER wish_is_settled BEFORE UPDATE ON calls_wish FOR EACH ROW WHEN (OLD.done_at IS NOT NULL OR OLD.fault <> '')
  EXECUTE FUNCTION hutong_only_its_key();
"""

RIGHTS = """
REVOKE UPDATE, DELETE ON calls_event FROM hutong_work;
REVOKE DELETE ON calls_call, calls_leg, calls_call_back, calls_wish, calls_line, calls_agreement FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0009_boards")]
    operations = [
        migrations.RunSQL(STORY),
        migrations.RunSQL(ENDED),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
