"""Working time that explains itself: what held when a deadline was reckoned stays; hours of each office; days of each division."""

from django.db import migrations

STANDING = """
CREATE FUNCTION hutong_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR to_jsonb(OLD) - 'ended_at' <> to_jsonb(NEW) - 'ended_at' THEN
    RAISE EXCEPTION 'hutong: a row of % only ends; what takes its place is a new one', TG_TABLE_NAME USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
KEPT = ("clocks_calendar_day", "clocks_local_day", "clocks_work_hours")
ONLY_ENDS = "CREATE TRIGGER only_ends BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION hutong_only_ends();"
NEVER_REMOVED = f"REVOKE DELETE ON clocks_calendar_year, {', '.join(KEPT)} FROM hutong_work"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_promises")]
    operations = [
        migrations.RunSQL(STANDING),
        *(migrations.RunSQL(ONLY_ENDS.format(table=table)) for table in KEPT),
        migrations.RunSQL(NEVER_REMOVED, migrations.RunSQL.noop),
    ]
