"""What happens when nobody acts in time: a report that nobody read becomes a case, a limit is warned of, missed and told above.

And a deadline that waited for a year's holidays is settled. Each deed is its own transaction; it takes the row that it is about
first and leaves it where somebody else has it, so that any number of workers may run at once and none does a thing twice.
"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hutong.hotline.cases.actions import opening
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, Clock, NoticeKind
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks.rules import MISSED
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as contact_queries
from hutong.hotline.contacts.rules import title_of
from hutong.hotline.kernel.texts import listed, recorded
from hutong.hotline.network import queries as network
from hutong.hotline.rulebook.models import Tier

AT_ONCE = 200  # of each kind in one sweep
PUT_OFF = timedelta(minutes=1)
UNREAD = Tier.II  # what nobody has read may be serious, and a false alarm at tier I would call out police and province

logger = logging.getLogger(__name__)


Deed = Callable[[UUID, datetime], str]
Deeds = tuple[tuple[Callable[[datetime], "QuerySet[Any, UUID]"], Deed], ...]


def sweep(*, at: datetime, put_off: dict[UUID, datetime] | None = None, deeds: Deeds | None = None) -> list[str]:
    """Do what is due at `at`, of cases or of `deeds`; one line for each. Any number of sweeps may run at once.

    What fails is logged and left alone until the moment noted in `put_off` (by what it is about); the rest goes on.
    """
    put_off = {} if put_off is None else put_off
    return [
        line for waiting, deed in deeds or DEEDS for key in _keys(waiting(at), put_off, at) if (line := _attempt(deed, key, at, put_off))
    ]


def _keys(waiting: "QuerySet[Any, UUID]", put_off: dict[UUID, datetime], at: datetime) -> list[UUID]:
    left_alone = {key for key, until in put_off.items() if until > at}
    return [key for key in waiting[: AT_ONCE + len(left_alone)] if key not in left_alone]


def _attempt(deed: Deed, key: UUID, at: datetime, put_off: dict[UUID, datetime]) -> str:
    try:
        return deed(key, at)
    except Exception as error:
        if not connection.is_usable():
            raise
        put_off[key] = at + PUT_OFF
        _log(f"{deed.__name__} {key}", error)
        return ""


def _log(what: str, error: Exception) -> None:
    """Of what the database says only the first line: the next ones quote the record."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed, trying again later: %s: %s\n%s", what, type(error).__name__, str(error).partition("\n")[0], where)


# --- a report that nobody read


def to_open(at: datetime) -> "QuerySet[Any, UUID]":
    """The contacts that arrived by themselves and that nobody settled in time, longest overdue first."""
    return contact_queries.overdue(at).order_by("due_at").values_list("pk", flat=True)


@transaction.atomic
def open_unread(contact_id: UUID, at: datetime) -> str:
    """集中受理: nothing that arrived hangs. It becomes a case at intake, whose deadline warns and climbs as any other."""
    contact = contacts.settle_unread(contact_id, at=at)
    if contact is None:
        return ""
    case = opening.open_case(
        contact=contact, by=None, at=at, title=title_of(contact.narrative), tier=UNREAD, place=contact.place,
        place_text=contact.place_text, call_back=contact_queries.call_back(contact), registered=False,
    )  # fmt: skip
    return f"{case.number} opened, as nobody read what had arrived"


# --- a deadline that waited for a year's holidays


def provisional() -> QuerySet[Clock]:
    """The running deadlines that reach into a year whose holidays are not known yet, due first."""
    return Clock.objects.filter(ended_at=None, is_provisional=True).order_by("due_at")


def to_settle(at: datetime) -> "QuerySet[Any, UUID]":
    """The cases whose provisional deadline lies in days that are known by now. A guess beyond them waits for the next year."""
    return provisional().filter(due_at__lt=clocks.known_until(at)).values_list("case", flat=True)


@transaction.atomic
def settle(case_id: UUID, at: datetime) -> str:
    """The year is known now: the deadline is what it would have been had it been known from the start."""
    clock = _take(case_id, is_provisional=True)
    if clock is None:
        return ""
    with door(case_id, "settle_deadline", by=None, at=at) as step:
        settled = step.replace_deadline(why=recorded(step.action.done))
        if settled.due_at != clock.due_at:
            step.tell(step.case.holder, NoticeKind.TOLD)
    return f"{step.case.number} {clock.step} settled: {settled.due_at:%Y-%m-%d %H:%M}"


# --- a limit of which half, most, or all has passed


def to_fire(at: datetime) -> "QuerySet[Any, UUID]":
    """The cases whose deadline has something to tell, tier I first, then oldest first."""
    due = Clock.objects.filter(ended_at=None, next_alarm_at__lte=at)
    return due.order_by("tier", "next_alarm_at").values_list("case", flat=True)


@transaction.atomic
def fire(case_id: UUID, at: datetime) -> str:
    """限时办理: tell how much of the limit has passed. After an outage only the last share is told, and which ones were not."""
    clock = _take(case_id, next_alarm_at__lte=at)
    if clock is None:
        return ""
    ahead = [(share, moment) for share, moment in clocks.alarms(clock, office=clock.case.holder) if share > clock.warned]
    passed = [share for share, moment in ahead if moment <= at] or [ahead[0][0]]
    *untold, share = passed
    told: dict[str, Any] = {"share": share, "step": clock.step} | ({"untold": untold} if untold else {})
    with door(case_id, "miss" if share == MISSED else "warn", by=None, at=at, text=_in_words(untold), **told) as step:
        clock.warned, clock.next_alarm_at = share, next((moment for later, moment in ahead if later > share), None)
        if share == MISSED:
            _miss(step, clock)
        else:
            step.tell(step.case.holder, NoticeKind.WARNED)
        clock.save(update_fields=["missed_at", "warned", "next_alarm_at"])
    return f"{step.case.number} {clock.step} {share}%"


def _in_words(untold: list[int]) -> str:
    shares = listed(f"{share}%" for share in untold)
    return _("{shares} 时的提醒没有单独发出。").format(shares=shares) if untold else ""


def _miss(step: Step, clock: Clock) -> None:
    """The holder and the level above are told; of tier I the province too. The case carries it from now on."""
    case = step.case
    clock.missed_at = step.at
    case.missed_at = case.missed_at or step.at
    recused = set(case.recusals.values_list("office", flat=True))
    above = [office for office in network.above(case.holder) if office.pk not in recused]  # one that must keep away is passed over
    for office in (case.holder, *above[:1], *([case.centre.parent] if case.tier == Tier.I and case.centre.parent else [])):
        step.tell(office, NoticeKind.MISSED)


def _take(case_id: UUID, **wanted: Any) -> Clock | None:
    """The case's running clock, if it is still as `wanted` and nobody else has the case. Locks the case first, as the door does."""
    if Case.objects.select_for_update(skip_locked=True).filter(pk=case_id).first() is None:
        return None
    return Clock.objects.select_related("limit", "case__holder").filter(case=case_id, ended_at=None, **wanted).first()


DEEDS = ((to_open, open_unread), (to_settle, settle), (to_fire, fire))
