"""What clocks do to cases: warn at shares of the limit, and tell the level above when it is missed."""

from datetime import datetime

from django.db import transaction

from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import Case, Clock, NoticeKind
from hutong.hotline.clocks import queries as clocks

AT_ONCE = 200  # alarms fired in one sweep
MISSED = 100  # per cent of the limit


def sweep(*, at: datetime) -> list[str]:
    """Fire what is due at `at`, tier I first, then oldest first; one line for each. Any number of sweeps may run at once."""
    fired: list[str] = []
    while len(fired) < AT_ONCE and (line := fire_next(at=at)):
        fired.append(line)
    return fired


@transaction.atomic
def fire_next(*, at: datetime) -> str:
    """Fire the most urgent alarm that nobody else is firing; an empty text when there is none.

    The case is locked before the clock is read, in the order in which the door locks, so that the two never wait for each other.
    """
    case = (
        Case.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(deadline__ended_at=None, deadline__next_alarm_at__lte=at)
        .order_by("deadline__tier", "deadline__next_alarm_at")
        .first()
    )
    if case is None:
        return ""
    clock = Clock.objects.select_related("limit", "case__holder").get(case=case, ended_at=None)
    if clock.next_alarm_at is None or clock.next_alarm_at > at:
        return f"{case.number} moved on"
    share, _due = clocks.next_alarm(clock, after=clock.warned, office=clock.case.holder) or (MISSED, clock.due_at)
    upcoming = clocks.next_alarm(clock, after=share, office=clock.case.holder)
    with door(case.pk, "miss" if share == MISSED else "warn", by=None, at=at, share=share, step=clock.step) as step:
        clock.warned, clock.next_alarm_at = share, upcoming[1] if upcoming else None
        step.tell(step.case.holder, NoticeKind.WARNED)
        if share == MISSED:
            clock.missed_at = at
            step.case.missed_at = step.case.missed_at or at
            if step.case.holder.parent:
                step.tell(step.case.holder.parent, NoticeKind.MISSED)
        clock.save(update_fields=["missed_at", "warned", "next_alarm_at"])
    return f"{case.number} {clock.step} {share}%"
