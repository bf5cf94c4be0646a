"""Who signs in and out: recorded, and slowed down where somebody guesses."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network.models import Post, Seen, Staff

TRIES = 5
WITHIN = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)


def _try_id(username: str, address: str) -> UUID:
    """Names an account and an address without keeping either: people type passwords into the wrong field."""
    return UUID(bytes=salted_hmac("sign-in", f"{username}\n{address}", algorithm="sha256").digest()[:16])


def must_wait(username: str, address: str, *, at: datetime) -> bool:
    """Whether this account was tried too often from this address just now."""
    failures = AuditEntry.objects.filter(verb="sign_in_failed", subject_id=_try_id(username, address), at__gt=at - WITHIN)
    return failures.count() >= TRIES


def failed(username: str, address: str, *, at: datetime) -> None:
    """A name and password that did not fit."""
    audit.record("sign_in_failed", by=None, at=at, subject="sign_in", subject_id=_try_id(username, address))


def held_off(username: str, address: str, *, at: datetime) -> None:
    """Somebody who must wait tried all the same; nothing was compared."""
    audit.record("sign_in_held_off", by=None, at=at, subject="sign_in", subject_id=_try_id(username, address))


def signed_in(staff: Staff, *, at: datetime) -> None:
    """A person proved who they are; in which post they work comes next."""
    audit.record("signed_in", by=None, at=at, subject="staff", subject_id=staff.pk)


def took_post(post: Post, *, at: datetime) -> None:
    """A signed-in person works in this post from now on."""
    audit.record("took_post", by=post, at=at, subject="post", subject_id=post.pk)


def signed_out(staff: Staff, post: Post | None, *, at: datetime) -> None:
    """A person left."""
    Seen.objects.filter(post=post).delete()
    audit.record("signed_out", by=post, at=at, subject="staff", subject_id=staff.pk)


def be_seen(post: Post, *, at: datetime) -> None:
    """The person in this post did something. Written once a minute at the most."""
    last: Seen | None = getattr(post, "seen", None)
    if last is None or last.at <= at - SEEN_EVERY:
        Seen.objects.bulk_create([Seen(post=post, at=at)], update_conflicts=True, unique_fields=["post"], update_fields=["at"])


@transaction.atomic
def choose_language(staff: Staff, language: str) -> None:
    """The language in which a person reads, on every desk."""
    staff.language = language
    staff.save(update_fields=["language"])
