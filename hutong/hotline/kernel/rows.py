"""Rows for a page, and how many there are behind them."""

from typing import Any

from django.db.models import Count, QuerySet, Window


def counted(rows: QuerySet[Any], most: int) -> tuple[list[Any], int]:
    """The first of these rows, and how many there are of them. One query."""
    found = list(rows.annotate(of_all=Window(Count("pk")))[:most])
    return found, found[0].of_all if found else 0
