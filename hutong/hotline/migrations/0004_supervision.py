"""Orders, and the ladder of a missed deadline: the tables, and what the database itself refuses about them.

An open order has exactly one running clock, every change of an order its event, and no recused office an order about the case.
"""

import django.db.models.deletion
from django.db import migrations, models

import hutong.hotline.kernel.ids

# One function for every table of clocks. The ladder's rung rises as the warnings do.
CLOCK = """
CREATE OR REPLACE FUNCTION hutong_clock_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before record;
BEGIN
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'hutong: clock % has ended and does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  before := OLD;
  before.next_alarm_at := NEW.next_alarm_at;
  before.next_rung_at := NEW.next_rung_at;
  before.rung := greatest(OLD.rung, NEW.rung);
  before.warned := greatest(OLD.warned, NEW.warned);
  before.missed_at := coalesce(OLD.missed_at, NEW.missed_at);
  before.ended_at := NEW.ended_at;
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: clock % never moves; start a new one', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_clock_only_ends BEFORE UPDATE ON supervision_clock FOR EACH ROW EXECUTE FUNCTION hutong_clock_only_ends();
"""

# When the next rung is due is the timer's own note: that it is put off until its moment is nothing that happened to the case.
NOTED = """
DROP TRIGGER part_holds ON clocks_clock;
CREATE CONSTRAINT TRIGGER part_holds AFTER INSERT OR DELETE OR UPDATE OF id, case_id, limit_id, tier, step, unit, started_at, due_at,
    is_provisional, extension_days, next_alarm_at, warned, missed_at, rung, ended_at, set_by_id, why, replaces_id ON clocks_clock
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_part_holds();
"""

ORDER = """
CREATE TRIGGER order_event_append_only BEFORE UPDATE OR DELETE ON supervision_event
  FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER order_event_no_truncate BEFORE TRUNCATE ON supervision_event EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER order_event_stamp BEFORE INSERT ON supervision_event FOR EACH ROW EXECUTE FUNCTION hutong_event_stamp();

CREATE FUNCTION hutong_order_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version <> OLD.version + 1
     OR (NEW.number, NEW.year, NEW.serial, NEW.case_id, NEW.office_id, NEW.issuer_id) IS DISTINCT FROM
        (OLD.number, OLD.year, OLD.serial, OLD.case_id, OLD.office_id, OLD.issuer_id)
     OR (NEW.subject, NEW.text, NEW.tier, NEW.issued_at) IS DISTINCT FROM (OLD.subject, OLD.text, OLD.tier, OLD.issued_at) THEN
    RAISE EXCEPTION 'hutong: order % changes by one version, and never what it says', OLD.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_counts BEFORE UPDATE ON supervision_order FOR EACH ROW EXECUTE FUNCTION hutong_order_counts();

CREATE FUNCTION hutong_order_holds(which uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  o supervision_order;
  running int;
  matching int;
BEGIN
  SELECT * INTO o FROM supervision_order WHERE id = which;
  SELECT count(*), count(*) FILTER (WHERE id = o.deadline_id AND due_at = o.due_at AND tier = o.tier)
    INTO running, matching FROM supervision_clock WHERE order_id = which AND ended_at IS NULL;
  IF running <> (o.ended_at IS NULL)::int OR matching <> running THEN
    RAISE EXCEPTION 'hutong: order % has % running clocks', o.number, running USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM supervision_event WHERE order_id = which AND seq = o.version AND state = o.state
                 AND xact = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'hutong: order % changed without an event', o.number USING ERRCODE = 'check_violation';
  END IF;
  IF o.ended_at IS NULL AND EXISTS (SELECT 1 FROM cases_recusal WHERE case_id = o.case_id AND office_id IN (o.office_id, o.issuer_id)) THEN
    RAISE EXCEPTION 'hutong rule 6: order % is with a recused office', o.number USING ERRCODE = 'check_violation';
  END IF;
END $$;

CREATE FUNCTION hutong_order_row_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_order_holds(NEW.id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_holds AFTER INSERT OR UPDATE ON supervision_order
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_order_row_holds();

CREATE FUNCTION hutong_order_part_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_order_holds(NEW.order_id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_part_holds AFTER INSERT OR UPDATE ON supervision_clock
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_order_part_holds();

CREATE FUNCTION hutong_order_event_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq > (SELECT version FROM supervision_order WHERE id = NEW.order_id) THEN
    RAISE EXCEPTION 'hutong: event % of order % without a change', NEW.seq, NEW.order_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_event_counts AFTER INSERT ON supervision_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_order_event_counts();

CREATE FUNCTION hutong_recusal_ends_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM supervision_order
             WHERE case_id = NEW.case_id AND ended_at IS NULL AND NEW.office_id IN (office_id, issuer_id)) THEN
    RAISE EXCEPTION 'hutong rule 6: an order is with a recused office' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER recusal_ends_orders AFTER INSERT ON cases_recusal
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_recusal_ends_orders();
"""

