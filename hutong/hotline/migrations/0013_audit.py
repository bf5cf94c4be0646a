"""The log waits for its seals by itself, and what seals it is never rewritten: the places of its lines, and the checkpoints."""

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
    ]
