"""The roles and addresses of the database, on a server that others run."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hutong.project import database
from hutong.project.trouble import Trouble
from tests.browser import wait_until
from tests.conftest import KEPT_TEMPLATES, ROOT, drop_left_over
from tests.project.product import PATIENCE, SERVING, Product, without_ours
from tests.project.server import PASSWORD, Elsewhere, elsewhere


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Elsewhere]:
    with elsewhere(folder) as server:
        yield server


@pytest.fixture
def given(server: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """DATABASE_URL as somebody sets it."""
    for name in database.BY_HAND:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", server.address())
    return monkeypatch


@pytest.mark.usefixtures("given")
def test_the_working_role_works_with_what_the_owner_makes_and_changes_none_of_it(tmp_path: Path) -> None:
    found = database.addresses(tmp_path)
    with psycopg.connect(found.owner) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS things (name text)")
    with psycopg.connect(found.work, autocommit=True) as work:
        work.execute("INSERT INTO things VALUES ('one')")
        for forbidden in ("TRUNCATE things", "ALTER TABLE things ADD extra text", "DROP TABLE things", "CREATE TABLE mine (name text)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                work.execute(forbidden)


@pytest.mark.usefixtures("given")
def test_every_machine_with_the_same_address_finds_the_same_roles_and_keeps_no_secret(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert database.addresses(here) == database.addresses(there)
    found = database.addresses(here)
    known = [conninfo_to_dict(address)["password"] for address in (found.owner, found.work, found.desk)]
    assert len({PASSWORD, *known}) == 4  # who knows the pages' has no other role's
    assert not here.exists()


@pytest.mark.parametrize(("named", "used"), [("hutong", "hutong"), ("", "hutong"), ("civil-affairs", "civil-affairs")])
def test_the_address_names_the_database(named: str, used: str, server: Elsewhere, given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given.setenv("DATABASE_URL", server.address(database=named))
    assert conninfo_to_dict(database.addresses(tmp_path).work)["dbname"] == used


def test_roles_that_were_made_by_hand_are_used_as_they_are(server: Elsewhere, given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = database.addresses(tmp_path)
    given.setenv("DATABASE_URL", made.owner)
    given.setenv("DATABASE_WORK_URL", made.work)
    with pytest.raises(Trouble, match="go together"):
        database.addresses(tmp_path)
    given.setenv("DATABASE_DESK_URL", made.desk)
    assert database.addresses(tmp_path) == made


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"role": "nobody"}, "The role of DATABASE_URL needs CREATEROLE and CREATEDB"),
        ({"password": "wrong"}, "The database cannot be used: .*password authentication failed"),
        ({"role": "stranger"}, "The database cannot be used: "),
    ],
    ids=["a role without rights", "a wrong password", "an unknown role"],
)
def test_an_address_of_no_use_is_told_in_a_sentence(
    address: dict[str, str], said: str, server: Elsewhere, given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given.setenv("DATABASE_URL", server.address(**address))
    with pytest.raises(Trouble, match=said):
        database.addresses(tmp_path)


def test_where_no_server_is_it_says_so(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given.setenv("DATABASE_URL", "postgresql://boss@127.0.0.1:1/hutong")
    with pytest.raises(Trouble, match=r"The database cannot be used: .*Connection refused"):
        database.addresses(tmp_path)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "key.secret"
    assert database.kept_secret(path) == database.kept_secret(path) != database.kept_secret(tmp_path / "other.secret")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_killed_test_runs_left_is_dropped_and_what_is_in_use_stays(server: Elsewhere) -> None:
    with psycopg.connect(server.address(database="postgres"), autocommit=True) as admin:
        names = ["hutong_test_left", *(f"hutong_template_{number}" for number in range(KEPT_TEMPLATES + 2)), "hutong_test_used"]
        for name in names:
            admin.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        with psycopg.connect(server.address(database="postgres")) as other:
            other.execute("SELECT pg_advisory_lock(hashtext('hutong_test_used'))")
            drop_left_over(admin)
        found = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'hutong\\_t%' ORDER BY oid").fetchall()
    assert [name for (name,) in found] == names[-KEPT_TEMPLATES - 1 :]


@pytest.mark.slow
def test_the_tests_run_on_a_server_too(server: Elsewhere, folder: Path) -> None:
    files = ("tests/hotline/cases/test_promises.py", "tests/desks/operator/test_hand_in.py")
    environment = {**without_ours(), "DATABASE_URL": server.address(), "HUTONG_TEST_DATA": str(folder / "not-used")}
    with subprocess.Popen([sys.executable, "-m", "pytest", "-q", *files], cwd=ROOT, env=environment, stdout=subprocess.PIPE) as run:
        said, _ = run.communicate()
    assert run.returncode == 0, said.decode()
    assert not (folder / "not-used").exists()


@pytest.mark.slow
def test_the_product_runs_on_a_server_and_outlives_its_crash(server: Elsewhere, folder: Path) -> None:
    product = Product(folder / "up", DATABASE_URL=server.address(database="service"))
    product.start()
    with product.client() as client:
        server.stop()
        assert client.get("/operator/").status_code == 500
        server.start()
        wait_until(lambda: client.get("/operator/").status_code == 302, PATIENCE)
    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in product.processes()]
    assert [PASSWORD.encode() in environment for environment in environments] == [False] * SERVING
    assert product.stop() == 0
    assert not (product.data / "postgres").exists()
