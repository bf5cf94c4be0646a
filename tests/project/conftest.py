"""A product of its own for the tests that start, stop and kill one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.product import Product, kill


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside pytest's own, into which the database's account may not look."""
    with tempfile.TemporaryDirectory(prefix="hutong-") as name:
        yield Path(name)


@pytest.fixture(scope="package")  # it works, though nobody asks it anything: it ends with the tests that need it
def installed(folder: Path) -> Iterator[Product]:
    """A product that has been started once."""
    product = Product(folder / "护童 data")
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
