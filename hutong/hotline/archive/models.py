"""What left the house as a file: who took what, what for, and the serial that leads back to them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Post


class ExportKind(models.TextChoices):
    CASE = "case", _("个案归档包")
    WHO_SAW = "who_saw", _("谁看过这个孩子")
    COMPLIANCE = "compliance", _("年度合规审计材料")


class Export(models.Model):
    """A file that somebody asked for. One of more than `rules.ALONE` rows waits for a second person; each is handed out once.

    `subject_id` is what it is about, `rows` how much stands in it, `digest` the SHA-256 of what was handed out.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    serial = models.CharField(_("序号"), max_length=16, unique=True)
    kind = models.CharField(_("内容"), max_length=12, choices=ExportKind)
    subject_id = models.UUIDField(null=True)
    purpose = models.CharField(_("用途"), max_length=200)
    rows = models.PositiveIntegerField(_("行数"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="exports", verbose_name=_("导出人"))
    at = models.DateTimeField(_("申请时间"))
    needs_second = models.BooleanField(_("须第二人同意"))
    second = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("同意人"))
    second_at = models.DateTimeField(_("同意时间"), null=True)
    done_at = models.DateTimeField(_("导出时间"), null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "archive_export"
        indexes = [models.Index(fields=["subject_id", "-at"], name="export_subject")]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="export_has_purpose"),
            models.CheckConstraint(
                condition=Q(second=None, second_at=None) | Q(second__isnull=False, second_at__isnull=False), name="export_second"
            ),
            models.CheckConstraint(condition=~Q(second=F("by")), name="export_second_is_another"),
            models.CheckConstraint(
                condition=Q(done_at=None, digest="")
                | Q(done_at__isnull=False) & ~Q(digest="") & (Q(needs_second=False) | Q(second__isnull=False)),
                name="export_done_when_allowed",
            ),
        ]
