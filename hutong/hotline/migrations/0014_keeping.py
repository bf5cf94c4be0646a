"""How it stands with the backups is one row, rewritten and never removed."""

from django.db import migrations

RIGHTS = "REVOKE DELETE, TRUNCATE ON keeping_state FROM hutong_work"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0013_audit")]
    operations = [migrations.RunSQL(RIGHTS, migrations.RunSQL.noop)]
