"""What days came to, counted when they are over, and of today the quarters of an hour that are over: they do not change any more."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Office


class Day(models.Model):
    """What one day came to for one office `until` a moment: its end, or a full quarter of an hour of it.

    The row without an office says that the day is counted, and what it came to in all. An event that is written for what is counted
    (`hutong_uncount_day`) takes the day's rows away; the worker counts it anew. What is not counted the boards count themselves.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField()
    until = models.DateTimeField()
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    registered = models.PositiveIntegerField(_("登记"), default=0)
    closed = models.PositiveIntegerField(_("办结"), default=0)
    missed = models.PositiveIntegerField(_("逾期"), default=0)
    returned = models.PositiveIntegerField(_("退单"), default=0)
    reopened = models.PositiveIntegerField(_("重办"), default=0)
    ended = models.PositiveIntegerField(_("走完的环节"), default=0)
    overran = models.PositiveIntegerField(_("逾期的环节"), default=0)
    asked = models.PositiveIntegerField(_("问到满意度的回访"), default=0)
    dissatisfied = models.PositiveIntegerField(_("不满意"), default=0)

    class Meta:
        db_table = "statistics_day"
        constraints = [models.UniqueConstraint(fields=["day", "office"], name="day_once", nulls_distinct=False)]
