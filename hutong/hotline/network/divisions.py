"""The national divisions."""

import csv
from datetime import date
from importlib import resources

from hutong.hotline.network.models import Division, Level


def load_national() -> None:
    """First cut; the network package completes it."""
    if Division.objects.exists():
        return
    with resources.files("hutong.hotline.network").joinpath("data/divisions.csv").open(encoding="utf-8") as file:
        Division.objects.bulk_create(
            [
                Division(
                    code=row["code"], name=row["name"], full_name=row["name"], level=Level(row["level"]),
                    parent_id={2: None, 4: row["code"][:2], 6: row["code"][:4], 9: row["code"][:6]}[len(row["code"])],
                    valid_from=date(2023, 1, 1),
                )
                for row in csv.DictReader(file)
            ],
            batch_size=5000,
        )  # fmt: skip
