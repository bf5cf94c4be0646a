"""Notices outward: ways, deliveries, acknowledgements. What is settled stays as it is, and nothing of it is removed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hutong.hotline.kernel.ids
import hutong.hotline.notices.models

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
    dependencies = [
        ("hotline", "0003_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("second_at", models.DateTimeField(null=True)),
                ("above_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "notices_acknowledgement",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("is_urgent", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待发"), ("failed", "将重试"), ("sent", "已发出"), ("given_up", "未能发出")],
                        default="waiting",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="次数")),
                ("next_try_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=40)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "notices_delivery",
            },
        ),
        migrations.CreateModel(
            name="Way",
            fields=[
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("address", models.CharField(max_length=500, verbose_name="地址")),
                ("tiers", models.JSONField(default=hutong.hotline.notices.models.every_tier, verbose_name="等级")),
                ("kinds", models.JSONField(default=hutong.hotline.notices.models.every_kind, verbose_name="通知类型")),
                ("quiet_from", models.PositiveSmallIntegerField(null=True, verbose_name="免打扰开始")),
                ("quiet_to", models.PositiveSmallIntegerField(null=True, verbose_name="免打扰结束")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("busy_until", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=40)),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "notices_way",
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="is_handed_on",
            field=models.BooleanField(db_default=True, default=True),  # what is old goes nowhere
        ),
        migrations.AlterField(
            model_name="notice",
            name="is_handed_on",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="notice",
            name="to",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post"),
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
                    ("told", "告知"),
                    ("unconfirmed", "无人确认"),
                ],
                max_length=16,
                verbose_name="类型",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("is_handed_on", False)), fields=["office", "at"], name="notice_to_hand_on"),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="above",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.office"),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post"),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="case",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acknowledgements", to="hotline.case"),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="notice",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="acknowledgement", to="hotline.notice"),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="office",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.office"),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="second",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="notice",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="hotline.notice"),
        ),
        migrations.AddField(
            model_name="way",
            name="office",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="ways", to="hotline.office"),
        ),
        migrations.AddField(
            model_name="way",
            name="staff",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="ways", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="way",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="hotline.way"),
        ),
        migrations.AddIndex(
            model_name="acknowledgement",
            index=models.Index(
                condition=models.Q(("at", None), ("next_at__isnull", False)), fields=["next_at"], name="acknowledgement_next"
            ),
        ),
        migrations.AddIndex(
            model_name="acknowledgement",
            index=models.Index(condition=models.Q(("at", None)), fields=["office"], name="acknowledgement_open"),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("at", None)), fields=("case", "office"), name="acknowledgement_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("at", None), ("by", None)), models.Q(("at__isnull", False), ("by__isnull", False)), _connector="OR"
                ),
                name="acknowledgement_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("at", None), ("next_at", None), _connector="OR"), name="acknowledged_asks_no_more"
            ),
        ),
        migrations.AddIndex(
            model_name="way",
            index=models.Index(
                condition=models.Q(("office__isnull", False), ("removed_at", None)), fields=["office"], name="way_of_office"
            ),
        ),
        migrations.AddIndex(
            model_name="way",
            index=models.Index(condition=models.Q(("removed_at", None), ("staff__isnull", False)), fields=["staff"], name="way_of_staff"),
        ),
        migrations.AddConstraint(
            model_name="way",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("office__isnull", False), ("staff", None)),
                    models.Q(("office", None), ("staff__isnull", False)),
                    _connector="OR",
                ),
                name="way_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="way",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), models.Q(("address", ""), _negated=True)),
                    models.Q(("address", ""), ("is_active", False), ("removed_at__isnull", False)),
                    _connector="OR",
                ),
                name="way_removed_is_forgotten",
            ),
        ),
        migrations.AddConstraint(
            model_name="way",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from", None), ("quiet_to", None)),
                    models.Q(
                        ("quiet_from__lt", 1440), ("quiet_to__lt", 1440), models.Q(("quiet_from", models.F("quiet_to")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="way_quiet_hours",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "failed"])), fields=["-is_urgent", "next_try_at"], name="delivery_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["way", "-made_at"], name="delivery_of_way"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("notice", "way"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                    _connector="OR",
                ),
                name="delivery_sent_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_try_at__isnull", False), ("state__in", ["waiting", "failed"])),
                    models.Q(("next_try_at", None), ("state__in", ["sent", "given_up"])),
                    _connector="OR",
                ),
                name="delivery_open_has_next_try",
            ),
        ),
        migrations.RunSQL(SETTLED),
        migrations.RunSQL(RIGHTS),
    ]
