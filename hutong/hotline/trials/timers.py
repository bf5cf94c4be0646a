"""The worker's part of a trial: one portion at a time, so that deadlines never wait for it."""

import logging
from datetime import datetime, timedelta
from functools import cache, lru_cache
from uuid import UUID

from django.db import connection, transaction

from hutong.hotline.rulebook import actions as rulebook
from hutong.hotline.rulebook.rules import chain
from hutong.hotline.trials import queries
from hutong.hotline.trials.models import RulebookTrial, TrialState
from hutong.hotline.trials.rules import Sums, terms_for

PORTION = 1_000  # cases; a fraction of a second

logger = logging.getLogger(__name__)


def advance(*, at: datetime) -> str:
    """Do a portion of the trial that was asked for first and that nobody else has; a line about it, or nothing.

    One that cannot be done is marked so and logged: it must not stand in the way of the next one.
    """
    with transaction.atomic():
        trial = RulebookTrial.objects.select_for_update(skip_locked=True, of=("self",)).filter(done_at=None).order_by("asked_at").first()
        if trial is None:
            return ""
        try:
            with transaction.atomic():
                return _portion(trial, at)
        except Exception:
            if not connection.is_usable():
                raise
            logger.exception("trial %s failed", trial.pk)
            RulebookTrial.objects.filter(pk=trial.pk).update(state=TrialState.FAILED, done_at=at)
            return f"trial {trial.pk} failed"


def _portion(trial: RulebookTrial, at: datetime) -> str:
    """The next cases and their sums. A draft that was changed meanwhile is tried anew from the start."""
    if trial.of != trial.rulebook.changed_at:
        trial.of, trial.after, trial.done, trial.result = trial.rulebook.changed_at, None, 0, {}
    trial.state = TrialState.RUNNING
    found = queries.cases(trial.rulebook, days=trial.days, until=trial.asked_at).order_by("pk")
    if trial.after is None:
        trial.total = found.count()
    ids = list((found.filter(pk__gt=trial.after) if trial.after else found).values_list("pk", flat=True)[:PORTION])
    sums = _replay(trial, ids)
    trial.result = sums.as_json()
    if ids:
        trial.after, trial.done = ids[-1], min(trial.done + len(ids), trial.total)
    if len(ids) < PORTION:
        _finish(trial, sums, at)
    trial.save()
    return f"trial {trial.pk}: {trial.done} of {trial.total} cases"


def _replay(trial: RulebookTrial, ids: list[UUID]) -> Sums:
    sums, now = Sums.of(trial.result), trial.asked_at
    if not ids:
        return sums
    limits, times = queries.limits(trial.rulebook, at=now), _times(now - timedelta(days=trial.days), now)
    terms_of = cache(lambda place, tier, step: terms_for(limits, chain(place), tier, step))
    for place, clock in queries.clocks_of(ids, now=now):
        terms = terms_of(place, clock.tier, clock.step)
        if terms:
            sums.add(clock, terms, times.of(clock.office))
    return sums


@lru_cache(maxsize=1)
def _times(since: datetime, until: datetime) -> queries.Times:
    """The working time of all offices, read once for the portions of a trial that this process does."""
    return queries.Times(since, until)


def _finish(trial: RulebookTrial, sums: Sums, at: datetime) -> None:
    trial.result["offices"] = sums.most_loaded()
    trial.result["load"] = {}
    trial.state, trial.done, trial.done_at = TrialState.DONE, trial.total, at
    rulebook.note_trial(trial.rulebook_id, of=trial.of, at=at)
