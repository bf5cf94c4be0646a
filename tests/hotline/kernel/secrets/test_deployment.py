"""The deployment's key in a file: made once, renewed without losing one, never given away."""

import json
from pathlib import Path

import pytest

from hutong.hotline.kernel.secrets.deployment import KeyFile, Wrapped
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.kernel.secrets.suites import SUITES
from tests.together import together

SECRET = bytes(range(32))


def key_file(path: Path, suite: str = "aes") -> KeyFile:
    made = KeyFile(path / "keys.json", SUITES[suite])
    made.make()
    return made


@pytest.mark.parametrize("suite", SUITES)
def test_a_wrapped_key_opens_where_it_belongs_alone(tmp_path: Path, suite: str) -> None:
    keys = key_file(tmp_path, suite)
    wrapped = keys.wrap(SECRET, about=b"one")

    assert keys.unwrap(wrapped, about=b"one") == SECRET
    assert SECRET not in wrapped.secret
    for wrong, about in (
        (wrapped, b"other"),
        (Wrapped("another", wrapped.secret), b"one"),
        (Wrapped(wrapped.by, wrapped.secret[:-1]), b"one"),
        (Wrapped(wrapped.by, b""), b"one"),
    ):
        with pytest.raises(NotOpened):
            keys.unwrap(wrong, about=about)


def test_its_owner_alone_reads_it(tmp_path: Path) -> None:
    keys = key_file(tmp_path)
    keys.renew()
    assert keys.path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [keys.path]


def test_made_again_it_stays_as_it_is(tmp_path: Path) -> None:
    before = key_file(tmp_path).path.read_text()
    assert key_file(tmp_path).path.read_text() == before


def test_several_that_make_it_at_once_have_the_same_key(tmp_path: Path) -> None:
    files = together(*(lambda: key_file(tmp_path) for _each in range(8)))
    assert len({each.active() for each in files}) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_wrapped_before_opens_afterwards_and_other_processes_notice(tmp_path: Path) -> None:
    ours, theirs = key_file(tmp_path), key_file(tmp_path)
    old = theirs.wrap(SECRET, about=b"")
    name = ours.renew()

    assert theirs.unwrap(old, about=b"") == SECRET
    new = theirs.wrap(SECRET, about=b"")
    assert (old.by == name, new.by) == (False, name)
    assert ours.unwrap(new, about=b"") == SECRET


def test_no_key_is_lost_when_several_renew_at_once(tmp_path: Path) -> None:
    files = [key_file(tmp_path) for _each in range(8)]
    together(*(each.renew for each in files))
    assert len(json.loads(files[0].path.read_text())) == 9


def test_another_suite_from_the_next_key_on(tmp_path: Path) -> None:
    old = key_file(tmp_path)
    wrapped = old.wrap(SECRET, about=b"")
    new = KeyFile(old.path, SUITES["sm"])
    new.renew()

    assert new.unwrap(wrapped, about=b"") == SECRET
    assert [each["suite"] for each in json.loads(old.path.read_text()).values()] == ["aes", "sm"]
