"""What boards count: whose each fact was when it happened, what past days came to, and who is at work."""

from django.db import migrations

CLOCK_OFFICE = """
CREATE FUNCTION hutong_clock_office() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.office_id := coalesce(NEW.office_id, (SELECT holder_id FROM cases_case WHERE id = NEW.case_id));
  RETURN NEW;
END $$;
CREATE TRIGGER clock_office BEFORE INSERT ON clocks_clock FOR EACH ROW EXECUTE FUNCTION hutong_clock_office();
"""

# Who writes an event of a day holds a lock of that day until the commit; the worker counts a day only while nobody does.
UNCOUNT = """
CREATE FUNCTION hutong_uncount_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  written date := (NEW.at AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('statistics_day'), written - date '2000-01-01');
  DELETE FROM statistics_day WHERE day = written;
  RETURN NULL;
END $$;
CREATE TRIGGER event_uncount_day AFTER INSERT ON cases_event FOR EACH ROW EXECUTE FUNCTION hutong_uncount_day();
"""

RIGHTS = "REVOKE UPDATE ON statistics_day FROM hutong_work"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0008_notices")]
    operations = [
        migrations.RunSQL(CLOCK_OFFICE),
        migrations.RunSQL(UNCOUNT),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
