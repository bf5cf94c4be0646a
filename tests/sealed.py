"""Rows with sealed columns, changed past the verbs: a query cannot write these."""

from typing import Any

from hutong.hotline.keys.fields import SealedRow


def change(row: SealedRow, **values: Any) -> None:
    """Put these values into a row."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
