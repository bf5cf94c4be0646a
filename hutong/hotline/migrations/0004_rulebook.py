"""Rulebooks: versions of a division's tables. Their rows change while they are drafts and never afterwards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hutong.hotline.kernel.ids

# Limits that were there before there were rulebooks are version 0 of the nation's, which the clocks that they gave go on to name.
ADOPT = """
INSERT INTO rulebook_rulebook (id, number, state, changed_at, approved_at, valid_from)
SELECT gen_random_uuid(), 0, 'approved', '2020-09-01 00:00+08', '2020-09-01 00:00+08', '2020-09-01 00:00+08'
WHERE EXISTS (SELECT 1 FROM rulebook_limit);
UPDATE rulebook_limit SET rulebook_id = (SELECT id FROM rulebook_rulebook);
SET CONSTRAINTS ALL IMMEDIATE;
"""

GUARDS = """
CREATE FUNCTION hutong_rulebook_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' OR (NEW.id, NEW.number) <> (OLD.id, OLD.number) OR NEW.division_id IS DISTINCT FROM OLD.division_id THEN
    RAISE EXCEPTION 'hutong rule 4: rulebook % is no draft and does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rulebook_is_decided_once BEFORE UPDATE ON rulebook_rulebook
  FOR EACH ROW EXECUTE FUNCTION hutong_rulebook_is_decided_once();

-- The rulebook is held until the row is in: nobody approves it meanwhile.
CREATE FUNCTION hutong_rulebook_is_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  which uuid;
BEGIN
  FOREACH which IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.rulebook_id] WHEN 'DELETE' THEN ARRAY[OLD.rulebook_id]
                         ELSE ARRAY[OLD.rulebook_id, NEW.rulebook_id] END LOOP
    PERFORM 1 FROM rulebook_rulebook WHERE id = which AND state = 'draft' FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'hutong rule 4: rulebook % is no draft, its rows do not change', which USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN coalesce(NEW, OLD);
