"""Counting a day when it is over, once. Any number of workers may try; one does it."""

from datetime import date, datetime

from django.db import connection, transaction

from hutong.hotline.clocks.rules import local
from hutong.hotline.statistics import facts, rules
from hutong.hotline.statistics.models import Day

# Whoever writes an event of a day holds the same lock shared until the commit (`hutong_uncount_day`).
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('statistics_day'), %s - date '2000-01-01')"


def sweep(*, at: datetime) -> list[str]:
    """Count the latest day of the boards' period that is over and not counted yet; a line where one was counted."""
    over = rules.period(local(at).date())[:-1]
    counted = set(Day.objects.filter(office=None, day__gte=over[0]).values_list("day", flat=True))
    return next((line for day in reversed(over) if day not in counted and (line := count(day))), [])


@transaction.atomic
def count(day: date) -> list[str]:
    """Count one day, where nobody is counting it or writing to it at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [day])
        if not cursor.fetchone()[0] or Day.objects.filter(day=day).exists():
            return []
    rows = facts.rows_of(day)
    Day.objects.bulk_create(rows)
    return [f"{day} counted, {len(rows) - 1} offices"]
