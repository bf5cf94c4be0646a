"""Of today the quarters of an hour that are over are counted for the boards, and not only the hours."""

from django.db import migrations

# Who writes an event of a quarter holds a lock of that quarter until the commit; the worker counts quarters only while nobody does.
UNCOUNT = """
CREATE OR REPLACE FUNCTION hutong_uncount_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('statistics_day'), floor(extract(epoch FROM NEW.at) / 900)::int);
  DELETE FROM statistics_day WHERE day = (NEW.at AT TIME ZONE 'Asia/Shanghai')::date AND until > NEW.at;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0027_apart")]
    operations = [migrations.RunSQL(UNCOUNT)]
