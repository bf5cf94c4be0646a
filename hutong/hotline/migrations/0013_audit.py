"""The log waits for its seals by itself, what seals it is never rewritten, and the three who could cover for one another are three."""

from django.db import migrations

WAITS = """
CREATE FUNCTION hutong_audit_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_waiting (entry_id) SELECT id FROM written;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_waits AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION hutong_audit_waits();
"""
GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION hutong_refuse_change();
REVOKE UPDATE, DELETE ON {table} FROM hutong_work;
"""
# 三员分立, whoever writes the row: nobody holds two of the three at the same time.
THREE = """
CREATE FUNCTION hutong_three_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  three constant text[] := ARRAY['administrator', 'security_officer', 'auditor'];
BEGIN
  IF NEW.role = ANY(three) AND EXISTS (
       SELECT 1 FROM network_post p WHERE p.staff_id = NEW.staff_id AND p.id <> NEW.id AND p.role = ANY(three) AND p.role <> NEW.role
       AND daterange(p.valid_from, p.valid_to) && daterange(NEW.valid_from, NEW.valid_to)) THEN
    RAISE EXCEPTION 'hutong: the three administrators are three people' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER three_apart BEFORE INSERT OR UPDATE ON network_post FOR EACH ROW EXECUTE FUNCTION hutong_three_apart();
"""
RIGHTS = """
REVOKE UPDATE ON audit_waiting FROM hutong_work;
REVOKE DELETE ON audit_sink FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0012_sight")]
    operations = [
        migrations.RunSQL(WAITS),
        *(migrations.RunSQL(GUARD.format(table=table)) for table in ("audit_seal", "audit_checkpoint")),
        migrations.RunSQL(RIGHTS),
        migrations.RunSQL(THREE),
    ]
