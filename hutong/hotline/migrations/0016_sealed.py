"""By which key for fields the key of each row is sealed: so the rows are found that another has to take over."""

from django.db import migrations

TABLES = (
    "people_child", "people_person", "contacts_contact", "contacts_reporter", "contacts_draft", "cases_case", "calls_call",
    "calls_call_back", "calls_leg", "calls_wish", "notices_way",
)  # fmt: skip
SEALER = "CREATE INDEX {table}_sealer ON {table} (substring(row_key FROM 3 FOR 16)) WHERE row_key <> ''"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0015_law")]
    operations = [migrations.RunSQL(SEALER.format(table=table), f"DROP INDEX {table}_sealer") for table in TABLES]