RIGHTS = """
GRANT SELECT, INSERT, UPDATE ON supervision_order, supervision_clock TO hutong_work;
GRANT SELECT, INSERT ON supervision_event TO hutong_work;
REVOKE DELETE ON supervision_order, supervision_clock FROM hutong_work;
REVOKE UPDATE, DELETE ON supervision_event FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hotline", "0003_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=80, verbose_name="发文字号")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("serial", models.PositiveIntegerField(verbose_name="序号")),
                ("rung", models.PositiveSmallIntegerField(null=True, verbose_name="第几级")),
                (
                    "tier",
                    models.CharField(
                        choices=[("I", "特急"), ("II", "紧急"), ("III", "一般"), ("IV", "咨询服务")], max_length=3, verbose_name="等级"
                    ),
                ),
                ("subject", models.CharField(max_length=80, verbose_name="事由")),
                ("text", models.TextField(max_length=20000, verbose_name="督办要求")),
                ("answer", models.TextField(blank=True, max_length=20000, verbose_name="答复")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "待签收"),
                            ("received", "待答复"),
                            ("answered", "待审核"),
                            ("accepted", "已了结"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="issued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="发出时间")),
                ("received_at", models.DateTimeField(null=True, verbose_name="签收时间")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="了结时间")),
                ("due_at", models.DateTimeField(null=True, verbose_name="到期")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="版本")),
            ],
            options={
                "db_table": "supervision_order",
            },
        ),
        migrations.CreateModel(
            name="OrderClock",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "tier",
                    models.CharField(
                        choices=[("I", "特急"), ("II", "紧急"), ("III", "一般"), ("IV", "咨询服务")], max_length=3, verbose_name="等级"
                    ),
                ),
                ("step", models.CharField(max_length=20, verbose_name="环节")),
                (
                    "unit",
                    models.CharField(
                        choices=[("minute", "分钟"), ("day", "自然日"), ("working_minute", "工作分钟"), ("working_day", "工作日")],
                        max_length=15,
                        verbose_name="单位",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="开始")),
                ("due_at", models.DateTimeField(verbose_name="到期")),
                ("is_provisional", models.BooleanField(db_default=False, default=False, verbose_name="暂计")),
                ("extension_days", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="延期工作日")),
                ("next_alarm_at", models.DateTimeField(null=True, verbose_name="下一次提醒")),
                ("warned", models.PositiveSmallIntegerField(default=0, verbose_name="已预警百分比")),
                ("missed_at", models.DateTimeField(null=True, verbose_name="逾期")),
                ("rung", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="已督促到第几级")),
                ("next_rung_at", models.DateTimeField(null=True, verbose_name="下一次督促")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束")),
                ("why", models.CharField(blank=True, max_length=200, verbose_name="原因")),
            ],
            options={
                "db_table": "supervision_clock",
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("seq", models.PositiveIntegerField(verbose_name="序号")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("action", models.CharField(max_length=30, verbose_name="动作")),
                ("text", models.TextField(blank=True, max_length=20000, verbose_name="内容")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "待签收"),
                            ("received", "待答复"),
                            ("answered", "待审核"),
                            ("accepted", "已了结"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("xact", models.BigIntegerField(default=0, editable=False)),
            ],
            options={
                "db_table": "supervision_event",
            },
        ),
        migrations.AddField(
            model_name="clock",
            name="next_rung_at",
            field=models.DateTimeField(null=True, verbose_name="下一次督促"),
        ),
        migrations.AddField(
            model_name="clock",
            name="rung",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="已督促到第几级"),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("handed_over", "新交办"),
                    ("warned", "时限预警"),
                    ("missed", "逾期上报"),
                    ("registered_here", "户籍儿童知会"),
                    ("asked", "待审批"),
                    ("climbed", "逐级督促"),
                    ("ordered", "督办"),
                    ("told", "告知"),
                ],
                max_length=16,
                verbose_name="类型",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("next_rung_at__isnull", False)), fields=["next_rung_at"], name="clock_rung"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="hotline.case", verbose_name="个案"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="issuer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="orders_issued", to="hotline.office", verbose_name="发出机构"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="missed",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="hotline.clock", verbose_name="逾期时限"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="hotline.office", verbose_name="主送机构"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="post",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post", verbose_name="签发人"
            ),
        ),
        migrations.AddField(
            model_name="orderclock",
            name="limit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.limit", verbose_name="所依时限"
            ),
        ),
        migrations.AddField(
            model_name="orderclock",
            name="order",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="clocks", to="hotline.order"),
        ),
        migrations.AddField(
            model_name="orderclock",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="hotline.orderclock",
                verbose_name="替代",
            ),
        ),
        migrations.AddField(
            model_name="orderclock",
            name="set_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post", verbose_name="设定人"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="deadline",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deadline_of",
                to="hotline.orderclock",
                verbose_name="时限",
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post", verbose_name="经手人"
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="office",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.office", verbose_name="机构"
            ),
        ),
        migrations.AddField(
            model_name="orderevent",
            name="order",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="events", to="hotline.order"),
        ),
        migrations.AddIndex(
            model_name="orderclock",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("next_alarm_at__isnull", False)), fields=["next_alarm_at"], name="order_clock_alarm"
            ),
        ),
        migrations.AddIndex(
            model_name="orderclock",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("is_provisional", True)), fields=["due_at"], name="order_clock_provisional"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderclock",
            constraint=models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("order",), name="order_clock_one_running"),
        ),
        migrations.AddConstraint(
            model_name="orderclock",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gte", models.F("started_at"))), name="order_clock_due_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderclock",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("tier__in", ["I", "II"]), _negated=True), ("unit__in", ["minute", "day"]), _connector="OR"),
                name="order_clock_real_time_for_i_and_ii",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderclock",
            constraint=models.CheckConstraint(
                condition=models.Q(("replaces", None), models.Q(("why", ""), _negated=True), _connector="OR"),
                name="order_clock_replaced_with_why",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["office", "due_at"], name="order_to"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["issuer", "due_at"], name="order_from"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["office", "-issued_at"], name="order_to_all"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["issuer", "-issued_at"], name="order_from_all"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("issuer", "year", "serial"), name="order_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("missed__isnull", False)), fields=("missed", "rung"), name="order_once_a_rung"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(condition=models.Q(("issuer", models.F("office")), _negated=True), name="order_to_another"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("missed", None), ("post__isnull", False), ("rung", None)),
                    models.Q(("missed__isnull", False), ("post", None), ("rung__isnull", False)),
                    _connector="OR",
                ),
                name="order_by_a_person_or_a_ladder",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("missed", None), ("case__isnull", False), _connector="OR"), name="order_of_a_ladder_has_a_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("deadline__isnull", False),
                        ("due_at__isnull", False),
                        ("ended_at", None),
                        ("state__in", ("issued", "received", "answered")),
                    ),
                    models.Q(("deadline", None), ("due_at", None), ("ended_at__isnull", False), ("state__in", ["accepted", "withdrawn"])),
                    _connector="OR",
                ),
                name="order_open_has_deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_at", None), ("state", "issued")),
                    ("state", "withdrawn"),
                    ("received_at__isnull", False),
                    _connector="OR",
                ),
                name="order_received",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["answered", "accepted"]), _negated=True),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="order_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("subject", ""), _negated=True), models.Q(("text", ""), _negated=True)), name="order_says_what"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderevent",
            constraint=models.UniqueConstraint(fields=("order", "seq"), name="order_event_one_per_version"),
        ),
        migrations.RunSQL(CLOCK),
        migrations.RunSQL(NOTED),
        migrations.RunSQL(ORDER),
        migrations.RunSQL(RIGHTS),
    ]
