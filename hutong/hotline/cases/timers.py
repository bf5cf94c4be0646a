"""What happens when nobody acts in time: a report that nobody read becomes a case, a limit is warned of, missed and told above.

And a deadline that waited for a year's holidays is settled. Each deed is its own transaction; it takes the row that it is about
first and leaves it where somebody else has it, so that any number of workers may run at once and none does a thing twice.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from hutong.hotline.cases.actions import opening
from hutong.hotline.cases.door import Step, door, timed, write
from hutong.hotline.cases.letting_in import Emergency
from hutong.hotline.cases.models import Case, Clock, NoticeKind, PartClock, Pause, PauseState
from hutong.hotline.cases.queries import with_offices
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks.rules import MISSED
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as contact_queries
from hutong.hotline.contacts.rules import title_of
from hutong.hotline.kernel.mishaps import told
from hutong.hotline.kernel.texts import listed, recorded
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office
from hutong.hotline.rulebook.models import Tier

AT_ONCE = 200  # of a kind that is done together, in one transaction
ONE_BY_ONE = 20  # of a kind that is not done together: the deadlines come round again before the rest
PUT_OFF = timedelta(minutes=1)
UNREAD = Tier.II  # what nobody has read may be serious, and a false alarm at tier I would call out police and province

C = TypeVar("C", Clock, PartClock)
logger = logging.getLogger(__name__)


class Deed(NamedTuple):
    """What waits for a timer, and what is done to it: to one, or to as many at once as `together` says; one line for each."""

    waiting: Callable[[datetime], "QuerySet[Any, UUID]"]
    do: Callable[[Sequence[UUID], datetime], list[str]]
    together: int = 1


def one(deed: Callable[[UUID, datetime], str]) -> Callable[[Sequence[UUID], datetime], list[str]]:
    """A deed that is done to one after the other."""

    @wraps(deed)
    def do(keys: Sequence[UUID], at: datetime) -> list[str]:
        return [line for key in keys if (line := deed(key, at))]

    return do


def sweep(
    *, at: datetime, put_off: dict[UUID, datetime] | None = None, deeds: "Sequence[Deed] | None" = None, most: int = ONE_BY_ONE
) -> list[str]:
    """Do what is due at `at`, of cases or of `deeds`, a portion of each kind; one line for each. Any number of sweeps may run at once.

    What fails is logged and left alone until the moment noted in `put_off` (by what it is about); the rest goes on.
    """
    put_off = {} if put_off is None else put_off
    done = []
    for deed in deeds or DEEDS:
        keys = _keys(deed.waiting(at), put_off, at, max(most, deed.together))
        for start in range(0, len(keys), deed.together):
            done += _attempt(deed.do, keys[start : start + deed.together], at, put_off)
    return done


def _keys(waiting: "QuerySet[Any, UUID]", put_off: dict[UUID, datetime], at: datetime, most: int) -> list[UUID]:
    left_alone = {key for key, until in put_off.items() if until > at}
    return [key for key in waiting[: most + len(left_alone)] if key not in left_alone][:most]


def _attempt(
    do: Callable[[Sequence[UUID], datetime], list[str]], keys: Sequence[UUID], at: datetime, put_off: dict[UUID, datetime]
) -> list[str]:
    """Do it to all at once; where that fails, to one after the other, so that only the one that cannot be done waits."""
    try:
        return do(keys, at)
    except Exception as error:
        if not connection.is_usable():
            raise
        if len(keys) > 1:
            return [line for key in keys for line in _attempt(do, [key], at, put_off)]
        put_off[keys[0]] = at + PUT_OFF
        _log(f"{getattr(do, '__name__', do)} {keys[0]}", error)
        return []


def _log(what: str, error: Exception) -> None:
    logger.error("%s failed, trying again later\n%s", what, told(error))


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


def provisional_parts() -> QuerySet[PartClock]:
    """The same, of the clocks beside the deadlines."""
    return PartClock.objects.filter(ended_at=None, is_provisional=True).order_by("due_at")


def to_settle_parts(at: datetime) -> "QuerySet[Any, UUID]":
    """The clocks beside the deadlines that can be settled by now."""
    return provisional_parts().filter(due_at__lt=clocks.known_until(at)).values_list("pk", flat=True)


@transaction.atomic
def settle_part(clock_id: UUID, at: datetime) -> str:
    """As `settle`, of a clock beside the deadline."""
    if Case.objects.select_for_update(skip_locked=True).filter(part_clocks=clock_id).first() is None:
        return ""
    clock = provisional_parts().select_related("case", "limit", "office").filter(pk=clock_id).first()
    if clock is None:
        return ""
    with door(clock.case_id, "settle_deadline", by=None, at=at, step=clock.step, office=str(clock.office_id)) as step:
        settled = step.settle_part(clock)
        if settled.due_at != clock.due_at:
            step.tell(clock.office, NoticeKind.TOLD)
    return f"{step.case.number} {clock.step} settled: {settled.due_at:%Y-%m-%d %H:%M}"


# --- a pause that is over


def to_end(at: datetime) -> "QuerySet[Any, UUID]":
    """The cases whose pause is over."""
    return Pause.objects.filter(state=PauseState.GRANTED, ends_at__lte=at).order_by("ends_at").values_list("case", flat=True)


@transaction.atomic
def end_pause(case_id: UUID, at: datetime) -> str:
    """The time granted is over: the deadline runs again, as it was reckoned when the pause was granted."""
    if Case.objects.select_for_update(skip_locked=True).filter(pk=case_id).first() is None:
        return ""
    with door(case_id, "resume", by=None, at=at) as step:
        step.case.pauses.filter(state=PauseState.GRANTED, ends_at__lte=at).update(state=PauseState.ENDED)
        step.tell(step.case.holder, NoticeKind.TOLD)
    return f"{step.case.number} runs again"


# --- a limit of which half, most, or all has passed


def to_fire(at: datetime) -> "QuerySet[Any, UUID]":
    """The deadlines that have something to tell, tier I first, then oldest first."""
    return _ringing(Clock, at)


def to_fire_parts(at: datetime) -> "QuerySet[Any, UUID]":
    """The clocks beside the deadlines that have something to tell, tier I first, then oldest first."""
    return _ringing(PartClock, at)


def _ringing(clocks_of: type[Clock] | type[PartClock], at: datetime) -> "QuerySet[Any, UUID]":
    due = clocks_of._default_manager.filter(ended_at=None, next_alarm_at__lte=at)
    return due.order_by("tier", "next_alarm_at").values_list("pk", flat=True)


def fire(clock_ids: Sequence[UUID], at: datetime) -> list[str]:
    """限时办理: tell how much of these deadlines has passed. After an outage only the last share, and which ones were not told."""
    return _fire(Clock, clock_ids, at)


def fire_parts(clock_ids: Sequence[UUID], at: datetime) -> list[str]:
    """The same, of clocks beside the deadlines."""
    return _fire(PartClock, clock_ids, at)


@transaction.atomic
def _fire(clocks_of: type[C], clock_ids: Sequence[UUID], at: datetime) -> list[str]:
    ringing = _take_all(clocks_of, clock_ids, at)
    above = cache(network.above)
    warned: list[Step] = []
    missed: list[Step] = []
    for clock in ringing:
        *untold, share = clock.passed(at)
        told: dict[str, Any] = {"share": share, "step": clock.step} | ({"untold": untold} if untold else {})
        step = timed(clock.case, "miss" if share == MISSED else "warn", at=at, text=_in_words(untold), **told)
        clock.warned, clock.next_alarm_at = share, clock.rings_after(share)
        office = clock.office if isinstance(clock, PartClock) else clock.case.holder
        if share == MISSED:
            clock.missed_at = at
            clock.next_rung_at = at if isinstance(clock, Clock) else None  # the ladder is the deadline's
            _tell_missed(step, office, above)
        else:
            step.tell(office, NoticeKind.WARNED)
        (missed if share == MISSED else warned).append(step)
    write(warned)
    write(missed, missed_at=Coalesce("missed_at", Value(at)))
    clocks_of._default_manager.bulk_update(ringing, ["missed_at", "warned", "next_alarm_at", "next_rung_at"])
    return [f"{clock.case.number} {clock.step} {clock.warned}%" for clock in ringing]


def _in_words(untold: list[int]) -> str:
    shares = listed(f"{share}%" for share in untold)
    return _("{shares} 时的提醒没有单独发出。").format(shares=shares) if untold else ""


def _tell_missed(step: Step, late: Office, above: Callable[[Office], Sequence[Office]]) -> None:
    """The office that is late and the level above are told; of tier I the province too. The case carries it from now on."""
    case = step.case
    recused = {recusal.office_id for recusal in case.recusals.all()}
    higher = [office for office in above(late) if office.pk not in recused]  # one that must keep away is passed over
    for office in (late, *higher[:1], *([case.centre.parent] if case.tier == Tier.I and case.centre.parent else [])):
        step.tell(office, NoticeKind.MISSED)


def _take_all(clocks_of: type[C], clock_ids: Sequence[UUID], at: datetime) -> list[C]:
    """Those of these running clocks that have something to tell, in this order, each with its case locked.

    One of each case; left out are cases that somebody else has.
    """
    ringing = clocks_of._default_manager.filter(pk__in=clock_ids, ended_at=None, next_alarm_at__lte=at)
    of = list(ringing.values_list("case", flat=True))  # by themselves: asked in one question, the database reads every case there is
    locked = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=of)
    cases = {case.pk: case for case in with_offices(locked).prefetch_related("recusals")}
    beside = ["office"] if clocks_of is PartClock else []
    found = {clock.pk: clock for clock in ringing.select_related("limit", *beside)}  # asked again, now that the cases are locked
    taken: dict[UUID, C] = {}
    for clock in (found[key] for key in clock_ids if key in found and found[key].case_id in cases):
        clock.case = cases[clock.case_id]
        taken.setdefault(clock.case_id, clock)
    return list(taken.values())


def _take(case_id: UUID, **wanted: Any) -> Clock | None:
    """The case's running clock, if it is still as `wanted` and nobody else has the case. Locks the case first, as the door does."""
    if Case.objects.select_for_update(skip_locked=True).filter(pk=case_id).first() is None:
        return None
    return Clock.objects.select_related("limit", "case__holder").filter(case=case_id, ended_at=None, **wanted).first()


