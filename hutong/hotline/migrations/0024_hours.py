"""Of today the hours that are over are counted for the boards, too. What was counted before is counted anew."""

from django.db import migrations, models
from django.utils import timezone

# Who writes an event of an hour holds a lock of that hour until the commit; the worker counts hours only while nobody does.
UNCOUNT = """
DELETE FROM statistics_day;
CREATE OR REPLACE FUNCTION hutong_uncount_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('statistics_day'), floor(extract(epoch FROM NEW.at) / 3600)::int);
  DELETE FROM statistics_day WHERE day = (NEW.at AT TIME ZONE 'Asia/Shanghai')::date AND until > NEW.at;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0023_counted")]
    operations = [
        migrations.RunSQL(UNCOUNT),
        migrations.AddField("day", "until", models.DateTimeField(default=timezone.now), preserve_default=False),
    ]
