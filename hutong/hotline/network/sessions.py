"""Sessions: one sign-in at one browser. They end at once, everywhere: the next request finds the row ended, and a stream is told."""

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel import live
from hutong.hotline.network import rules
from hutong.hotline.network.models import Post, Session, Staff
from hutong.hotline.network.signing_in import SEEN_EVERY, TOLD, TOLD_FOR


def topic(session_id: UUID | str) -> str:
    """What is announced when a session ends."""
    return f"session:{session_id}"


def begin(
    staff: Staff, *, how: str, address: str, browser: str, machine: UUID, is_limited: bool, at: datetime
) -> Session:  # fmt: skip
    """Somebody proved who they are."""
    return Session.objects.create(
        staff=staff, begun_by=how[:20], begun_at=at, seen_at=at, proved_at=at, address=address[:45], browser=browser[:200],
        machine=machine, is_limited=is_limited,
    )  # fmt: skip


def running(session_id: str, *, at: datetime) -> Session | None:
    """This session with its person, if that one may sign in and it has not ended, by a word or by its age; and with what they were
    `told` since it began and within the hour, the latest first, by the verbs of the log."""
    lines = AuditEntry.objects.filter(subject_id=OuterRef("staff_id"), verb__in=TOLD, at__gt=at - TOLD_FOR)
    told = ArraySubquery(lines.filter(at__gt=OuterRef("begun_at")).order_by("-at").values("verb"))
    rows = Session.objects.filter(pk=session_id, ended_at=None, staff__is_active=True)
    session = rows.select_related("staff").annotate(told=told).first()
    return None if session is None or rules.is_over(session.begun_at, is_wall=session.is_wall, at=at) else session


def is_locked(session: Session, post: Post | None, *, at: datetime) -> bool:
    """Whether nobody did anything for so long that the seat counts as left; or was seen, by a clock that was ahead, where none was yet."""
    idle = rules.idle_after(post.role, post.office.kind) if post else rules.IDLE_SHARED
    return not session.is_wall and abs(at - session.seen_at) >= idle


def of(staff: Staff, *, at: datetime) -> list[Session]:
    """A person's sessions that run, the latest used first."""
    rows = Session.objects.filter(staff=staff, ended_at=None, begun_at__gt=at - rules.LONGEST_WALL).select_related("post__office")
    return [row for row in rows.order_by("-seen_at", "-pk") if not rules.is_over(row.begun_at, is_wall=row.is_wall, at=at)]


def is_in_a_new_browser(session: Session) -> bool:
    """Whether its person has signed in before, though never in its browser. Who signs in for the first time has nothing to compare."""
    others = Session.objects.filter(staff=session.staff_id, machine__isnull=False).exclude(pk=session.pk)
    return others.exists() and not others.filter(machine=session.machine).exists()


def be_seen(session: Session, *, at: datetime) -> None:
    """Something was done in it. Written once a minute at the most."""
    if session.seen_at <= at - SEEN_EVERY:
        Session.objects.filter(pk=session.pk, ended_at=None).update(seen_at=at)


def proved(session: Session, *, by: Post | None, at: datetime) -> None:
    """The person proved once more who they are; a locked session is open again."""
    session.seen_at = session.proved_at = at
    session.save(update_fields=["seen_at", "proved_at"])
    audit.record("proved", by=by, at=at, subject="staff", subject_id=session.staff_id)


def take(session: Session, post: Post) -> None:
    """In which post the person works in it from now on."""
    session.post = post
    session.save(update_fields=["post"])


def open_up(session: Session) -> None:
    """All that the post demands is set up: the session reaches what the post reaches."""
    session.is_limited = False
    session.save(update_fields=["is_limited"])


@transaction.atomic
def become_wall(session: Session, *, by: Post, at: datetime) -> None:
    """From now on it shows boards and nothing else, for weeks; nobody sits before it."""
    session.is_wall = True
    session.save(update_fields=["is_wall"])
    audit.record("became_wall", by=by, at=at, subject="staff", subject_id=session.staff_id)


@transaction.atomic
def end(session: Session, *, by: Post | None, at: datetime, why: str) -> None:
    """End one session."""
    _end(Session.objects.filter(pk=session.pk), by=by, at=at, why=why)


@transaction.atomic
def end_all(staff: Staff, *, by: Post | None, at: datetime, why: str, but: Session | None = None) -> int:
    """End a person's sessions, all or all but one. In the caller's transaction, where something else is why. How many there were."""
    rows = Session.objects.filter(staff=staff)
    return _end(rows.exclude(pk=but.pk) if but else rows, by=by, at=at, why=why)


def _end(rows: QuerySet[Session], *, by: Post | None, at: datetime, why: str) -> int:
    ending = list(rows.filter(ended_at=None).select_for_update().order_by("pk"))
    Session.objects.filter(pk__in=[row.pk for row in ending]).update(ended_at=at, ended_why=why)
    if ending:
        live.tell(*(topic(row.pk) for row in ending))
        audit.record_all(
            audit.line("session_ended", by=by, at=at, subject="staff", subject_id=row.staff_id, session=str(row.pk), why=why)
            for row in ending
        )
    return len(ending)
