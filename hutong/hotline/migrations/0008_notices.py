"""Notices outward: ways, deliveries, acknowledgements. What is settled stays as it is, and nothing of it is removed."""

from django.db import migrations

SETTLED = """
CREATE TRIGGER delivery_is_settled BEFORE UPDATE ON notices_delivery FOR EACH ROW WHEN (OLD.state IN ('sent', 'given_up'))
  EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER acknowledgement_is_given BEFORE UPDATE ON notices_acknowledgement FOR EACH ROW WHEN (OLD.at IS NOT NULL)
  EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER way_is_removed BEFORE UPDATE ON notices_way FOR EACH ROW WHEN (OLD.removed_at IS NOT NULL)
  EXECUTE FUNCTION hutong_refuse_change();
"""
RIGHTS = "REVOKE DELETE ON notices_way, notices_delivery, notices_acknowledgement FROM hutong_work"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0007_clocks")]
    operations = [
        migrations.RunSQL(SETTLED),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
