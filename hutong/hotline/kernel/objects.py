"""What is too large for the database: files under the data folder, written whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from hutong.hotline.kernel.disk import settle


def path_of(name: str) -> Path:
    """Where an object lies."""
    return Path(settings.OBJECTS / name)


def put(name: str, blocks: Iterable[bytes]) -> int:
    """Write an object, in place of whatever has its name; on the disk when this returns. Its size."""
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_suffix(".making")
    with making.open("wb") as file:
        for block in blocks:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    making.replace(path)
    for folder in (path.parent, path.parent.parent):
        settle(folder)
    return size


def remove(name: str) -> None:
    """Remove an object; one that is gone already is no matter."""
    path_of(name).unlink(missing_ok=True)