END $$;
"""

GUARD = """
CREATE TRIGGER rows_of_a_draft BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION hutong_rulebook_is_a_draft();
"""

ROWS = ("rulebook_tier", "rulebook_limit", "rulebook_route", "rulebook_rung", "rulebook_question")

RIGHTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON rulebook_rulebook, rulebook_trial, {rows} TO hutong_work;
REVOKE DELETE ON rulebook_rulebook, rulebook_trial FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hotline", "0004_supervision"),
    ]

    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("policy_consultation", "政策法规咨询"),
                            ("rights_violation", "侵害未成年人权益案件线索"),
                            ("psychological_support", "心理疏导情绪抚慰"),
                            ("referral_service", "帮扶转介"),
                            ("hardship", "生活困难求助"),
                            ("other_civil_affairs", "其他民政职责"),
                        ],
                        max_length=24,
                        verbose_name="类别",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("text", models.CharField(max_length=200, verbose_name="问题")),
            ],
            options={
                "db_table": "rulebook_question",
            },
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("policy_consultation", "政策法规咨询"),
                            ("rights_violation", "侵害未成年人权益案件线索"),
                            ("psychological_support", "心理疏导情绪抚慰"),
                            ("referral_service", "帮扶转介"),
                            ("hardship", "生活困难求助"),
                            ("other_civil_affairs", "其他民政职责"),
                        ],
                        max_length=24,
                        verbose_name="类别",
                    ),
                ),
                ("harm", models.CharField(blank=True, max_length=40, verbose_name="情形")),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("orphan", "孤儿"),
                            ("de_facto_unattended", "事实无人抚养儿童"),
                            ("left_behind", "农村留守儿童"),
                            ("migrant", "流动儿童"),
                            ("difficulty_self", "困境儿童（自身）"),
                            ("difficulty_family", "困境儿童（家庭）"),
                            ("difficulty_guardianship", "困境儿童（监护）"),
                            ("stray", "流浪未成年人"),
                            ("disabled", "残疾"),
                            ("seriously_ill", "重病"),
                            ("parent_in_custody", "服刑在押人员子女"),
                            ("ordinary", "普通儿童"),
                        ],
                        max_length=24,
                        verbose_name="儿童类别",
                    ),
                ),
                (
                    "lead",
                    models.CharField(
                        choices=[
                            ("county_bureau", "县级民政部门"),
                            ("hotline_centre", "热线中心"),
                            ("township", "乡镇街道"),
                            ("shelter", "救助保护机构"),
                            ("social_organisation", "社会组织"),
                            ("police", "公安"),
                            ("procuratorate", "检察院"),
                            ("court", "法院"),
                            ("justice", "司法"),
                            ("education", "教育"),
                            ("health", "卫生健康"),
                            ("disabled_federation", "残联"),
                            ("women_federation", "妇联"),
                            ("youth_league", "共青团"),
                            ("human_resources", "人力资源社会保障"),
                            ("medical_insurance", "医疗保障"),
                            ("cyberspace", "网信"),
                            ("market_regulation", "市场监管"),
                        ],
                        max_length=20,
                        verbose_name="主办",
                    ),
                ),
                ("referred", models.JSONField(default=list, verbose_name="转介")),
            ],
            options={
                "db_table": "rulebook_route",
            },
        ),
        migrations.CreateModel(
            name="Rulebook",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="版本")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("approved", "已批准"), ("withdrawn", "已作废")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("changed_at", models.DateTimeField(verbose_name="最近修改")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="试算")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="批准时间")),
                ("valid_from", models.DateTimeField(null=True, verbose_name="生效时间")),
            ],
            options={
                "db_table": "rulebook_rulebook",
            },
        ),
        migrations.CreateModel(
            name="RulebookTrial",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("days", models.PositiveSmallIntegerField(verbose_name="天数")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "等待"), ("running", "试算中"), ("done", "完成"), ("failed", "未能完成")],
                        default="waiting",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("of", models.DateTimeField()),
                ("after", models.UUIDField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField()),
                ("result", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "rulebook_trial",
            },
        ),
        migrations.CreateModel(
            name="Rung",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "tier",
                    models.CharField(
                        choices=[("I", "特急"), ("II", "紧急"), ("III", "一般"), ("IV", "咨询服务")], max_length=3, verbose_name="等级"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="步序")),
                ("after", models.PositiveIntegerField(verbose_name="逾期后分钟")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("worker_head", "经办机构负责人"),
                            ("shift_lead", "中心值班长"),
                            ("county_head", "县级民政部门负责人"),
                            ("prefecture_head", "热线中心负责人"),
                            ("province", "省级"),
                        ],
                        max_length=16,
                        verbose_name="上报到",
                    ),
                ),
                (
                    "notice",
                    models.CharField(
                        choices=[("app", "站内通知"), ("urgent", "紧急通知（须确认）")], max_length=8, verbose_name="通知方式"
                    ),
                ),
                ("orders", models.BooleanField(default=False, verbose_name="自动督办")),
                ("next_step", models.CharField(max_length=200, verbose_name="这一级要做什么")),
            ],
            options={
                "db_table": "rulebook_rung",
            },
        ),
        migrations.CreateModel(
            name="TierRule",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "tier",
                    models.CharField(
                        choices=[("I", "特急"), ("II", "紧急"), ("III", "一般"), ("IV", "咨询服务")], max_length=3, verbose_name="等级"
                    ),
                ),
                ("told", models.JSONField(default=list, verbose_name="立即告知")),
                ("acts", models.CharField(max_length=200, verbose_name="谁必须行动")),
                ("first_hour", models.TextField(verbose_name="第一个小时")),
            ],
            options={
                "db_table": "rulebook_tier",
            },
        ),
        migrations.RemoveConstraint(
            model_name="limit",
            name="limit_version",
        ),
        migrations.RemoveField(
            model_name="limit",
            name="division",
        ),
        migrations.RemoveField(
            model_name="limit",
            name="set_by",
        ),
        migrations.RemoveField(
            model_name="limit",
            name="valid_from",
        ),
        migrations.RemoveField(
            model_name="limit",
            name="version",
        ),
        migrations.AddField(
            model_name="limit",
            name="ends_on_workday",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="limit",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[("assist", "协办"), ("referral", "转介"), ("consultation", "会商")],
                max_length=12,
                verbose_name="办件种类",
            ),
        ),
        migrations.AddField(
            model_name="limit",
            name="pause_days",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="limit",
            name="step",
            field=models.CharField(
                choices=[
                    ("contact_pending", "来访待查看"),
                    ("intake", "受理"),
                    ("assessment", "研判"),
                    ("dispatch", "派单"),
                    ("acceptance", "签收"),
                    ("first_contact", "首次见到儿童"),
                    ("first_report", "首次书面报告"),
                    ("handling", "处置"),
                    ("review", "审核"),
                    ("reply", "答复"),
                    ("follow_up", "回访"),
                    ("part_acceptance", "办件签收"),
                    ("part_report", "办件反馈"),
                    ("order_receipt", "督办签收"),
                    ("order_answer", "督办回复"),
                ],
                max_length=20,
                verbose_name="环节",
            ),
        ),
        migrations.AddField(
            model_name="rulebook",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="批准人"
            ),
        ),
        migrations.AddField(
            model_name="rulebook",
            name="division",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rulebooks",
                to="hotline.division",
                verbose_name="适用区划",
            ),
        ),
        migrations.AddField(
            model_name="rulebook",
            name="written_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="起草人"
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="rulebook",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.rulebook"),
        ),
        migrations.AddField(
            model_name="question",
            name="rulebook",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.rulebook"),
        ),
        migrations.AddField(
            model_name="limit",
            name="rulebook",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.rulebook"),
        ),
        migrations.RunSQL(ADOPT, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="limit",
            name="rulebook",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.rulebook"),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.UniqueConstraint(fields=("rulebook", "tier", "step", "kind"), name="limit_once"),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on_workday", False),
                    models.Q(("unit", "day"), models.Q(("tier__in", ["I", "II"]), _negated=True)),
                    _connector="OR",
                ),
                name="limit_extends_natural_days_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("tier", "I"), _negated=True), ("pause_days", 0), _connector="OR"),
                name="limit_tier_i_never_pauses",
            ),
        ),
        migrations.AddField(
            model_name="rulebooktrial",
            name="asked_by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post"),
        ),
        migrations.AddField(
            model_name="rulebooktrial",
            name="rulebook",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="trials", to="hotline.rulebook"),
        ),
        migrations.AddField(
            model_name="rung",
            name="rulebook",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.rulebook"),
        ),
        migrations.AddField(
            model_name="tierrule",
            name="rulebook",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.rulebook"),
        ),
        migrations.AddConstraint(
            model_name="rulebook",
            constraint=models.UniqueConstraint(fields=("division", "number"), name="rulebook_number", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="rulebook",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("division",), name="rulebook_one_draft", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="rulebook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("approved_at__isnull", False), ("valid_from__gte", models.F("approved_at"))),
                    ("written_by", None),
                    _connector="OR",
                ),
                name="rulebook_never_in_force_before",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulebook",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "approved"), _negated=True), ("valid_from__isnull", False), _connector="OR"),
                name="rulebook_in_force_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulebook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("approved_by", None), ("written_by", None)),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("tried_at__isnull", False),
                        ("written_by__isnull", False),
                        models.Q(("approved_by", models.F("written_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="rulebook_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="route",
            constraint=models.UniqueConstraint(fields=("rulebook", "category", "harm", "status"), name="route_once"),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(fields=("rulebook", "category", "position"), name="question_once"),
        ),
        migrations.AddIndex(
            model_name="rulebooktrial",
            index=models.Index(condition=models.Q(("done_at", None)), fields=["asked_at"], name="trial_to_do"),
        ),
        migrations.AddConstraint(
            model_name="rulebooktrial",
            constraint=models.CheckConstraint(condition=models.Q(("done__lte", models.F("total"))), name="trial_done_of_total"),
        ),
        migrations.AddConstraint(
            model_name="rulebooktrial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("state__in", ["done", "failed"])),
                    models.Q(("done_at", None), ("state__in", ["waiting", "running"])),
                    _connector="OR",
                ),
                name="trial_done_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.UniqueConstraint(fields=("rulebook", "tier", "position"), name="rung_once"),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.CheckConstraint(condition=models.Q(("position__range", (1, 9))), name="rung_position"),
        ),
        migrations.AddConstraint(
            model_name="tierrule",
            constraint=models.UniqueConstraint(fields=("rulebook", "tier"), name="tier_rule_once"),
        ),
        migrations.RunSQL(GUARDS),
        *(migrations.RunSQL(GUARD.format(table=table)) for table in ROWS),
        migrations.RunSQL(RIGHTS.format(rows=", ".join(ROWS))),
    ]
