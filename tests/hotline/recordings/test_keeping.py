"""A talk is kept once, sealed, and nothing of it lies about; whatever fails on the way, it is in one place or the other."""

import io
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.models import Call
from hutong.hotline.cases.models import CaseContact, Event
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel import objects
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.keys.models import DataKey
from hutong.hotline.recordings import actions, queries, rules, timers
from hutong.hotline.recordings.models import Gap, Recording
from tests.cast import post
from tests.loop import START, contact, opened
from tests.rulebooks import in_force
from tests.talks import a_call, begun, end, kept, sound
from tests.together import together

LATER = START + timedelta(minutes=5)
LATE = START + timedelta(hours=2)
FOREVER = START + timedelta(days=40 * 365)


def sweep(at: object) -> list[str]:
    from hutong.hotline.cases.timers import sweep

    return sweep(at=at, deeds=timers.DEEDS)  # type: ignore[arg-type]


def heard(recording: Recording) -> bytes:
    with queries.audio(recording) as sealed:
        return b"".join(sealed.read())


def lying(recording: Recording) -> list[Path]:
    return [path for path in map(Path, (recording.caller_file, recording.operator_file)) if str(path) != "." and path.exists()]


def test_it_is_sealed_under_a_key_of_its_own_and_the_plain_files_are_gone(db: None, tmp_path: Path) -> None:
    recording = kept(a_call(seconds=2), tmp_path)
    with wave.open(io.BytesIO(heard(recording))) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 16000)
    assert list(tmp_path.iterdir()) == []
    stored = objects.path_of(recording.name).read_bytes()
    assert b"WAVE" not in stored
    assert (recording.size, recording.seconds) == (len(stored), 2)
    assert rules.PEAKS < len(queries.peaks(recording)) <= 2 * rules.PEAKS
    assert recording.ended_at == START + timedelta(seconds=2)
    assert list(queries.unsound(LATER)) == []
    assert kept(a_call(), tmp_path).key_id != recording.key_id


@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_it_is_sealed_by_the_configured_suite(db: None, tmp_path: Path, settings: "pytest.FixtureRequest", suite: str) -> None:
    settings.SUITE = suite  # type: ignore[attr-defined]
    recording = kept(a_call(), tmp_path)
    settings.SUITE = "aes"  # type: ignore[attr-defined]
    assert len(heard(recording)) > 64_000
    assert queries.digest_of(recording) == recording.digest
    assert DataKey.objects.get(purpose="recording").suite == suite


def test_the_log_and_the_story_of_the_case_hold_its_digest(db: None, tmp_path: Path) -> None:
    case = opened()
    recording = kept(a_call(case=case), tmp_path)
    event = Event.objects.get(case=case, action="keep_recording")
    assert event.detail == {"recording": str(recording.pk), "digest": recording.digest}
    assert AuditEntry.objects.get(verb="recording_kept").detail == {"digest": recording.digest}
    assert sweep(LATE) == []


@pytest.mark.parametrize("first", ["contact", "link"])
def test_a_call_that_joins_a_case_later_brings_its_recording_along(db: None, tmp_path: Path, first: str) -> None:
    case, told = opened(), contact(outcome="answered" if first == "link" else "case_added")
    call = a_call()
    recording = kept(call, tmp_path)
    joins: dict[str, Callable[[], object]] = {
        "contact": lambda: Call.objects.filter(pk=call.pk).update(contact=told),
        "link": lambda: CaseContact.objects.create(contact=told, case=case, at=LATER),
    }
    joins.pop(first)()
    assert sweep(LATER) == []
    (other,) = joins.values()
    other()
    Contact.objects.filter(pk=told.pk).update(outcome="case_added", answer="")
    assert sweep(LATER) == [f"recording {recording.pk} told to its case"]
    assert Event.objects.get(case=case, action="keep_recording").detail["digest"] == recording.digest
    assert sweep(LATER) == []


def test_a_call_about_a_case_has_its_recording_there_from_the_start(db: None, tmp_path: Path) -> None:
    case = opened()
    call = a_call(ended=False)
    Call.objects.filter(pk=call.pk).update(case=case)
    recording_id = begun(call, tmp_path)
    assert Recording.objects.get(pk=recording_id).case == case


def test_kept_a_second_time_nothing_changes(db: None, tmp_path: Path) -> None:
    recording = kept(a_call(), tmp_path)
    assert actions.keep(recording.pk, at=LATER) is False
    assert DataKey.objects.filter(purpose="recording").count() == 1


def test_of_several_that_keep_it_at_once_one_does(committed: None, tmp_path: Path) -> None:
    recording_id = begun(a_call(), tmp_path)
    assert sorted(together(*(lambda: actions.keep(recording_id, at=LATER) for _each in range(4)))) == [False, False, False, True]
    assert heard(Recording.objects.get())