# --- an emergency on which nobody said a word


def to_miss_review(at: datetime) -> "QuerySet[Any, UUID]":
    """What was opened in an emergency and nobody judged in time, the longest overdue first."""
    waiting = Emergency.objects.filter(reviewed_at=None, missed_at=None, due_at__lte=at)
    return waiting.order_by("due_at").values_list("pk", flat=True)


@transaction.atomic
def miss_review(emergency_id: UUID, at: datetime) -> str:
    """The centre is told again and the level above it, once; on the auditors' desk it stands in red until somebody has judged it."""
    waiting = Emergency.objects.filter(pk=emergency_id, reviewed_at=None, missed_at=None)
    case_id = waiting.values_list("case", flat=True).first()
    if case_id is None or not Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=case_id).exists():
        return ""
    if not waiting.update(missed_at=at):
        return ""
    with door(case_id, "miss_review", by=None, at=at) as step:
        for office in filter(None, (step.case.centre, step.case.centre.parent)):
            step.tell(office, NoticeKind.EMERGENCY)
    return f"{step.case.number}: an emergency was not judged in time"


DEEDS = (
    Deed(to_miss_review, one(miss_review)),
    Deed(to_open, one(open_unread)),
    Deed(to_settle, one(settle)),
    Deed(to_settle_parts, one(settle_part)),
    Deed(to_end, one(end_pause)),
    Deed(to_fire, fire, together=AT_ONCE),
    Deed(to_fire_parts, fire_parts, together=AT_ONCE),
)
