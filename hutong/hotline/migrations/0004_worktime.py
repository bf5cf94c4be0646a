"""Working time that explains itself: what held when a deadline was reckoned stays; hours of each office; days of each division."""

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import PROTECT, Func, Q

from hutong.hotline.kernel.ids import new_id

# What a seed brought has held for ever.
EVER_SINCE = datetime(2004, 1, 1, tzinfo=UTC)

WINDOWS = """
CREATE FUNCTION hutong_are_windows(edges smallint[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
RETURN cardinality(edges) >= 2 AND cardinality(edges) % 2 = 0 AND edges[1] >= 0 AND edges[cardinality(edges)] <= 1440
  AND (SELECT bool_and(edge < next OR place % 2 = 0 AND edge = next) FROM (
    SELECT edge, place, lead(edge) OVER (ORDER BY place) AS next FROM unnest(edges) WITH ORDINALITY AS each (edge, place)
  ) AS pairs WHERE next IS NOT NULL);
COMMENT ON FUNCTION hutong_are_windows IS 'Minutes of a day at which windows begin and end in turn, none overlapping the next';
"""

# The key of a day was the day itself; now a day may have been otherwise before.
DAY_KEEPS_ITS_PAST = """
ALTER TABLE clocks_calendar_day DROP CONSTRAINT clocks_calendar_day_pkey;
ALTER TABLE clocks_calendar_day ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY;
ALTER TABLE clocks_calendar_day ALTER COLUMN id DROP DEFAULT;
"""

HOURS_OF_WINDOWS = """
INSERT INTO clocks_work_hours (id, office_id, edges, set_at)
SELECT gen_random_uuid(), office_id, array_agg(edge ORDER BY edge), timestamptz '2004-01-01' FROM (
  SELECT office_id, unnest(ARRAY[start, "end"]) AS edge FROM clocks_work_window
) AS edges GROUP BY office_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""

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


def key() -> models.UUIDField:
    return models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)


def standing() -> dict[str, models.Field]:
    return {
        "set_by": models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="hotline.post", verbose_name="设定人"),
        "set_at": models.DateTimeField(verbose_name="设定时间"),
        "ended_at": models.DateTimeField(null=True, verbose_name="失效时间"),
    }


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_promises")]
    operations = [
        migrations.RunSQL(WINDOWS),
        migrations.AddField(
            "calendaryear", "published_at", models.DateTimeField(default=EVER_SINCE, verbose_name="录入时间"), preserve_default=False
        ),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(DAY_KEEPS_ITS_PAST)],
            [
                migrations.AlterField("calendarday", "day", models.DateField(verbose_name="日期")),
                migrations.AddField("calendarday", "id", key()),
            ],
        ),
        migrations.AddField("calendarday", "set_by", standing()["set_by"]),
        migrations.AddField(
            "calendarday", "set_at", models.DateTimeField(default=EVER_SINCE, verbose_name="设定时间"), preserve_default=False
        ),
        migrations.AddField("calendarday", "ended_at", standing()["ended_at"]),
        migrations.AddConstraint(
            "calendarday", models.UniqueConstraint(fields=["day"], condition=Q(ended_at=None), name="calendar_day_once")
        ),
        migrations.CreateModel(
            "LocalDay",
            [
                ("id", key()),
                *standing().items(),
                (
                    "division",
                    models.ForeignKey(on_delete=PROTECT, related_name="+", to="hotline.division", verbose_name="行政区划"),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="上班")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
            ],
            {
                "db_table": "clocks_local_day",
                "constraints": [
                    models.UniqueConstraint(fields=["division", "day"], condition=Q(ended_at=None), name="local_day_once"),
                    models.CheckConstraint(condition=~Q(name="") & ~Q(basis=""), name="local_day_with_basis"),
                ],
            },
        ),
        migrations.CreateModel(
            "WorkHours",
            [
                ("id", key()),
                *standing().items(),
                (
                    "office",
                    models.ForeignKey(
                        null=True,
                        on_delete=PROTECT,
                        related_name="work_hours",
                        to="hotline.office",
                        verbose_name="机构",
                    ),
                ),
                ("edges", ArrayField(base_field=models.SmallIntegerField(), verbose_name="工作时间")),
            ],
            {
                "db_table": "clocks_work_hours",
                "constraints": [
                    models.UniqueConstraint(fields=["office"], condition=Q(ended_at=None), nulls_distinct=False, name="work_hours_once"),
                    models.CheckConstraint(
                        condition=Func("edges", function="hutong_are_windows", output_field=models.BooleanField()),
                        name="work_hours_windows",
                    ),
                ],
            },
        ),
        migrations.RunSQL(HOURS_OF_WINDOWS),
        migrations.DeleteModel("WorkWindow"),
        migrations.AddField("limit", "ends_on_workday", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("limit", "pause_days", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.AddConstraint(
            "limit",
            models.CheckConstraint(
                condition=Q(ends_on_workday=False) | Q(unit="day") & ~Q(tier__in=["I", "II"]),
                name="limit_extends_natural_days_only",
            ),
        ),
        migrations.RunSQL(STANDING),
        *(migrations.RunSQL(ONLY_ENDS.format(table=table)) for table in KEPT),
        migrations.RunSQL(NEVER_REMOVED, migrations.RunSQL.noop),
    ]
