"""What is done with recordings: begun, paused, kept, held for the law, destroyed, and listened to.

A recording is never in neither place: its two plain files are removed only when the sealed object is on the disk and the row that
holds its key is committed. Whoever is killed on the way leaves it to the worker.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.hashes import Hash
from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls.models import Call
from hutong.hotline.cases.door import door
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel import objects, texts
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.secrets.sealing import seal
from hutong.hotline.kernel.secrets.streams import seal_stream
from hutong.hotline.keys import actions as keys
from hutong.hotline.network.models import Post
from hutong.hotline.people.models import LawfulBasis
from hutong.hotline.recordings import queries, rules
from hutong.hotline.recordings.audio import Conversation
from hutong.hotline.recordings.models import Gap, Play, PlayPurpose, Recording
from hutong.hotline.rulebook import queries as rulebook

SIDES = ("caller_file", "operator_file")


# --- while the call lasts, by the process that has the exchange


def begin(call: Call, *, caller_wav: Path, operator_wav: Path, at: datetime) -> UUID:
    """A talk is being recorded into two files, one for each side. The recording's id."""
    basis = LawfulBasis.EMERGENCY if call.is_danger else LawfulBasis.STATUTORY_DUTY
    made = Recording.objects.create(
        call=call, caller_file=str(caller_wav), operator_file=str(operator_wav), started_at=at, lawful_basis=basis
    )
    return made.pk


@transaction.atomic
def pause(call: Call, *, by: Post, at: datetime, why: str = "") -> Gap:
    """What is said now must not be kept, and the exchange writes silence. Raises Refusal."""
    recording = _running(call)
    if recording.gaps.filter(ended_at=None).exists():
        raise Refusal(rules.PAUSED_ALREADY)
    why = texts.clean(why, field="why", limit=200).text
    audit.record("recording_paused", by=by, at=at, subject="recording", subject_id=recording.pk, call=str(call.pk))
    return Gap.objects.create(recording=recording, started_at=max(at, recording.started_at), by=by, why=why)


@transaction.atomic
def resume(call: Call, *, by: Post, at: datetime) -> None:
    """What is said from now on is kept again. Raises Refusal."""
    recording = _running(call)
    gap = recording.gaps.filter(ended_at=None).first()
    if gap is None:
        raise Refusal(rules.NOT_PAUSED)
    gap.ended_at = max(at, gap.started_at)
    gap.save(update_fields=["ended_at"])
    audit.record("recording_resumed", by=by, at=at, subject="recording", subject_id=recording.pk, call=str(call.pk))


def _running(call: Call) -> Recording:
    lying = Recording.objects.select_for_update().filter(call=call, kept_at=None, lost_at=None)
    found = lying.order_by("-started_at").first()
    if found is None:
        raise Refusal(rules.NOT_RECORDED)
    return found


# --- keeping


def keep(recording_id: UUID, *, at: datetime, is_late: bool = False) -> bool:
    """Seal a talk that has ended, and remove its plain files; whether it was kept now, and by us. May be called again.

    A file that is not there raises FileNotFoundError; `is_late`: it will not come, and silence stands for that side.
    """
    with transaction.atomic():
        lying = Recording.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=recording_id, kept_at=None)
        recording = lying.select_related("call__centre").first()
        if recording is None:
            return False
        paths = [Path(getattr(recording, side)) for side in SIDES]
        talk = Conversation(*(path if path.exists() or not is_late else None for path in paths))
        _seal(recording, talk, at)
        audit.record("recording_kept", by=None, at=at, subject="recording", subject_id=recording.pk, digest=recording.digest)
        _tell_case(recording, at)
    remove_plain(recording)
    return True


def _seal(recording: Recording, talk: Conversation, at: datetime) -> None:
    row, key = keys.make("recording", at=at)
    sealed, heard = Hash(key.suite.digest()), Hash(key.suite.digest())
    place, name = queries.audio_place(recording.pk), f"recordings/{recording.pk.hex[-2:]}/{recording.pk}"
    recording.size = objects.put(name, counted(seal_stream(counted(talk.blocks(), heard), key=key, place=place), sealed))
    recording.name, recording.key, recording.kept_at, recording.lost_at = name, row, at, None
    recording.digest, recording.audio_digest = sealed.finalize().hex(), heard.finalize().hex()
    recording.peaks = seal(bytes(talk.peaks), key=key, place=queries.peaks_place(recording.pk))
    recording.seconds, recording.ended_at = round(talk.seconds), recording.started_at + timedelta(seconds=talk.seconds)
    where = recording.call.centre.division_id
    months = rulebook.retention_for(what="recording", division_code=where, at=at).months
    recording.keep_until = rules.until(recording.started_at, months)
    recording.save()
    recording.gaps.filter(ended_at=None, started_at__gt=recording.ended_at).update(ended_at=at)
    recording.gaps.filter(ended_at=None).update(ended_at=recording.ended_at)


def counted(blocks: Iterable[bytes], into: Hash) -> Iterator[bytes]:
    """The blocks, each taken into a digest on its way."""
    for block in blocks:
        into.update(block)
        yield block


def remove_plain(recording: Recording) -> None:
    """Remove the plain files of a recording that is kept."""
    for side in SIDES:
        if path := getattr(recording, side):
            Path(path).unlink(missing_ok=True)
            setattr(recording, side, "")
    recording.save(update_fields=SIDES)


