"""Who signs in and out: recorded, and slowed down where somebody guesses.

Failures are counted by account and place together: the machine's own mark where it has one (a browser in which somebody signed in
before), and its address. Who guesses elsewhere, be it at the next desk, never locks out the person at their own.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import rules
from hutong.hotline.network.models import Post, Seen, Staff

FAILURES = ("sign_in_failed", "factor_failed")
SEEN_EVERY = timedelta(minutes=1)


def _try_id(username: str, place: str) -> UUID:
    """Names an account and a place without keeping either: people type passwords into the wrong field."""
    return UUID(bytes=salted_hmac("sign-in", f"{username}\n{place}", algorithm="sha256").digest()[:16])


def must_wait(username: str, place: str, *, at: datetime) -> timedelta:
    """How long this account may not be tried from this place. Nothing is compared meanwhile, so it tells nothing of the account."""
    tries = AuditEntry.objects.filter(subject_id=_try_id(username, place), verb__in=FAILURES, at__gt=at - rules.COUNTED)
    failures = list(tries.order_by("-at").values_list("at", flat=True))
    return max(failures[0] + rules.wait_after(len(failures)) - at, timedelta()) if failures else timedelta()


def failed(username: str, place: str, *, at: datetime, verb: str = "sign_in_failed") -> None:
    """A name and password, or what else was to prove it, that did not fit."""
    audit.record(verb, by=None, at=at, subject="sign_in", subject_id=_try_id(username, place))


def held_off(username: str, place: str, *, at: datetime) -> None:
    """Somebody who must wait tried all the same; nothing was compared. One line a wait: a flood of tries is no flood of lines."""
    same = AuditEntry.objects.filter(subject_id=_try_id(username, place), at__gt=at - rules.COUNTED).order_by("-at", "-pk")
    if same.values_list("verb", flat=True).first() != "sign_in_held_off":
        audit.record("sign_in_held_off", by=None, at=at, subject="sign_in", subject_id=_try_id(username, place))


def signed_in(staff: Staff, *, at: datetime, how: str) -> None:
    """A person proved who they are; in which post they work comes next."""
    audit.record("signed_in", by=None, at=at, subject="staff", subject_id=staff.pk, how=how)


# What a person should know of when somebody else did it in their name.
OF_ONES_OWN = (
    "factor_added", "factor_removed", "recovery_codes_made", "factor_reset_agreed", "password_set", "password_chosen", "identity_bound",
)  # fmt: skip
# What a person is told when it happens (`notices.alarms`): a line of each is the notice.
TOLD = ("failures_told", "new_browser_told", "many_cases_told", "too_many_cases_told", "key_told")
TOLD_FOR = timedelta(hours=1)  # pages show it


def changed(staff: Staff, *, since: datetime | None) -> list[str]:
    """Which of a person's proofs were changed since they last signed in, and what else they were told, by the verbs of the log."""
    lines = (
        AuditEntry.objects.filter(subject_id=staff.pk, verb__in=(*OF_ONES_OWN, *TOLD), at__gt=since) if since else AuditEntry.objects.none()
    )
    return list(dict.fromkeys(lines.order_by("at").values_list("verb", flat=True)))


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
