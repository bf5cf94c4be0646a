"""What a person is told of their own account, and who watches over an office of somebody there: in the app, and by their own ways.

A line of the log whose subject is the person is the notice itself: pages show it for an hour, the next sign-in speaks of it, and the
account's page lists it. Nothing of it waits for a button, so that whoever sits in another's place cannot make it go away.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.live import tell
from hutong.hotline.network import approving, rules, sessions, signing_in
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Session, Staff
from hutong.hotline.notices.models import Delivery
from hutong.hotline.notices.queries import ways
from hutong.hotline.notices.rules import after_quiet

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_DAY = 3  # notices of failures within a day, at the most: who fails in another's name shall not pester them either
LISTED_FOR = timedelta(days=90)
NOBODY = UUID(int=0)  # a name that nobody has is asked for as well, so that it takes as long


@transaction.atomic
def sign_in_failed(username: str, place: str, *, at: datetime, verb: str = "sign_in_failed") -> None:
    """Record that a proof did not fit; the person of that name, if there is one, is told: once an hour and thrice a day at the most.

    The one who tries waits as long and reads the same either way.
    """
    signing_in.failed(username, place, at=at, verb=verb)
    staff = Staff.objects.filter(username=username, is_active=True).first()
    told = list(_lines(staff, "failures_told", since=at - DAY).values_list("at", flat=True)[:A_DAY])
    if staff and len(told) < A_DAY and not (told and told[0] > at - HOUR):
        _tell([staff], "failures_told", at=at)


def signed_in_anew(session: Session, *, at: datetime) -> None:
    """Somebody signed in in a browser in which this person never did: the person is told."""
    if sessions.is_in_a_new_browser(session):
        _tell([session.staff], "new_browser_told", at=at)


def many_cases(post: Post, *, is_over: bool, at: datetime) -> None:
    """Somebody opened more cases within the hour than is usual, or tried to open more than is let: once an hour, who watches is told."""
    verb = "too_many_cases" if is_over else "many_cases"
    with transaction.atomic():
        if _lines(post.staff, verb, since=at - HOUR).exists():
            return
        audit.record(verb, by=post, at=at, subject="staff", subject_id=post.staff_id)
        _tell([watcher.staff for watcher in watchers(post, at=at)], f"{verb}_told", at=at, who=str(post.pk))


def key_made(post: Post, *, at: datetime) -> None:
    """Software acts as this post from now on: who holds it is told, and who answers for minors' data there. Who made it reads no case."""
    people = [post.staff, *(each.staff for each in approving.whom_to_ask(post))]
    _tell(people, "key_told", at=at, who=str(post.pk))


def watchers(post: Post, *, at: datetime) -> list[Post]:
    """Who watches over somebody: the security officers of their line of offices, and who answers for minors' data in the nearest office."""
    on, line = timezone.localdate(at), [post.office, *network.above(post.office)]
    keeps = Post.objects.filter(network.stands(on), office__in=line, role=rules.KEEPS["rights"], staff__is_active=True)
    return [*keeps.select_related("staff", "office"), *approving.whom_to_ask(post)]


def _lines(staff: Staff | None, verb: str, *, since: datetime) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(subject_id=staff.pk if staff else NOBODY, verb=verb, at__gt=since).order_by("-at")


def _tell(people: Iterable[Staff], code: str, *, at: datetime, **detail: Any) -> None:
    """A line of the log for each, and a delivery for each of their own ways; none waits for a button, and quiet hours hold it."""
    told = {person.pk: person for person in people}
    audit.record_all(audit.line(code, by=None, at=at, subject="staff", subject_id=pk, **detail) for pk in told)
    Delivery.objects.bulk_create(
        Delivery(alarm=code, way=way, is_urgent=False, made_at=at, next_try_at=after_quiet(at, way.quiet_from, way.quiet_to))
        for way in ways().filter(staff__in=told, is_active=True)
    )
    offices = Post.objects.filter(network.stands(timezone.localdate(at)), staff__in=told).values_list("office", flat=True)
    tell(*(f"office:{office}" for office in offices))


def lately(staff: Staff, *, at: datetime) -> QuerySet[AuditEntry]:
    """What a person was told of their own account within the last months, the latest first."""
    return AuditEntry.objects.filter(subject_id=staff.pk, verb__in=signing_in.TOLD, at__gt=at - LISTED_FOR).order_by("-at")
