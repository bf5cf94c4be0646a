"""A product that is kept: with backups, a receiver of WAL, and the key that opens in a safe."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hutong.project.keeping import sealing
from hutong.project.keeping.shelf import Shelf
from tests.browser import wait_until
from tests.conftest import ROOT
from tests.project.product import PATIENCE, Product, kill


@dataclass
class Kept:
    """The product, where its backups lie, and the key."""

    product: Product
    backups: Path
    key: Path

    @property
    def shelf(self) -> Shelf:
        return Shelf.found_in(self.backups)

    @property
    def opener(self) -> sealing.RestoreKey:
        return sealing.restore_key(self.key)

    def hutong(self, *arguments: str, data: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command of the product, with its environment; on another data folder, if one is named."""
        told = self.product.environment | ({"HUTONG_DATA": str(data)} if data else {})
        command = [Path(sys.executable).with_name("hutong"), *arguments]
        return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)

    def restore(self, *arguments: str, data: Path | None = None) -> str:
        """Restore, and give what was said."""
        done = self.hutong("restore", f"--key={self.key}", *arguments, data=data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_until_safe(self, is_safe: bool = True) -> None:
        """Until the keeper says that what is answered is on the shelf (or is not), and that there is a backup."""
        wait_until(lambda: self.state() == (is_safe, True), PATIENCE)

    def state(self) -> object:
        with self.product.sql() as connection:
            return connection.execute("SELECT is_safe, backup_at IS NOT NULL FROM keeping_state").fetchone()

    def everything(self) -> list[int]:
        """The processes of the product and of its database."""
        return [self.product.process.pid, *self.product.processes(), *self.product.database_processes()]


@pytest.fixture(scope="package")  # it works, though nobody asks it anything: it ends with the tests that need it
def kept(folder: Path) -> Iterator[Kept]:
    """Started once, with its first backup made."""
    backups, safe = folder / "备份", folder / "safe"
    safe.mkdir()
    told = {"HUTONG_BACKUPS": str(backups), "HUTONG_KEY_FILE": str(safe / "keys.json")}  # a backup holds no key: it lies elsewhere
    kept = Kept(Product(folder / "kept data", **told), backups, safe / "hutong-restore.key")
    kept.hutong("backup", f"--new-keys={safe}")
    kept.product.start()
    kept.wait_until_safe()
    yield kept
    kill(*kept.everything())
    kept.product.process.wait()
