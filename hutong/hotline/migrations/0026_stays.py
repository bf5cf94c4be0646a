"""An approval, a naming and a key of an office's software that ended run never again; of a key nothing else can be changed."""

from django.db import migrations

STAYS = """
CREATE TRIGGER {name}_stays_ended BEFORE UPDATE ON {table} FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL)
  EXECUTE FUNCTION hutong_refuse_change();
"""
TABLES = {"approval": "network_approval", "charge": "network_charge", "api_token": "network_api_token"}
RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON network_api_token FROM hutong_work;
GRANT UPDATE (ended_at) ON network_api_token TO hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0025_ended")]
    operations = [
        migrations.RunSQL("".join(STAYS.format(name=name, table=table) for name, table in TABLES.items())),
        migrations.RunSQL(RIGHTS),
    ]
