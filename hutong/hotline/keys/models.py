"""The data keys, each wrapped by a key of the deployment: without that one, the rows are worth nothing."""

from django.db import models
from django.db.models import Q

from hutong.hotline.kernel.ids import new_id


class DataKey(models.Model):
    """A key under which something is sealed. `wrapped_by` names the deployment's key. Once destroyed, what it sealed opens never again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=40)
    suite = models.CharField(max_length=4)
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "keys_data_key"
        indexes = [models.Index(fields=["wrapped_by"], name="data_key_wrapped_by", condition=Q(destroyed_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_at=None) & ~Q(wrapped=b"") & ~Q(wrapped_by="")
                | Q(destroyed_at__isnull=False, wrapped=b"", wrapped_by=""),
                name="data_key_whole_or_destroyed",
            ),
        ]
