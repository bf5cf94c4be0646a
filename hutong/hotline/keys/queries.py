"""Opening data keys. Nothing that is opened is kept: whoever destroys a key destroys it for every process."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from hutong.hotline.kernel.secrets.deployment import KeyFile, Provider, Wrapped
from hutong.hotline.kernel.secrets.sealing import Key, NotOpened
from hutong.hotline.kernel.secrets.suites import SUITES, Suite
from hutong.hotline.keys.models import DataKey

BATCH = 200  # data keys wrapped anew at once


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


def not_by(name: str) -> list[DataKey]:
    """Some data keys that another key of the deployment wraps, locked; those that somebody else has are passed over."""
    living = DataKey.objects.select_for_update(skip_locked=True).filter(destroyed_at=None)
    before, after = living.filter(wrapped_by__lt=name), living.filter(wrapped_by__gt=name)  # each by the index
    return list(before[:BATCH]) or list(after[:BATCH])


def wrapped_by() -> dict[str, int]:
    """How many data keys each key of the deployment wraps."""
    counted = DataKey.objects.filter(destroyed_at=None).values_list("wrapped_by").annotate(count=Count("pk")).order_by("wrapped_by")
    return dict(counted)
