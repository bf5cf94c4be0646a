"""A product of its own for the tests that start, stop and kill one."""

import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CLUSTER
from tests.project.product import LAST_SIGN_IN, Product, kill


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside pytest's own, into which the database's account may not look."""
    with tempfile.TemporaryDirectory(prefix="hutong-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def played(folder: Path, testrun_uid: str) -> Path:
    """A data folder after its first start, at rest. That takes minutes, so that all workers of a run copy one."""
    CLUSTER.mkdir(parents=True, exist_ok=True)
    shared = CLUSTER / "played"
    data = shared / "护童 data"
    with (CLUSTER / "played.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / testrun_uid).exists():
            shutil.rmtree(shared, ignore_errors=True)
            shared.mkdir()
            first = Product(data)
            assert LAST_SIGN_IN in first.start()
            assert first.stop() == 0
            (shared / testrun_uid).touch()
        subprocess.run(["cp", "--archive", data, folder], check=True)  # with the owners of the files: the database's belong to its account
    return folder / data.name


@pytest.fixture(scope="package")  # it works, though nobody asks it anything: it ends with the tests that need it
def installed(played: Path) -> Iterator[Product]:
    """A product that has been started once."""
    product = Product(played)
    product.start()
    yield product
    product.stop()
    kill(*product.processes(), *product.database_processes())


@pytest.fixture
def product(installed: Product) -> Product:
    """A product that runs, whatever the test before did to it."""
    if installed.process.poll() is not None:
        installed.start()
    return installed
