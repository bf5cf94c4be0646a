"""Counting a day when it is over, and of today each quarter of an hour that is, once. Any number of workers may try; one does it."""

from datetime import date, datetime

from django.db import connection, transaction

from hutong.hotline.clocks.rules import local, midnight
from hutong.hotline.statistics import facts, rules
from hutong.hotline.statistics.models import Day

# Whoever writes an event of a quarter holds the same lock shared until the commit (`hutong_uncount_day`).
LOCKS = """
    SELECT bool_and(pg_try_advisory_xact_lock(hashtext('statistics_day'), quarter))
    FROM generate_series(extract(epoch FROM %s)::int / 900, extract(epoch FROM %s)::int / 900 - 1) AS quarter
"""


def sweep(*, at: datetime) -> list[str]:
    """Count today's quarters of an hour that are over, or else the latest day of the period that is; a line where something was counted."""
    today = local(at)
    ends = {day: facts.end_of(day) for day in rules.period(today.date())} | {today.date(): rules.quarter(today)}
    counted = dict(Day.objects.filter(office=None, day__in=ends).values_list("day", "until"))
    behind = [(day, end) for day, end in ends.items() if counted.get(day, midnight(day)) < end]
    return next((line for day, end in reversed(behind) if (line := count(day, end))), [])


@transaction.atomic
def count(day: date, until: datetime) -> list[str]:
    """Count one day as far as is said, where nobody is counting it or writing to it at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(LOCKS, [midnight(day), until])
        if not cursor.fetchone()[0] or Day.objects.filter(day=day, until__gte=until).exists():
            return []
    rows = facts.rows_of(day, until)
    Day.objects.filter(day=day).delete()
    Day.objects.bulk_create(rows)
    return [f"{day} counted until {local(until):%H:%M}, {len(rows) - 1} offices"]
