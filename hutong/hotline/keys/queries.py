"""Opening data keys. Of a thing's own key nothing is kept: whoever destroys it destroys it for every process.

The deployment's two keys for rows (`Ring`) are kept by each process, and looked up again whenever another key of the deployment wraps.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from hutong.hotline.kernel.secrets.deployment import KeyFile, Provider, Wrapped
from hutong.hotline.kernel.secrets.sealing import Key, NotOpened, key_name
from hutong.hotline.kernel.secrets.suites import SUITES, Suite
from hutong.hotline.keys.models import DataKey

BATCH = 200  # data keys wrapped anew at once
FIELDS, MARKS = "fields", "marks"  # purposes: the keys of rows are sealed under the one, blind indexes are made with the other


class Ring(NamedTuple):
    """What rows are sealed and found with from now on."""

    fields: Key
    marks: Key


def provider() -> Provider:
    """Who keeps the deployment's key, by the settings."""
    return key_file(settings.KEY_FILE, suite())


def suite() -> Suite:
    """The suite of what is sealed from now on, by the settings."""
    return SUITES[settings.SUITE]


@cache
def key_file(path: Path, suite: Suite) -> KeyFile:
    """The keys in a file, read once and again whenever it changes."""
    return KeyFile(path, suite)


def about(row: DataKey) -> bytes:
    """What a wrapped key belongs to: put into another row, it does not open."""
    return f"{row.purpose} {row.suite} {row.pk}".encode()


def opened(row: DataKey) -> Key:
    """The data key of a row. Raises NotOpened for one that is destroyed, or wrapped by a key that the deployment does not have."""
    if row.destroyed_at:
        raise NotOpened
    secret = provider().unwrap(Wrapped(row.wrapped_by, bytes(row.wrapped)), about=about(row))
    return Key(row.pk, SUITES[row.suite], secret)


def ring() -> Ring:
    """The deployment's keys for rows. Raises NotOpened where there are none, or they are another deployment's."""
    return _ring(settings.KEY_FILE, provider().active())


@lru_cache(maxsize=4)
def _ring(_path: Path, _active: str) -> Ring:
    living = [of_purpose(purpose).first() for purpose in Ring._fields]
    if None in living:
        raise NotOpened
    return Ring(*(key(row.pk) for row in living if row))


def of_purpose(purpose: str) -> QuerySet[DataKey]:
    """The living data keys of a purpose, the newest first."""
    return DataKey.objects.filter(purpose=purpose, destroyed_at=None).order_by("-pk")


def key_of(sealed: bytes) -> Key:
    """The key for rows by which something is sealed. Raises NotOpened."""
    return key(key_name(sealed))


@lru_cache(maxsize=64)
def key(name: UUID) -> Key:
    """One of the keys for rows, of now or of before. Raises NotOpened."""
    row = DataKey.objects.filter(pk=name, purpose__in=Ring._fields).first()
    if row is None:
        raise NotOpened
    return opened(row)


def not_by(name: str) -> list[DataKey]:
    """Some data keys that another key of the deployment wraps, locked; those that somebody else has are passed over."""
    living = DataKey.objects.select_for_update(skip_locked=True).filter(destroyed_at=None)
    before, after = living.filter(wrapped_by__lt=name), living.filter(wrapped_by__gt=name)  # each by the index
    return list(before[:BATCH]) or list(after[:BATCH])


def wrapped_by() -> dict[str, int]:
    """How many data keys each key of the deployment wraps."""
    counted = DataKey.objects.filter(destroyed_at=None).values_list("wrapped_by").annotate(count=Count("pk")).order_by("wrapped_by")
    return dict(counted)
