"""The audit log: who did, saw or was refused what, and when. Append-only by database right and trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id


class AuditEntry(models.Model):
    """One line of the log. It names people and things by id and carries no personal data.

    `post_id` is empty for timers; `subject_id` is the case (or other thing) that was touched.
    No foreign keys: a line outlives what it speaks of, and this package stands below the others.
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
        indexes = [models.Index(fields=["subject_id", "-at"], name="audit_subject_at")]
