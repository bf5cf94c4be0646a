"""Legal holds: nothing of a case is erased while one runs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import ENDED_BY_SOMEBODY, Post


class Hold(models.Model):
    """依法留存: why nothing of a case may be erased, and by when that is looked at again. The database itself refuses erasing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    reason = models.CharField(_("留存原因"), max_length=200)
    review_on = models.DateField(_("复核日期"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("决定人"))
    at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(_("结束原因"), max_length=200, blank=True)

    class Meta:
        db_table = "holds_hold"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="hold_one_running"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason"),
            models.CheckConstraint(condition=ENDED_BY_SOMEBODY, name="hold_ended_by_somebody"),
        ]
