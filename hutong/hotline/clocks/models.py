"""Working time as data, and what every running clock carries."""

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.clocks.rules import MISSED, Windows
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Division, Office, Post
from hutong.hotline.rulebook.models import Limit, Tier, Unit
from hutong.hotline.rulebook.rules import STEP_LABELS


class Standing(models.Model):
    """What holds from a moment until something takes its place. Never rewritten: old deadlines are explained by what held then."""

    set_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("设定人"))
    set_at = models.DateTimeField(_("设定时间"))
    ended_at = models.DateTimeField(_("失效时间"), null=True)

    class Meta:
        abstract = True


class CalendarYear(models.Model):
    """A year whose holidays and make-up workdays the State Council has published. Any other year is refused."""

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.CharField(_("来源"), max_length=200)
    published_at = models.DateTimeField(_("录入时间"))

    class Meta:
        db_table = "clocks_calendar_year"


class CalendarDay(Standing):
    """A day that differs from its weekday: a holiday on a weekday, or a make-up workday on a weekend."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField(_("日期"))
    year = models.ForeignKey(CalendarYear, models.PROTECT, related_name="days")
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=40)

    class Meta:
        db_table = "clocks_calendar_day"
        constraints = [models.UniqueConstraint(fields=["day"], condition=Q(ended_at=None), name="calendar_day_once")]


class LocalDay(Standing):
    """A day off, or at work, in a division and those below it: a local holiday, a typhoon, a day made up for. It outdoes the nation's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("行政区划"))
    day = models.DateField(_("日期"))
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=40)
    basis = models.CharField(_("依据"), max_length=200)

    class Meta:
        db_table = "clocks_local_day"
        constraints = [
            models.UniqueConstraint(fields=["division", "day"], condition=Q(ended_at=None), name="local_day_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(basis=""), name="local_day_with_basis"),
        ]


class WorkHours(Standing):
    """The windows of a working day in an office, and in those below it that have none of their own. `office` empty: everywhere.

    `edges`: where each window begins and ends, in minutes since midnight, rising; 1440 is 24:00.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="work_hours", verbose_name=_("机构"))
    edges = ArrayField(models.SmallIntegerField(), verbose_name=_("工作时间"))

    class Meta:
        db_table = "clocks_work_hours"
        constraints = [
            models.UniqueConstraint(fields=["office"], condition=Q(ended_at=None), nulls_distinct=False, name="work_hours_once"),
            models.CheckConstraint(
                condition=Func("edges", function="hutong_are_windows", output_field=models.BooleanField()), name="work_hours_windows"
            ),
        ]

    @property
    def windows(self) -> Windows:
        """Each window, half-open."""
        return tuple(zip(self.edges[::2], self.edges[1::2], strict=True))


class RunningClock(models.Model):
    """What every clock carries: the limit it came from, when it started, when it is due, and how it ended.

    Written once; afterwards only warned, missed, climbed, ended: a deadline that changes is a new clock with `replaces`.
    `warnings_at`: when each share of the limit's `warn_at` has passed, reckoned at its birth, so that telling asks no calendar;
    `low_at`: when less than a fifth of its time is left.
    `is_provisional`: it reaches into a year whose holidays are not known yet; Monday to Friday was counted there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    limit = models.ForeignKey(Limit, models.PROTECT, related_name="+", verbose_name=_("所依时限"))
    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    step = models.CharField(_("环节"), max_length=20, choices=STEP_LABELS)
    unit = models.CharField(_("单位"), max_length=15, choices=Unit)
    started_at = models.DateTimeField(_("开始"))
    due_at = models.DateTimeField(_("到期"))
    is_provisional = models.BooleanField(_("暂计"), default=False, db_default=False)
    extension_days = models.PositiveSmallIntegerField(_("延期工作日"), default=0, db_default=0)
    warnings_at = ArrayField(models.DateTimeField(), verbose_name=_("预警时间"), default=list, db_default=[])
    low_at = models.DateTimeField(_("时间不足两成"), null=True)
    next_alarm_at = models.DateTimeField(_("下一次提醒"), null=True)
    warned = models.PositiveSmallIntegerField(_("已预警百分比"), default=0)
    missed_at = models.DateTimeField(_("逾期"), null=True)
    rung = models.PositiveSmallIntegerField(_("已督促到第几级"), default=0, db_default=0)
    next_rung_at = models.DateTimeField(_("下一次督促"), null=True)
    ended_at = models.DateTimeField(_("结束"), null=True)
    set_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("设定人"))
    why = models.CharField(_("原因"), max_length=200, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("替代"))

    class Meta:
        abstract = True

    @property
    def alarms(self) -> list[tuple[int, datetime]]:
        """Each share (per cent) of the clock's time that is told of, with its moment: the limit's warnings, and 100 when it is due."""
        return [*zip(self.limit.warn_at, self.warnings_at, strict=True), (MISSED, self.due_at)]

    def passed(self, at: datetime) -> list[int]:
        """The shares that have passed by `at` and were not told of yet."""
        return [share for share, moment in self.alarms if self.warned < share and moment <= at]

    def again(self, **given: Any) -> Self:
        """A clock of the same limit and beginning, to take this one's place; when it is due is for who sets it."""
        kept = {name: getattr(self, name) for name in ("limit", "tier", "step", "unit", "started_at")}
        return type(self)(replaces=self, **kept, **given)

    def rings_after(self, share: int) -> datetime | None:
        """When the next share after this one is told of."""
        return next((moment for later, moment in self.alarms if later > share), None)

    @property
    def told(self) -> int | None:
        """The last share (per cent) that was told, where only the server can count it: in working time."""
        return None if self.unit in (Unit.MINUTE, Unit.DAY) else self.warned
