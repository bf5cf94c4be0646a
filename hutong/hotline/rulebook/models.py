"""The rulebook's tables. Each row is data that a division overrides; none is a constant in code."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Division, Staff


class Tier(models.TextChoices):
    I = "I", _("特急")  # noqa: E741 the field's own name for the highest tier
    II = "II", _("紧急")
    III = "III", _("一般")
    IV = "IV", _("咨询服务")


class Unit(models.TextChoices):
    """`minute` and `day` run day and night; `working_minute` and `working_day` in working time only."""

    MINUTE = "minute", _("分钟")
    DAY = "day", _("自然日")
    WORKING_MINUTE = "working_minute", _("工作分钟")
    WORKING_DAY = "working_day", _("工作日")


class Limit(models.Model):
    """How long one step may take: tier × step → amount and unit, from a day on, for a division and those below it.

    `division` empty means the whole nation. `basis` says where the number comes from.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="limits", verbose_name=_("适用区划"))
    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    step = models.CharField(_("环节"), max_length=20)
    amount = models.PositiveIntegerField(_("时限"))
    unit = models.CharField(_("单位"), max_length=15, choices=Unit)
    warn_at = models.JSONField(_("预警百分比"), default=list)
    ends_on_workday = models.BooleanField(default=False, db_default=False)
    pause_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    basis = models.CharField(_("依据"), max_length=200)
    version = models.PositiveIntegerField(_("版本"), default=1)
    valid_from = models.DateTimeField(_("生效时间"))
    set_by = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("设定人"))

    class Meta:
        db_table = "rulebook_limit"
        constraints = [
            models.UniqueConstraint(fields=["division", "tier", "step", "version"], name="limit_version", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(tier__in=["I", "II"]) | Q(unit__in=["minute", "day"]), name="limit_real_time_for_i_and_ii"),
            models.CheckConstraint(
                condition=Q(ends_on_workday=False) | Q(unit="day") & ~Q(tier__in=["I", "II"]),
                name="limit_extends_natural_days_only",
            ),
        ]
