"""How it stands with the backups: one row, written by the keeper."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Keeping(models.Model):
    """What the keeper last said: whether commits are on the shelf, the last backup, and the last restore on trial."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    told_at = models.DateTimeField(_("最近一次回音"))
    is_safe = models.BooleanField(_("登记的内容同时写入备份"))
    since = models.DateTimeField(_("自"))
    fault = models.CharField(max_length=500, blank=True)
    backup = models.CharField(_("最近一次备份"), max_length=40, blank=True)
    backup_at = models.DateTimeField(null=True)
    backup_size = models.PositiveBigIntegerField(default=0)
    tried = models.CharField(_("最近一次试恢复"), max_length=40, blank=True)
    tried_at = models.DateTimeField(null=True)
    trial_fault = models.CharField(max_length=500, blank=True)

    outward = models.JSONField(default=list)  # the codes of what is not well and was sent out of the app

    class Meta:
        db_table = "keeping_state"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="keeping_one_row"),
            models.CheckConstraint(
                condition=Q(backup="", backup_at=None) | ~Q(backup="") & Q(backup_at__isnull=False), name="keeping_backup"
            ),
        ]
