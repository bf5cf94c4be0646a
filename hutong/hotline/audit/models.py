"""The audit log: who did, saw or was refused what, and when; and what proves that it is whole. Append-only by right and trigger."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id


class AuditEntry(models.Model):
    """One line of the log. It names people and things by id and carries no personal data.

    `post_id` is empty for timers; `subject_id` is the case (or other thing) that was touched; of a list, `detail` names the
    cases and contacts that it showed. No foreign keys: a line outlives what it speaks of, and this package stands below the others.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(_("时间"))
    verb = models.CharField(_("动作"), max_length=40)
    staff_id = models.UUIDField(_("人员"), null=True)
    post_id = models.UUIDField(_("岗位"), null=True)
    subject = models.CharField(_("对象"), max_length=20)
    subject_id = models.UUIDField(_("对象编号"), null=True)
    event_id = models.UUIDField(_("办理记录"), null=True, unique=True)
    detail = models.JSONField(_("说明"), default=dict)

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["subject_id", "-at"], name="audit_subject_at"),
            models.Index(fields=["staff_id", "-at"], name="audit_staff_at", condition=models.Q(staff_id__isnull=False)),
            models.Index(fields=["at"], name="audit_at"),
            GinIndex(OpClass(models.F("detail__shown"), "jsonb_path_ops"), name="audit_listed", condition=models.Q(verb="listed")),
        ]


class Waiting(models.Model):
    """A line that has no seal yet: written by a trigger with the line, taken away with the seal, a second later."""

    entry_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "audit_waiting"


class Seal(models.Model):
    """A line's place in the chain, in the order in which lines were found, and what it read then.

    `leaf` is the digest of the line, of `at` and of `suite`; `link` that of the link before, the place and the leaf.
    """

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    suite = models.CharField(max_length=10)
    leaf = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_seal"
        constraints = [models.CheckConstraint(condition=models.Q(position__gt=0), name="seal_position")]


class Checkpoint(models.Model):
    """A signed statement of how far the chain went at a moment, and with which end: `rules.Statement`."""

    number = models.IntegerField(primary_key=True)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    through = models.BigIntegerField()
    statement = models.TextField()
    key = models.CharField(max_length=60)
    signature = models.CharField(max_length=120)

    class Meta:
        db_table = "audit_checkpoint"


class SinkKind(models.TextChoices):
    FOLDER = "folder", _("文件夹")
    HTTP = "http", _("外部服务器")


class Sink(models.Model):
    """A place elsewhere in which checkpoints are laid down one after the other: how far that went, and what went wrong last."""

    name = models.CharField(primary_key=True, max_length=10, choices=SinkKind)
    through = models.IntegerField(default=0)
    laid_down_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "audit_sink"