@pytest.mark.parametrize("breaks", ["hutong.hotline.kernel.objects.put", "hutong.hotline.audit.actions.record"])
def test_what_fails_before_it_is_kept_leaves_the_plain_files_to_the_worker(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    recording_id = begun(a_call(), tmp_path)
    with full(monkeypatch, breaks), transaction.atomic():
        actions.keep(recording_id, at=LATER)
    recording = Recording.objects.get()
    assert (recording.kept_at, len(lying(recording)), DataKey.objects.filter(purpose="recording").count()) == (None, 2, 0)
    assert sweep(LATER) == [f"recording {recording_id} kept"]
    assert heard(Recording.objects.get())


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch, breaks: str) -> Iterator[None]:
    """The disk is full where this is done."""

    def fail(*_args: object, **_more: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(breaks, fail)
        with pytest.raises(OSError, match="full"):
            yield


def test_what_fails_after_it_is_kept_leaves_nothing_plain_for_long(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording_id = begun(a_call(), tmp_path)
    with full(monkeypatch, "hutong.hotline.recordings.actions.remove_plain"):
        actions.keep(recording_id, at=LATER)
    assert len(lying(Recording.objects.get())) == 2
    assert sweep(LATER) == [f"recording {recording_id}: plain files removed"]
    assert list(tmp_path.iterdir()) == []
    assert sweep(LATER) == []


def test_a_talk_that_goes_on_is_left_alone_and_one_just_ended_to_the_exchange(db: None, tmp_path: Path) -> None:
    call = a_call(ended=False)
    begun(call, tmp_path)
    assert sweep(LATE) == []
    end(call, LATE)
    assert sweep(LATE + timedelta(seconds=59)) == []
    assert len(sweep(LATE + timedelta(seconds=61))) == 1


def test_a_side_that_does_not_come_is_waited_for_and_is_silence_then(db: None, tmp_path: Path) -> None:
    recording_id = begun(a_call(), tmp_path)
    Path(Recording.objects.get().operator_file).unlink()
    assert sweep(LATER) == []
    assert sweep(LATE) == [f"recording {recording_id} kept"]
    assert not any(queries.peaks(Recording.objects.get())[1::2])


@pytest.mark.parametrize("what", ["nothing", "no sound"])
def test_what_cannot_be_kept_is_said_to_be_lost_and_checked_for(db: None, tmp_path: Path, what: str) -> None:
    recording_id = begun(a_call(), tmp_path)
    for path in tmp_path.iterdir():
        path.unlink() if what == "nothing" else path.write_bytes(b"no sound at all")
    assert sweep(LATE) == [f"recording {recording_id} lost"]
    assert sweep(LATE) == []
    assert list(queries.unsound(LATE)) == [(recording_id, "not kept")]
    assert len(list(tmp_path.iterdir())) == (0 if what == "nothing" else 2)
    for side in ("caller", "operator"):  # found after all
        sound(next(iter(tmp_path.glob(f"*{side}.wav")), tmp_path / f"{Recording.objects.get().call_id}-{side}.wav"))
    assert actions.keep(recording_id, at=LATE)


# --- gaps


def test_a_pause_is_a_gap_and_what_is_open_at_the_end_ends_there(db: None, tmp_path: Path) -> None:
    call = a_call(ended=False)
    recording_id = begun(call, tmp_path, seconds=10)
    by = post("xu")
    actions.pause(call, by=by, at=START + timedelta(seconds=2), why="读身份证号")
    actions.resume(call, by=by, at=START + timedelta(seconds=4))
    actions.pause(call, by=by, at=START + timedelta(seconds=7))
    end(call, START + timedelta(seconds=10))
    actions.keep(recording_id, at=LATER)
    told = [(start, finish, gap.why) for start, finish, gap in queries.gaps(queries.told(Recording.objects.get()))]
    assert told == [(2, 4, "读身份证号"), (7, 10, "")]


@pytest.mark.parametrize(
    ("deeds", "reason"),
    [
        (("pause", "pause"), rules.PAUSED_ALREADY),
        (("resume",), rules.NOT_PAUSED),
        (("pause", "resume", "resume"), rules.NOT_PAUSED),
        (("keep", "pause"), rules.NOT_RECORDED),
    ],
)
def test_a_pause_is_refused_where_there_is_nothing_to_pause(db: None, tmp_path: Path, deeds: tuple[str, ...], reason: Reason) -> None:
    call = a_call()
    recording_id = begun(call, tmp_path)

    def do(deed: str) -> None:
        if deed == "keep":
            actions.keep(recording_id, at=LATER)
        else:
            getattr(actions, deed)(call, by=post("xu"), at=START)

    for deed in deeds[:-1]:
        do(deed)
    with pytest.raises(Refusal) as refused:
        do(deeds[-1])
    assert refused.value.reason == reason


# --- the end


def test_it_is_kept_as_long_as_the_rulebook_says_where_it_was_taken(db: None, tmp_path: Path) -> None:
    assert kept(a_call(), tmp_path).keep_until == START.replace(year=2029)
    in_force("6101", {"months": 6}, at=START - timedelta(days=1), table="retention")
    assert kept(a_call(), tmp_path, at=LATER).keep_until == START.replace(year=2027, month=3)


def test_past_its_time_its_key_is_destroyed_and_nothing_opens_it(db: None, tmp_path: Path) -> None:
    case = opened()
    recording = kept(a_call(case=case), tmp_path)
    path, copy = objects.path_of(recording.name), objects.path_of(recording.name).read_bytes()
    over = recording.keep_until
    assert over
    assert list(queries.unsound(over)) == [(recording.pk, "past its time")]
    assert sweep(over) == [f"recording {recording.pk} destroyed"]
    destroyed = Recording.objects.select_related("key").get()
    assert (destroyed.destroyed_at, bytes(destroyed.peaks), destroyed.name, path.exists()) == (over, b"", "", False)
    assert list(queries.unsound(over)) == []
    path.write_bytes(copy)  # from a backup, say
    recording.refresh_from_db()
    recording.name = str(path)
    with pytest.raises(NotOpened):
        heard(recording)
    assert Event.objects.get(action="destroy_recording").detail["digest"] == recording.digest
    assert AuditEntry.objects.filter(verb="recording_destroyed").exists()
    path.unlink()


def test_killed_between_the_key_and_the_object_the_worker_removes_it(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = kept(a_call(), tmp_path)
    with full(monkeypatch, "hutong.hotline.kernel.objects.remove"):
        actions.destroy(recording.pk, at=FOREVER)
    assert objects.path_of(recording.name).exists()
    assert sweep(FOREVER) == [f"recording {recording.pk}: object removed"]
    assert not objects.path_of(recording.name).exists()


def test_what_the_law_needs_is_kept_until_it_does_not(db: None, tmp_path: Path) -> None:
    recording = kept(a_call(), tmp_path)
    actions.hold(recording, by=post("lu"), at=LATER, why="公安调取")
    assert (sweep(FOREVER), list(queries.unsound(FOREVER))) == ([], [])
    actions.release(recording, by=post("song"), at=FOREVER)
    assert sweep(FOREVER) == [f"recording {recording.pk} destroyed"]
    assert [entry.verb for entry in AuditEntry.objects.filter(verb__in=["recording_held", "recording_released"]).order_by("at")] == [
        "recording_held",
        "recording_released",
    ]


@pytest.mark.parametrize(
    ("who", "why", "reason"),
    [("lu", "", rules.NO_REASON), ("xu", "有用", rules.NOT_YOURS), ("zhou", "有用", rules.NOT_YOURS), ("qin", "有用", rules.NOT_YOURS)],
)
def test_holding_is_for_few_and_for_a_reason(db: None, tmp_path: Path, who: str, why: str, reason: Reason) -> None:
    recording = kept(a_call(), tmp_path)
    with pytest.raises(Refusal) as refused:
        actions.hold(recording, by=post(who), at=LATER, why=why)
    assert refused.value.reason == reason


def test_held_twice_or_released_when_not_held_is_refused(db: None, tmp_path: Path) -> None:
    recording = kept(a_call(), tmp_path)
    with pytest.raises(Refusal):
        actions.release(recording, by=post("lu"), at=LATER)
    actions.hold(recording, by=post("lu"), at=LATER, why="公安调取")
    with pytest.raises(Refusal):
        actions.hold(recording, by=post("lu"), at=LATER, why="公安调取")


# --- what the database refuses


CHANGES = {
    "another digest": {"digest": "0" * 64},
    "another end": {"keep_until": LATER},
    "destroyed before its time": {"destroyed_at": LATER, "peaks": b""},
    "another object": {"name": "recordings/00/other"},
    "no object": {"name": ""},
    "another size": {"size": 1},
    "plain files again": {"caller_file": "/tmp/x.wav"},  # noqa: S108 no file
    "held by nobody": {"held_at": LATER},
    "not kept": {"kept_at": None, "key": None, "name": "", "digest": "", "audio_digest": "", "keep_until": None, "ended_at": None},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_kept_recording_stays_as_it_is(db: None, tmp_path: Path, change: dict[str, object]) -> None:
    kept(a_call(), tmp_path)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.update(**change)


def test_nothing_of_it_is_removed_or_rewritten(db: None, tmp_path: Path) -> None:
    call = a_call()
    begun(call, tmp_path)
    actions.pause(call, by=post("xu"), at=START)
    actions.resume(call, by=post("xu"), at=START)
    for rows in (Recording.objects.all(), Gap.objects.all(), DataKey.objects.all()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows._raw_delete(rows.db)  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError), transaction.atomic():
        Gap.objects.update(ended_at=LATER)


# --- the check


def test_the_check_finds_what_is_missing_or_changed(db: None, tmp_path: Path) -> None:
    recordings = [kept(a_call(), tmp_path) for _each in range(3)]
    paths = [objects.path_of(each.name) for each in recordings]
    paths[0].unlink()
    whole = bytearray(paths[1].read_bytes())
    whole[-1] ^= 1
    paths[1].write_bytes(whole)
    DataKey.objects.filter(pk=recordings[2].key_id).update(wrapped=b"", wrapped_by="", destroyed_at=LATER)
    found = dict(queries.unsound(LATER))
    faults = ["its object is not there", "another than was kept", "its key was destroyed"]
    assert [found[each.pk] for each in recordings] == faults
    for recording in recordings[:2]:
        with pytest.raises(NotOpened):
            heard(recording)
