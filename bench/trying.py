"""The trial of a draft of the nation's rulebook over all the cases that there are, which people ask for 90 days of."""

import time
from datetime import timedelta

from django.utils import timezone

from hutong.hotline.rulebook import actions
from hutong.hotline.rulebook.models import Limit
from hutong.hotline.rulebook.tables import TABLES
from hutong.hotline.trials import actions as trials
from hutong.hotline.trials import queries, rules, timers
from hutong.hotline.trials.models import RulebookTrial
from hutong.project.synth import paths

TARGET = 30.0  # seconds for 100,000 cases


def trial() -> tuple[int, float]:
    """How many cases were replayed against a draft in which every limit in working time is half as long again, and the seconds."""
    now = timezone.now()
    draft = actions.begin(by=None, at=now)
    table = TABLES["limits"]
    for limit in Limit.objects.filter(rulebook=draft, unit__in=("working_day", "working_minute")):
        row = {column.name: getattr(limit, column.name) for column in table.columns} | {"amount": limit.amount + (limit.amount + 1) // 2}
        actions.write_row(draft.pk, table, row, by=None, at=now)
    asked = trials.ask(draft.pk, days=max(rules.DAYS), by=None, at=now)
    RulebookTrial.objects.filter(pk=asked.pk).update(days=paths.SPAN.days + 1)
    cases = queries.cases(draft, days=paths.SPAN.days + 1, until=now).count()
    start = time.perf_counter()
    while timers.advance(at=now + timedelta(seconds=1)):
        pass
    took = time.perf_counter() - start
    actions.withdraw(draft.pk, by=None, at=now)
    return cases, took
