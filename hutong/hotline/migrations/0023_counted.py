"""The indexes by which boards count open cases answer alone: with what the wall asks of each case (`cases.models.SIGHT`)."""

from django.db import migrations, models
from django.db.models import Q

SIGHT = ["id", "seen_by", "worker"]
INDEXES = (
    models.Index(
        fields=["centre", "missed_at"], name="case_missed", condition=Q(closed_at=None) & Q(missed_at__isnull=False), include=SIGHT
    ),
    models.Index(fields=["centre", "lead"], name="case_counted", condition=Q(closed_at=None), include=[*SIGHT, "missed_at"]),
    models.Index(fields=["holder", "stage_since"], name="case_untouched", condition=Q(closed_at=None) & Q(touched_at=None), include=SIGHT),
)


class Migration(migrations.Migration):
    dependencies = [("hotline", "0022_held")]

    operations = [
        *(migrations.RemoveIndex("case", index.name) for index in INDEXES),
        *(migrations.AddIndex("case", index) for index in INDEXES),
    ]
