"""Backup and restore of the bench's database: time and size. Of the whole, of an increment after a little work, on trial, and back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import product
from hutong.project import database
from hutong.project.keeping.sealing import key_of
from hutong.project.keeping.shelf import Shelf


def lines() -> Iterator[str]:
    """The figures, in words. Works on the bench's own folder, and leaves nothing there."""
    data = database.data_folder()
    with tempfile.TemporaryDirectory(prefix="hutong-keeping-", dir=data.parent) as name:
        folder = Path(name)
        folder.chmod(0o711)
        backups, safe, other = folder / "backups", folder / "safe", folder / "restored"
        safe.mkdir()
        os.environ["HUTONG_BACKUPS"] = str(backups)
        try:
            product.hutong("backup", f"--new-keys={safe}")
            whole, again = product.hutong("backup", "--full"), product.hutong("backup")
            full, increment = Shelf.found_in(backups).backups()
            made = f"\nBackup of {full.plain / 1e9:.2f} GB: {whole:.1f} s, {full.size / 1e9:.2f} GB sealed; an increment after it "
            yield made + f"{again:.1f} s, {increment.size / 1e6:.1f} MB"
            key = f"--key={safe / 'hutong-restore.key'}"
            os.environ["HUTONG_DATA"] = str(other)
            back = product.hutong("restore", key)
            shutil.rmtree(other)  # a trial restores once more, and there may not be room for three
            os.environ["HUTONG_DATA"] = str(data)  # where the keys are, without which nothing sealed can be checked
            tried = product.hutong("backup", "--check", key)
            yield f"Restore of both: {back:.1f} s; on trial, with checksums and `hutong check`, {tried:.1f} s"
        finally:
            os.environ["HUTONG_DATA"] = str(data)
            os.environ.pop("HUTONG_BACKUPS")
            key_of(data).unlink(missing_ok=True)