def _tell_case(recording: Recording, at: datetime) -> None:
    """The digest, into the story of the case to which the call belongs, once."""
    recording.refresh_from_db(fields=["case"])
    if recording.case_id and recording.told_at is None:
        with door(recording.case_id, "keep_recording", by=None, at=at, recording=str(recording.pk), digest=recording.digest):
            recording.told_at = at
            recording.save(update_fields=["told_at"])


def tell_case(recording_id: UUID, *, at: datetime) -> bool:
    """A call joined a case after its recording was kept: the case's story takes up the digest."""
    with transaction.atomic():
        untold = Recording.objects.select_for_update(skip_locked=True).filter(pk=recording_id, told_at=None, kept_at__isnull=False)
        if recording := untold.first():
            _tell_case(recording, at)
        return recording is not None


@transaction.atomic
def lose(recording_id: UUID, *, at: datetime) -> bool:
    """A recording that cannot be kept: its files never came, or hold no sound. Whatever is there of them stays."""
    recording = Recording.objects.select_for_update(skip_locked=True).filter(pk=recording_id, kept_at=None, lost_at=None).first()
    if recording is None:
        return False
    recording.lost_at = at
    recording.save(update_fields=["lost_at"])
    audit.record("recording_lost", by=None, at=at, subject="recording", subject_id=recording.pk, call=str(recording.call_id))
    return True


# --- the end


@transaction.atomic
def hold(recording: Recording, *, by: Post, at: datetime, why: str) -> None:
    """依法留存: the law needs it longer than the rulebook keeps it. Raises Refusal."""
    held = _to_hold(recording, by)
    why = texts.needed(why, rules.NO_REASON, field="why", limit=200)
    if held.held_at:
        raise Refusal(rules.HELD_ALREADY)
    held.held_at, held.held_by, held.held_why = at, by, why
    held.save(update_fields=["held_at", "held_by", "held_why"])
    audit.record("recording_held", by=by, at=at, subject="recording", subject_id=held.pk)


@transaction.atomic
def release(recording: Recording, *, by: Post, at: datetime) -> None:
    """The law needs it no longer: the rulebook's time counts again. Raises Refusal."""
    held = _to_hold(recording, by)
    if held.held_at is None:
        raise Refusal(rules.NOT_HELD)
    if held.held_by and held.held_by.staff_id == by.staff_id:
        raise Refusal(rules.SECOND_IS_ANOTHER)
    held.held_at, held.held_by, held.held_why = None, None, ""
    held.save(update_fields=["held_at", "held_by", "held_why"])
    audit.record("recording_released", by=by, at=at, subject="recording", subject_id=held.pk)


def _to_hold(recording: Recording, by: Post) -> Recording:
    if not queries.holdable_by(by).filter(pk=recording.pk).exists():
        raise Refusal(rules.NOT_YOURS)
    return Recording.objects.select_for_update().get(pk=recording.pk)


def destroy(recording_id: UUID, *, at: datetime) -> bool:
    """到期销毁: its time is over and nothing holds it. With its key it is gone wherever copies of the object may lie."""
    with transaction.atomic():
        due = Recording.objects.filter(queries.NO_CASE_HELD, pk=recording_id, keep_until__lte=at, held_at=None, destroyed_at=None)
        recording = due.select_for_update(of=("self",), skip_locked=True).select_related("key").first()
        if recording is None or recording.key is None:
            return False
        keys.destroy(recording.key, at=at)
        recording.destroyed_at, recording.peaks = at, b""
        recording.save(update_fields=["destroyed_at", "peaks"])
        audit.record("recording_destroyed", by=None, at=at, subject="recording", subject_id=recording.pk, digest=recording.digest)
        if recording.case_id:
            with door(recording.case_id, "destroy_recording", by=None, at=at, recording=str(recording.pk), digest=recording.digest):
                pass
    remove_object(recording)
    return True


def remove_object(recording: Recording) -> None:
    """Remove the object of a recording that is destroyed."""
    objects.remove(recording.name)
    recording.name = ""
    recording.save(update_fields=["name"])


# --- listening


@transaction.atomic
def grant(recording: Recording, *, by: Post, at: datetime, purpose: str, text: str = "") -> Play:
    """Let somebody who may listen do so for a quarter of an hour, for a purpose that everybody sees afterwards. Raises Refusal.

    The words of an erased case are gone, and none are added.
    """
    if not queries.audible_to(by).filter(pk=recording.pk).exists():
        raise Refusal(rules.GONE)
    if not purpose:
        raise Refusal.at("purpose", rules.NO_PURPOSE)
    chosen = choice(PlayPurpose, purpose, field="purpose")
    text = texts.clean(text, field="text", limit=200).text
    if (chosen == PlayPurpose.OTHER or text) and _is_erased(recording):
        raise Refusal.at("text", rules.NO_WORDS)
    if chosen == PlayPurpose.OTHER and not text:
        raise Refusal.at("text", rules.NO_REASON)
    subject, subject_id = ("case", recording.case_id) if recording.case_id else ("recording", recording.pk)
    audit.record(
        "recording_played", by=by, at=at, subject=subject, subject_id=subject_id, recording=str(recording.pk), purpose=chosen.value
    )
    if recording.case_id:
        tell(f"case:{recording.case_id}")
    return Play.objects.create(recording=recording, post=by, purpose=chosen, text=text, at=at, until=at + rules.GRANT)


def _is_erased(recording: Recording) -> bool:
    """Whether the words of its case are gone; if not, they go after this transaction, and what it adds with them."""
    case = Case.objects.select_for_update(no_key=True).filter(recordings=recording).only("erased_at").first()
    return case is not None and case.erased_at is not None
