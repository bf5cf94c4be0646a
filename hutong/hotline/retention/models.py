"""What was erased when its time was over."""

from django.db import models

from hutong.hotline.kernel.ids import new_id


class Erasure(models.Model):
    """One row whose personal data are gone, of which kind (`schedule.toml`), and when. Append-only, by id and without a key:
    it outlives what it names. The database refuses it while a legal hold runs."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12)
    row_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "retention_erasure"
        constraints = [models.UniqueConstraint(fields=["kind", "row_id"], name="erasure_once")]
