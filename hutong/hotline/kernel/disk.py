"""What must outlive a power cut, and what its owner alone may read. Standard library only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def settle(folder: Path) -> None:
    """Have the disk keep what was named or renamed in a folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def keep(path: Path, text: str, *, put: Callable[[Path, Path], None] = os.link) -> None:
    """A file for its owner alone, put in place whole and on the disk when this returns.

    Where there is one already it stands, and FileExistsError is raised; `os.replace` puts the new one in its place.
    """
    making = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        put(making, path)
        settle(path.parent)
    finally:
        making.unlink(missing_ok=True)
