"""Data keys: wrapped by the deployment's key, wrapped anew when that is renewed, destroyed for good."""

from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.keys import actions, queries
from hutong.hotline.keys.models import DataKey
from tests.loop import START
from tests.together import together

ROWS = len(queries.Ring._fields)  # of the keys for rows, which stand beside them


@pytest.fixture
def begun(db: None) -> None:
    actions.begin()


def some(count: int) -> list[bytes]:
    """The secrets of so many new data keys."""
    return [actions.make("test", at=START)[1].secret for _each in range(count)]


def of_tests() -> Any:
    return DataKey.objects.filter(purpose="test")


def opened() -> list[bytes]:
    return [queries.opened(row).secret for row in of_tests().order_by("pk")]


@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_a_key_opens_as_it_was_made(db: None, settings: Any, suite: str) -> None:
    settings.SUITE = suite
    actions.begin()
    row, key = actions.make("test", at=START)
    assert queries.opened(of_tests().get()) == key
    assert (key.suite.name, key.name, len(key.secret)) == (suite, row.pk, {"aes": 32, "sm": 16}[suite])
    assert key.secret not in bytes(row.wrapped)


def test_a_wrapped_key_does_not_open_in_another_row(begun: None) -> None:
    some(2)
    one, other = of_tests().order_by("pk")
    one.wrapped = other.wrapped
    with pytest.raises(NotOpened):
        queries.opened(one)


def test_after_a_rotation_all_is_wrapped_by_the_new_key_in_portions_and_opens(begun: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 2)
    secrets = some(5)
    name = actions.rotate(at=START)
    assert opened() == secrets
    done = []
    while lines := actions.rewrap(at=START):
        done += lines
        assert opened() == secrets
    assert done == [*["2 data keys wrapped anew"] * 3, "1 data keys wrapped anew"]
    assert queries.wrapped_by() == {name: 5 + ROWS}
    assert AuditEntry.objects.get(verb="key_rotated").detail == {"key": name}


def test_a_second_rotation_in_the_middle_of_one_loses_nothing(begun: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 2)
    secrets = some(5)
    actions.rotate(at=START)
    actions.rewrap(at=START)
    name = actions.rotate(at=START)
    assert len(queries.wrapped_by()) == 2
    while actions.rewrap(at=START):
        pass
    assert (queries.wrapped_by(), opened()) == ({name: 5 + ROWS}, secrets)


def test_several_workers_share_the_work(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.begin()
    monkeypatch.setattr(queries, "BATCH", 3)
    secrets = some(12)
    name = actions.rotate(at=START)
    while any(together(*[partial(actions.rewrap, at=START)] * 3)):
        pass
    assert (queries.wrapped_by(), opened()) == ({name: 12 + ROWS}, secrets)
    queries.ring()  # looked up before anybody counts questions


def test_a_lost_key_file_stops_no_worker(begun: None, caplog: pytest.LogCaptureFixture) -> None:
    some(1)
    settings.KEY_FILE.unlink()
    assert actions.rewrap(at=START) == []
    assert "data keys wrapped anew: cannot be done" in caplog.text


def test_a_destroyed_key_opens_never_again(begun: None) -> None:
    some(1)
    actions.destroy(of_tests().get(), at=START)
    row = of_tests().get()
    assert (bytes(row.wrapped), row.wrapped_by, row.destroyed_at) == (b"", "", START)
    with pytest.raises(NotOpened):
        queries.opened(row)
    actions.rotate(at=START)
    assert actions.rewrap(at=START) == [f"{ROWS} data keys wrapped anew"]
    with pytest.raises(IntegrityError):
        of_tests().update(destroyed_at=None, wrapped=b"x", wrapped_by="x")


def test_the_database_refuses_half_a_key_and_a_removed_one(begun: None) -> None:
    some(1)
    for change in ({"wrapped": b""}, {"wrapped_by": ""}, {"destroyed_at": START}, {"purpose": "other"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            of_tests().update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        of_tests().delete()


def test_a_start_with_a_cipher_that_is_wrong_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "answers_rightly", lambda _suite: False)
    settings.KEY_FILE.unlink()
    with pytest.raises(Refusal) as refused:
        actions.begin()
    assert (refused.value.reason, settings.KEY_FILE.exists()) == (actions.CIPHER_WRONG, False)


def test_a_start_without_the_key_of_what_is_sealed_is_refused_and_makes_no_other(begun: None) -> None:
    some(1)
    actions.begin()
    kept = settings.KEY_FILE.rename(settings.KEY_FILE.with_name("elsewhere"))
    with pytest.raises(Refusal) as refused:
        actions.begin()
    assert (refused.value.reason, settings.KEY_FILE.exists()) == (actions.KEY_LOST, False)
    queries.key_file(settings.KEY_FILE, queries.suite()).make()  # another deployment's
    with pytest.raises(Refusal):
        actions.begin()
    kept.replace(settings.KEY_FILE)
    actions.begin()
