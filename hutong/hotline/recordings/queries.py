"""Questions about recordings: who may hear which, who listened, what waits for the worker, and whether all is as it was kept."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.hashes import Hash
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from hutong.hotline.calls.models import Call, Leg, LegRole
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.sight import RECORDINGS
from hutong.hotline.holds import queries as holds
from hutong.hotline.kernel import objects
from hutong.hotline.kernel.secrets.sealing import Key, NotOpened, Place, unseal
from hutong.hotline.kernel.secrets.streams import SealedFile
from hutong.hotline.kernel.secrets.suites import SUITES
from hutong.hotline.keys import queries as keys
from hutong.hotline.network import contracts
from hutong.hotline.network.models import Post
from hutong.hotline.recordings import rules
from hutong.hotline.recordings.models import Gap, Play, Recording

KEPT = Q(kept_at__isnull=False, destroyed_at=None)
BLOCK = 1 << 20
NO_CASE_HELD = ~Q(case__in=holds.held())


def _near(table: dict[str, frozenset[str]], post: Post) -> QuerySet[Recording]:
    """The recordings to whose calls the post has one of the relations that the table asks of its role."""
    spoke = Leg.objects.filter(call=OuterRef("call"), post=post, role=LegRole.OPERATOR, joined_at__isnull=False)
    relations = {"own": Q(Exists(spoke)), "centre": Q(call__centre=post.office_id), "above": Q(call__centre__parent=post.office_id)}
    near = reduce(or_, (relations[relation] for relation, roles in table.items() if post.role in roles), Q(pk__in=()))
    found = Recording.objects.filter(near).select_related("call__centre", "case", "key")
    return found.filter(Q(case=None) | Q(case__in=cases.visible_to(post).values("pk")))


def audible_to(post: Post) -> QuerySet[Recording]:
    """The recordings that a post may hear, once it says for what; by contract only where the contract gives them."""
    given = contracts.given(post.office, on=timezone.localdate())
    if given is not None and ".".join(RECORDINGS) not in given:
        return Recording.objects.none()
    return _near(rules.HEARS, post).filter(KEPT)


def holdable_by(post: Post) -> QuerySet[Recording]:
    """The recordings of which a post may say that the law needs them longer."""
    return _near(rules.HOLDS, post).filter(KEPT)


def _told(found: QuerySet[Recording]) -> QuerySet[Recording]:
    """Recordings with what a row says of each: who spoke, the gaps, who listened."""
    plays = Play.objects.select_related("post__staff", "post__office").order_by("-at")
    whole = found.select_related("call__operator__staff", "held_by__staff", "case", "key")
    return whole.prefetch_related(
        Prefetch("gaps", Gap.objects.select_related("by__staff").order_by("started_at")), Prefetch("plays", plays)
    ).order_by("started_at")


def of_case(case: Case) -> QuerySet[Recording]:
    """What was recorded about a case, the first talk first. Whoever sees the case sees that; hearing is another thing."""
    return _told(Recording.objects.filter(case=case))


def of_calls(calls: Iterable[Call]) -> QuerySet[Recording]:
    """What was recorded of calls."""
    return _told(Recording.objects.filter(call__in=list(calls)))


def told(recording: Recording) -> Recording:
    """A recording with what a row says of it."""
    return _told(Recording.objects.filter(pk=recording.pk)).get()


class Row(NamedTuple):
    """A recording as somebody sees it in a list."""

    recording: Recording
    may_hear: bool
    may_hold: bool


def rows(found: QuerySet[Recording], post: Post) -> list[Row]:
    """Recordings (`of_case`, `of_calls`) with what this post may do with each. Five queries at most, one where there are none."""
    recordings = list(found)
    if not recordings:
        return []
    ids = [recording.pk for recording in recordings]
    heard, held = (set(which(post).filter(pk__in=ids).values_list("pk", flat=True)) for which in (audible_to, holdable_by))
    return [Row(recording, recording.pk in heard, recording.pk in held) for recording in recordings]


def plays(post: Post) -> QuerySet[Play]:
    """The grants of a post to listen, over or not. A right that ended ends them."""
    mine = Play.objects.filter(post=post, recording__in=audible_to(post).values("pk"))
    return mine.select_related("recording__call", "recording__key")


def gaps(recording: Recording) -> list[tuple[float, float, Gap]]:
    """The gaps, from and to in seconds from the beginning."""

    def since(moment: datetime) -> float:
        return (moment - recording.started_at).total_seconds()

    return [(since(gap.started_at), since(gap.ended_at or gap.started_at), gap) for gap in recording.gaps.all()]


# --- what is sealed


def audio_place(recording_id: UUID) -> Place:
    """Where the sound belongs."""
    return Place("recordings_recording", "audio", recording_id)


def peaks_place(recording_id: UUID) -> Place:
    """Where the peaks belong."""
    return Place("recordings_recording", "peaks", recording_id)


def peaks(recording: Recording) -> bytes:
    """What the waveform is drawn from: the caller's peak and the operator's, in turn. Raises NotOpened."""
    return unseal(bytes(recording.peaks), key=_key(recording), place=peaks_place(recording.pk))


@contextmanager
def audio(recording: Recording) -> Iterator[SealedFile]:
    """The sound, to be read at any place. Raises NotOpened where the object is not the one that was kept, or is gone."""
    key = _key(recording)
    try:
        file = objects.path_of(recording.name).open("rb")
    except FileNotFoundError:
        raise NotOpened from None
    with file:
        if file.seek(0, 2) != recording.size:
            raise NotOpened
        yield SealedFile(file, key=key, place=audio_place(recording.pk))


def _key(recording: Recording) -> Key:
    if recording.key is None:
        raise NotOpened
    return keys.opened(recording.key)


# --- whether all is as it was kept


def unsound(at: datetime) -> Iterator[tuple[UUID, str]]:
    """The recordings with which something is wrong, and what: reads every object that there should be."""
    for recording in Recording.objects.select_related("key", "call").order_by("pk").iterator():
        if _fault(recording, at):
            recording.refresh_from_db()  # it may have been destroyed meanwhile
            if fault := _fault(recording, at):
                yield recording.pk, fault


def _fault(recording: Recording, at: datetime) -> str:
    key = recording.key
    if recording.kept_at is None or key is None or recording.keep_until is None:
        return "not kept" if recording.lost_at else ""
    if recording.destroyed_at:
        return "destroyed, and its key is there" if key.destroyed_at is None else ""
    if key.destroyed_at:
        return "its key was destroyed"
    if recording.keep_until <= at and Recording.objects.filter(NO_CASE_HELD, pk=recording.pk, held_at=None).exists():
        return "past its time"
    try:
        return "" if digest_of(recording) == recording.digest else "another than was kept"
    except FileNotFoundError:
        return "its object is not there"


def digest_of(recording: Recording) -> str:
    """The digest of the object as it lies there now, by the suite of its key."""
    found = Hash(SUITES[recording.key.suite].digest())  # type: ignore[union-attr]
    with objects.path_of(recording.name).open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.finalize().hex()
