"""Checkpoints are made by the hour and the day, signed, and laid down where the database's administrator does not reach."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as now_set
from pytest_django import Settings

from hutong.channels import deposits
from hutong.hotline.audit import keys, rules, timers
from hutong.hotline.audit.models import Checkpoint, Seal, Sink, SinkKind
from hutong.hotline.audit.rules import DAILY, FILLED, HOURLY, Signed, Statement
from hutong.project import sender
from hutong.project.database import Addresses
from tests.conftest import use
from tests.hotline.audit import logs
from tests.hotline.audit.logs import BEGUN
from tests.hotline.notices.provider import provider

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "at", "kind"),
    [
        (None, "2026-09-14 10:05", DAILY),
        ("2026-09-14 10:05", "2026-09-14 10:59", ""),
        ("2026-09-14 10:05", "2026-09-14 11:00", HOURLY),
        ("2026-09-14 10:59", "2026-09-14 15:30", HOURLY),
        ("2026-09-14 23:59", "2026-09-15 00:00", DAILY),
        ("2026-09-14 10:05", "2026-09-19 10:05", DAILY),
        ("2026-09-14 10:05", "2026-09-14 09:00", ""),
    ],
)
def test_one_is_due_with_each_hour_and_each_day_and_a_missed_one_is_caught_up(last: str | None, at: str, kind: str) -> None:
    begun = datetime.fromisoformat(last) if last else None

    assert rules.due(begun, datetime.fromisoformat(at), fresh=0, nothing_waits=True) == kind


def test_while_lines_wait_only_many_lines_make_one_due() -> None:
    assert rules.due(None, BEGUN, fresh=rules.FULL - 1, nothing_waits=False) == ""
    assert rules.due(BEGUN, BEGUN, fresh=rules.FULL, nothing_waits=False) == FILLED


def kinds() -> list[tuple[str, int]]:
    return list(Checkpoint.objects.order_by("number").values_list("kind", "through"))


def test_the_worker_makes_them_and_after_an_outage_the_one_that_was_missed(committed: Addresses) -> None:
    for hours in (0, 0.5, 1, 1.2, 5, 24):
        logs.write(2, BEGUN + hours * HOUR)
        logs.seal(at=BEGUN + hours * HOUR)

    assert kinds() == [(DAILY, 2), (HOURLY, 6), (HOURLY, 10), (DAILY, 12)]
    assert logs.verify().wrong == []


def test_many_lines_make_several(committed: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "PORTION", 10)
    monkeypatch.setattr(rules, "FULL", 8)
    logs.write(30)
    while timers.sweep(at=BEGUN + HOUR):
        pass
    logs.lay_down(BEGUN + HOUR)

    assert kinds() == [(FILLED, 8), (FILLED, 16), (FILLED, 24), (DAILY, 30)]
    assert logs.verify().wrong == []


def test_each_says_how_far_the_chain_goes_and_is_signed_by_the_key_beside_the_data(committed: Addresses) -> None:
    logs.write(3)
    logs.seal(at=BEGUN)
    row, last = Checkpoint.objects.get(), Seal.objects.get(position=3)
    said = Statement.read(row.statement)

    assert (said.number, said.first, said.through, said.link) == (1, 1, 3, bytes(last.link).hex())
    assert list(said.each_print())[-1] == bytes(last.leaf)[:16]
    assert keys.is_signed(Signed(row.statement, row.key, row.signature), keys.known_keys(keys.public_file(now_set.AUDIT_KEY)))
    assert now_set.AUDIT_KEY.stat().st_mode & 0o777 == 0o600


def test_a_new_key_is_known_beside_the_old_one(committed: Addresses) -> None:
    for hours in (0, 1):
        logs.write(1)
        logs.seal(at=BEGUN + hours * HOUR)
        now_set.AUDIT_KEY.unlink()

    assert len(set(Checkpoint.objects.values_list("key", flat=True))) == 2
    assert logs.verify().wrong == []


def test_another_key_is_nobody_known(log: None, settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_KEY = tmp_path / "other.key"
    keys.sign("", settings.AUDIT_KEY)

    assert logs.verify().wrong == ["checkpoint 1 is signed by nobody known here", "checkpoint 2 is signed by nobody known here"]


def test_while_the_key_cannot_be_read_lines_are_sealed_all_the_same(committed: Addresses) -> None:
    now_set.AUDIT_KEY.mkdir()
    logs.write(2)
    put_off: dict[object, datetime] = {}
    timers.sweep(at=BEGUN, put_off=put_off)  # type: ignore[arg-type]

    assert (Seal.objects.count(), Checkpoint.objects.count()) == (2, 0)
    assert put_off == {timers.SIGNING: BEGUN + timedelta(minutes=1)}
    now_set.AUDIT_KEY.rmdir()
    timers.sweep(at=BEGUN + timedelta(minutes=1), put_off=put_off)  # type: ignore[arg-type]
    assert Checkpoint.objects.count() == 1


# --- laid down elsewhere


def test_each_is_a_file_that_is_not_written_over(committed: Addresses) -> None:
    logs.write(1)
    logs.seal(at=BEGUN)

    assert [sender.lay_down_next(), sender.lay_down_next()] == ["checkpoint 1 folder: laid down", ""]
    path = now_set.AUDIT_FOLDER / "checkpoint-00000001.json"
    assert path.stat().st_mode & 0o222 == 0
    assert json.loads(path.read_text())["statement"] == Checkpoint.objects.get().statement
    assert deposits.lay_down(SinkKind.FOLDER, 1, Signed("", "", "")) == "another there"


def test_each_goes_to_a_server_one_after_the_other_and_is_tried_again_where_it_refuses(committed: Addresses, settings: Settings) -> None:
    for hours in (0, 1):
        logs.write(1)
        logs.seal(at=BEGUN + hours * HOUR)
    with provider() as there:
        settings.AUDIT_URL = f"http://127.0.0.1:{there.server_port}/"
        there.status = 503
        at = BEGUN + HOUR
        assert tried(at) == "refused 503"
        assert tried(at) == "not now"
        sink = Sink.objects.get(name=SinkKind.HTTP)
        assert (sink.through, sink.tries, sink.fault, sink.next_try_at) == (0, 1, "refused 503", at + rules.FIRST_PAUSE)
        there.status = 201
        assert [tried(at + HOUR), tried(at + HOUR), tried(at + HOUR)] == ["", "", "not now"]
        assert [json.loads(each["statement"])["number"] for each in there.heard] == [1, 1, 2]
    sink.refresh_from_db()
    assert (sink.through, sink.tries, sink.fault, sink.laid_down_at) == (2, 0, "", at + HOUR)
    assert deposits.lay_down(SinkKind.HTTP, 3, Signed("", "", "")) == "unreachable"


def tried(at: datetime) -> str:
    """How one try to hand the next one to the server ended."""
    found = timers.to_lay_down(SinkKind.HTTP, at=at)
    if not found:
        return "not now"
    fault = deposits.lay_down(SinkKind.HTTP, *found)
    timers.laid_down(SinkKind.HTTP, found[0], fault, at=at)
    return fault


def test_a_folder_that_cannot_be_written_is_said(committed: Addresses, settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_FOLDER = tmp_path / "a file"
    settings.AUDIT_FOLDER.write_text("")
    logs.write(1)
    logs.seal(at=BEGUN)

    assert sender.lay_down_next() == "checkpoint 1 folder: not writable"
    assert Sink.objects.get().fault == "not writable"


def test_the_pauses_between_two_tries_grow_to_ten_minutes() -> None:
    pauses = [(rules.next_try(tries, BEGUN) - BEGUN).total_seconds() for tries in (1, 2, 3, 6, 7, 60)]

    assert pauses == [10, 20, 40, 320, 600, 600]


def test_a_file_that_went_missing_is_found(log: None) -> None:
    (now_set.AUDIT_FOLDER / "checkpoint-00000001.json").unlink()

    assert logs.verify().wrong == ["checkpoint 1 does not lie where it was laid down"]


def test_begun_at_a_checkpoint_only_what_came_after_it_is_looked_at(log: None, committed: Addresses) -> None:
    with logs.past_every_right():
        logs.do("UPDATE audit_entry SET post_id = NULL WHERE id = (SELECT entry_id FROM audit_seal WHERE position = 5)")
        early, late = logs.verify(), logs.verify(since=BEGUN + timedelta(minutes=30))

    assert (early.lines, early.count) == (60, 1)
    assert (late.lines, late.wrong) == (40, [])
    use(committed, owner=True)
