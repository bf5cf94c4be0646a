"""What boards count: whose each fact was when it happened, what past days came to, and who is at work."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import hutong.hotline.kernel.ids

TABLES = ("cases_case", "cases_event", "clocks_clock", "replies_follow_up")

# What was written before: by the parts of the lead, and by who wrote it. A deadline in working time gets the share of real time.
BACKFILL = """
UPDATE cases_event e SET lead_id = CASE WHEN e.action = 'return' THEN e.office_id ELSE coalesce(
  (SELECT CASE WHEN a.ended_at IS NULL OR a.ended_at >= e.at OR a.state = 'done' THEN a.office_id END FROM assignments_assignment a
   WHERE a.case_id = e.case_id AND a.kind = 'lead' AND a.given_at < e.at ORDER BY a.given_at DESC LIMIT 1),
  (SELECT c.centre_id FROM cases_case c WHERE c.id = e.case_id)) END;
UPDATE replies_follow_up f SET lead_id = (SELECT e.lead_id FROM cases_event e WHERE e.case_id = f.case_id AND e.at = f.at LIMIT 1);
UPDATE clocks_clock k SET low_at = k.started_at + (k.due_at - k.started_at) * 0.8, office_id = CASE
  WHEN k.ended_at IS NULL THEN (SELECT c.holder_id FROM cases_case c WHERE c.id = k.case_id)
  WHEN k.step IN ('acceptance', 'handling') THEN
    (SELECT e.lead_id FROM cases_event e WHERE e.case_id = k.case_id AND e.at >= k.ended_at ORDER BY e.seq LIMIT 1)
  ELSE (SELECT c.centre_id FROM cases_case c WHERE c.id = k.case_id) END;
UPDATE cases_case c SET touched_at = (
  SELECT min(e.at) FROM cases_event e
  WHERE e.case_id = c.id AND e.seq > 1 AND e.at >= c.stage_since AND e.office_id = c.holder_id);
SET CONSTRAINTS ALL IMMEDIATE;
"""

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

RIGHTS = """
GRANT SELECT, INSERT, DELETE ON statistics_day TO hutong_work;
GRANT SELECT, INSERT, UPDATE, DELETE ON network_seen TO hutong_work;
"""


def guards(state: str) -> list[migrations.RunSQL]:
    return [migrations.RunSQL(f"ALTER TABLE {table} {state} TRIGGER USER", migrations.RunSQL.noop) for table in TABLES]


def office(verbose_name: str, *, null: bool = True, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        null=null, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.office",
        verbose_name=verbose_name, **more,
    )  # fmt: skip


OFFICES = (
    ("clock", "office", "责任机构", {"editable": False}),
    ("event", "lead", "当时的主办机构", {}),
    ("followup", "lead", "主办机构", {}),
)
OPEN = ~Q(stage="closed")
COUNTED = {
    "registered": "登记", "closed": "办结", "missed": "逾期", "returned": "退单", "reopened": "重办", "ended": "走完的环节",
    "overran": "逾期的环节", "asked": "问到满意度的回访", "dissatisfied": "不满意",
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_promises")]
    operations = [
        migrations.CreateModel(
            name="Day",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                *((name, models.PositiveIntegerField(default=0, verbose_name=label)) for name, label in COUNTED.items()),
                (
                    "office",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.office"),
                ),
            ],
            options={
                "db_table": "statistics_day",
                "constraints": [models.UniqueConstraint(fields=("day", "office"), name="day_once", nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name="Seen",
            fields=[
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="seen",
                        serialize=False,
                        to="hotline.post",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "network_seen"},
        ),
        migrations.AddField("case", "touched_at", models.DateTimeField(null=True, verbose_name="交来后首次办理")),
        migrations.AddField("clock", "low_at", models.DateTimeField(null=True, verbose_name="时间不足两成")),
        *(migrations.AddField(model, name, office(label, **more)) for model, name, label, more in OFFICES),
        *guards("DISABLE"),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        *guards("ENABLE"),
        *(migrations.AlterField(model, name, office(label, null=False, **more)) for model, name, label, more in OFFICES),
        migrations.RemoveIndex("case", "case_missed"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["centre", "missed_at"], name="case_missed", condition=OPEN & Q(missed_at__isnull=False), include=["id"]),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["centre", "lead"], name="case_counted", condition=OPEN, include=["id", "missed_at"])
        ),
        migrations.AddIndex(
            "case",
            models.Index(fields=["holder", "stage_since"], name="case_untouched", condition=OPEN & Q(touched_at=None), include=["id"]),
        ),
        migrations.AddIndex("clock", models.Index(fields=["low_at"], name="clock_low", condition=Q(ended_at=None, missed_at=None))),
        migrations.AddIndex("clock", models.Index(fields=["office", "ended_at"], name="clock_ended", condition=Q(ended_at__isnull=False))),
        migrations.AddIndex(
            "event",
            models.Index(
                fields=["lead", "at"],
                name="event_counted",
                condition=Q(stage_before="") | Q(stage_after="closed") | Q(action__in=["return", "reopen", "miss"]),
            ),
        ),
        migrations.AddIndex("followup", models.Index(fields=["at"], name="follow_up_time")),
        migrations.RunSQL(CLOCK_OFFICE, "DROP FUNCTION hutong_clock_office CASCADE"),
        migrations.RunSQL(UNCOUNT, "DROP FUNCTION hutong_uncount_day CASCADE"),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
