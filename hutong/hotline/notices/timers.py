"""What happens to notices by itself: they are handed on to the ways out of the app, sent, tried again, and called after.

Any number of workers and senders may run: each takes rows that nobody else has (SKIP LOCKED). Sending happens between two
transactions, `claim` and `settle`, and holds neither a row nor a connection's transaction meanwhile: the claim is a lease.
A sender that is killed in between sends again when the lease has run out, so a notice goes out at least once, and twice only
then; the message carries its number (`Delivery.mark`), by which whoever receives it can tell. No case waits for any of it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hutong.hotline.cases import timers
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import Notice, NoticeKind, Stage
from hutong.hotline.keeping import actions as backups
from hutong.hotline.kernel.live import tell
from hutong.hotline.notices import queries, rules
from hutong.hotline.notices.models import ON_THE_WAY, Acknowledgement, Delivery, DeliveryState, Way
from hutong.hotline.rulebook.models import Tier

AT_ONCE = 500  # notices of an office in one transaction


def sweep(*, at: datetime, put_off: dict[UUID, datetime] | None = None) -> list[str]:
    """Do what is due at `at`, but for the sending: see `cases.timers.sweep`."""
    return timers.sweep(at=at, put_off=put_off, deeds=DEEDS)


# --- from the app to the ways out of it


def to_hand_on(at: datetime) -> "QuerySet[Notice, UUID]":
    """The offices that were told something that is not yet with their ways."""
    return Notice.objects.filter(is_handed_on=False).order_by("office").values_list("office", flat=True).distinct()


@transaction.atomic
def hand_on(office_id: UUID, at: datetime) -> str:
    """A delivery for each notice and way that wants it, and for tier I an acknowledgement asked of the office."""
    rows = Notice.objects.filter(office=office_id, is_handed_on=False).select_related("case", "to").order_by("case__tier", "at")
    notices = list(rows.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    if not notices:
        return ""
    ways = queries.ways_for(notices, on=timezone.localdate(at))
    made = [_delivery(notice, way, at) for notice in notices for way in ways[notice.pk]]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    asking = [notice for notice in notices if notice.case.tier == Tier.I and notice.case.stage != Stage.CLOSED and notice.read_at is None]
    Acknowledgement.objects.bulk_create((_asked(notice) for notice in asking), ignore_conflicts=True)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(is_handed_on=True)
    if asking:
        tell(f"office:{office_id}", *(f"case:{notice.case_id}" for notice in asking))
    return f"{len(notices)} notices handed on, {len(made)} to send" if made else ""


def _delivery(notice: Notice, way: Way, at: datetime) -> Delivery:
    """特急不受免打扰限制: quiet hours hold everything else until they end."""
    is_urgent = notice.case.tier == Tier.I
    start = at if is_urgent else rules.after_quiet(at, way.quiet_from, way.quiet_to)
    return Delivery(notice=notice, way=way, is_urgent=is_urgent, made_at=at, next_try_at=start)


def _asked(notice: Notice) -> Acknowledgement:
    next_at = notice.at + rules.ACKNOWLEDGE_WITHIN
    return Acknowledgement(notice=notice, case_id=notice.case_id, office_id=notice.office_id, asked_at=notice.at, next_at=next_at)


# --- nobody answers


def to_call_after(at: datetime) -> "QuerySet[Acknowledgement, UUID]":
    """What nobody of the office has confirmed in time, the longest first."""
    return queries.asked().filter(next_at__lte=at).order_by("next_at").values_list("pk", flat=True)


@transaction.atomic
def call_after(asked_id: UUID, at: datetime) -> str:
    """特急须确认: after five minutes without an answer a second person of the office is told, after five more the level above.

    Who has acted on the case, even through their own software, knows of it.
    """
    rows = queries.asked().filter(pk=asked_id, next_at__lte=at).select_related("office", "case")
    asked = rows.select_for_update(of=("self", "case"), skip_locked=True).first()
    if asked is None:
        return ""
    if acted := queries.acted_on(asked):
        asked.by, asked.at, asked.next_at = acted.by, acted.at, None
        asked.save()
        tell(f"case:{asked.case_id}", f"office:{asked.office_id}")
        return f"{asked.case.number} is known in {asked.office.code}"
    second = None if asked.second_id else queries.second_person(asked.case, asked.office, on=timezone.localdate(at))
    if second:
        with door(asked.case_id, "unconfirmed", by=None, at=at, office=str(asked.office_id), second=str(second.pk)) as step:
            step.tell(asked.office, NoticeKind.UNCONFIRMED, to=second)
        asked.second, asked.second_at, asked.next_at = second, at, at + rules.ACKNOWLEDGE_WITHIN
    else:
        asked.next_at = None
        _call_above(asked, at)
    asked.save()
    return f"{asked.case.number} unconfirmed in {asked.office.code}"


def _call_above(asked: Acknowledgement, at: datetime) -> None:
    """The level above is told, unless it has been already; it is asked in its turn."""
    above = queries.office_above(asked.case, asked.office)
    if above is None:
        return
    if not queries.knows(asked.case, above, since=asked.asked_at):
        with door(asked.case_id, "unconfirmed", by=None, at=at, office=str(asked.office_id), above=str(above.pk)) as step:
            step.tell(above, NoticeKind.UNCONFIRMED)
    asked.above, asked.above_at = above, at


DEEDS = (timers.Deed(to_hand_on, timers.one(hand_on)), timers.Deed(to_call_after, timers.one(call_after)))


# --- the backups


@transaction.atomic
def tell_of_backups(*, at: datetime) -> list[str]:
    """A delivery of each thing that is newly not well with the backups, to those who see to them; urgent, and tried as a notice is."""
    fresh = backups.take_outward(at=at)
    ways = list(queries.ways_of_keepers(on=timezone.localdate(at))) if fresh else []
    Delivery.objects.bulk_create(
        Delivery(alarm=reason.code, way=way, is_urgent=True, made_at=at, next_try_at=at) for reason in fresh for way in ways
    )
    return [f"backups: {reason.code}" for reason in fresh]


# --- sending


@transaction.atomic
def claim(*, at: datetime) -> Delivery | None:
    """The next one to send, for as long as `rules.LEASE`; nobody else takes it, or another of the same way, meanwhile."""
    due = queries.due(at).select_related("way__staff", "way__office", "notice__case")
    delivery = due.select_for_update(of=("self", "way"), skip_locked=True, no_key=True).first()
    if delivery is None:
        return None
    Way.objects.filter(pk=delivery.way_id).update(busy_until=at + rules.LEASE)
    delivery.tries, delivery.next_try_at = delivery.tries + 1, at + rules.LEASE
    delivery.save(update_fields=["tries", "next_try_at"])
    return delivery


@transaction.atomic
def settle(delivery: Delivery, fault: str, *, at: datetime) -> None:
    """Write down how a try ended: `fault` is a word of `rules.FAULTS`, empty where it was sent.

    A sender whose lease ran out says nothing of a failure that somebody else's try has overtaken.
    """
    way = Way.objects.select_for_update(no_key=True).get(pk=delivery.way_id)
    mine = Delivery.objects.filter(pk=delivery.pk, state__in=ON_THE_WAY)
    if fault:
        again = rules.next_try(delivery.tries, at) if delivery.notice_id or delivery.alarm else None
        if again and not delivery.is_urgent:
            again = rules.after_quiet(again, way.quiet_from, way.quiet_to)
        state = DeliveryState.FAILED if again else DeliveryState.GIVEN_UP
        settled = mine.filter(tries=delivery.tries).update(state=state, next_try_at=again, last_error=fault)
    else:
        settled = mine.update(state=DeliveryState.SENT, next_try_at=None, last_error="", sent_at=at)
    if settled:
        way.failures, way.last_error, way.busy_until = way.failures + 1 if fault else 0, fault, at
        way.save(update_fields=["failures", "last_error", "busy_until"])
        if way.office_id:
            tell(f"office:{way.office_id}")
