"""The test database: made once from migrations, reference data and the cast, kept as a template, copied for every run.

Tests run with the rights of the working role, and requests with those of the pages'. `db` rolls back; `committed` really commits and
is swept afterwards.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections
from django.test.client import ClientHandler
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hutong.project import database, settings

pytest_plugins = ("tests.browser", "tests.hotline.audit.fixtures")
Admin: TypeAlias = "psycopg.Connection[tuple[object, ...]]"
ROOT = Path(__file__).resolve().parent.parent
KEPT_TEMPLATES = 5  # of the states of the code that were tested last; a branch goes back to its own without making it again
CLUSTER = Path(os.environ.get("HUTONG_TEST_DATA", Path(tempfile.gettempdir()) / f"hutong-tests-{os.getuid()}"))
MADE_FROM = ("hutong/hotline/migrations/*.py", "hutong/hotline/**/data/*", "hutong/hotline/**/rules.py", "hutong/hotline/**/actions.py",
             "hutong/hotline/network/*.py", "hutong/hotline/rulebook/*.py", "hutong/project/reference.py", "tests/cast.py",
             "requirements.txt")  # fmt: skip
# Swept after a test that commits; everything else belongs to the template.
WORK_TABLES = (
    "archive_export", "audit_checkpoint", "audit_entry", "audit_seal", "audit_sink", "audit_waiting",
    "assignments_assignment", "assignments_transfer", "calls_agreement", "calls_call", "calls_call_back", "calls_event",
    "calls_leg", "calls_line", "calls_seat", "calls_skill", "calls_sound", "calls_wish", "cases_admission",
    "cases_case", "cases_child", "cases_emergency", "cases_reveal",
    "cases_contact",
    "cases_event", "cases_notice", "cases_party", "cases_presence", "cases_recusal", "clocks_clock", "clocks_part_clock",
    "clocks_pause", "contacts_contact", "contacts_draft", "contacts_reporter", "holds_hold", "holds_person", "keeping_state",
    "network_api_token", "network_contract", "network_seen",
    "mfa_authenticator", "network_factor_reset", "network_session", "socialaccount_socialaccount", "socialaccount_socialtoken",
    "notices_acknowledgement", "notices_delivery", "notices_way", "people_child", "people_person", "replies_follow_up",
    "recordings_gap", "recordings_play", "recordings_recording", "replies_reply", "retention_erasure", "rulebook_trial",
    "statistics_day",
    "supervision_clock", "supervision_event", "supervision_order",
    "django_session",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than a few seconds; `make quick` leaves it out")


def use(addresses: database.Addresses, *, owner: bool = False) -> None:
    """Point Django at a database."""
    connection = connections["default"]
    connection.close()
    found: dict[str, Any] = settings.database(addresses.owner if owner else administrator(addresses))
    if not owner:
        found["OPTIONS"]["assume_role"] = database.WORK  # an administrator's, so that a request can have another (clients.as_the_pages)
    connection.settings_dict.update(found)
    connection.settings_dict["CONN_MAX_AGE"] = 0


def administrator(addresses: database.Addresses) -> str:
    """The address of this run's database for the role that made it."""
    name = conninfo_to_dict(addresses.work)["dbname"]
    return make_conninfo(os.environ.get("DATABASE_URL") or database.start_embedded(CLUSTER), dbname=name)


def template_name() -> str:
    digest = hashlib.sha256()
    for pattern in MADE_FROM:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return f"hutong_template_{digest.hexdigest()[:12]}"


def make_template(name: str, admin: Admin) -> None:
    """Migrate, load reference data and the cast; renamed only when whole, so that half a template is never used."""
    from hutong.project import reference
    from tests import cast

    making = f"{name}_making"
    drop(admin, making)
    use(database.addresses(CLUSTER, database=making), owner=True)
    call_command("migrate", verbosity=0)
    reference.load()
    cast.load()
    connections["default"].close()
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))


def drop(admin: Admin, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_left_over(admin: Admin) -> None:
    """What killed runs left (a run that lives holds a lock in the name of its database), and templates of code long gone."""
    left = r"SELECT datname FROM pg_database WHERE datname LIKE 'hutong\_test\_%%' AND pg_try_advisory_lock(hashtext(datname))"
    old = r"SELECT datname FROM pg_database WHERE datname LIKE 'hutong\_template\_%%' ORDER BY oid DESC OFFSET %s"
    for (name,) in admin.execute(f"{left} UNION ALL ({old})", [KEPT_TEMPLATES]).fetchall():
        drop(admin, str(name))


@contextmanager
def alone(admin: Admin) -> Iterator[None]:
    """One run at a time on this server, from whichever machine."""
    admin.execute("SELECT pg_advisory_lock(12349)")
    yield
    admin.execute("SELECT pg_advisory_unlock(12349)")


@contextmanager
def fresh_database(admin_url: str) -> Iterator[database.Addresses]:
    """A copy of the template, which is made where it is missing."""
    name, template = f"hutong_test_{secrets.token_hex(4)}", template_name()
    with psycopg.connect(admin_url, dbname="postgres", autocommit=True) as admin:
        with alone(admin):
            drop_left_over(admin)
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                make_template(template, admin)
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
            admin.execute(copy.format(*map(sql.Identifier, (name, template, database.OWNER))))
            admin.execute(sql.SQL("GRANT {}, {} TO CURRENT_USER").format(*map(sql.Identifier, (database.WORK, database.DESK))))
            admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        yield database.addresses(CLUSTER, database=name)
        connections["default"].close()
        drop(admin, name)


@pytest.fixture(scope="session", autouse=True)
def checkpoints_apart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The processes that tests start sign with a key of this run, and lay checkpoints down in its own folder."""
    folder = tmp_path_factory.mktemp("audit")
    os.environ |= {"HUTONG_AUDIT_KEY": str(folder / "audit.key"), "HUTONG_AUDIT_FOLDER": str(folder / "checkpoints")}


@pytest.fixture(scope="session", autouse=True)
def notices_stay_here() -> None:
    """The providers of tests listen on this machine; nobody listens at the other address."""
    os.environ["HUTONG_NOTICE_HOSTS"] = "127.0.0.1,10.0.0.5"
    django_settings.NOTICE_HOSTS = frozenset(os.environ["HUTONG_NOTICE_HOSTS"].split(","))


@pytest.fixture(scope="session", autouse=True)
def requests_of_pages() -> Iterator[None]:
    """What a test asks of the product through Django's client runs with the rights that pages have."""
    from tests.clients import as_the_pages

    serve = ClientHandler.__call__

    def walled(handler: ClientHandler, environ: dict[str, Any]) -> Any:
        with as_the_pages():
            return serve(handler, environ)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "__call__", walled)
        yield


@pytest.fixture(scope="session")
def addresses(django_db_blocker: pytest.FixtureRequest) -> Iterator[database.Addresses]:
    """A database of this run's own."""
    superuser = os.environ.get("DATABASE_URL") or database.start_embedded(CLUSTER)
    with django_db_blocker.unblock(), fresh_database(superuser) as found:  # type: ignore[attr-defined]
        yield found


@pytest.fixture(scope="session")
def django_db_setup(
    addresses: database.Addresses, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: pytest.FixtureRequest
) -> None:
    """Takes the place of pytest-django's own. What is sealed lies in a folder of this run, with keys of its own."""
    use(addresses)
    from hutong.hotline.keys import actions, queries

    folder = tmp_path_factory.mktemp("sealed")
    django_settings.KEY_FILE, django_settings.OBJECTS = folder / "keys.json", folder / "objects"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        actions.begin()
        queries.ring()  # looked up before anybody counts questions


@pytest.fixture
def committed(
    django_db_setup: None, addresses: database.Addresses, django_db_blocker: pytest.FixtureRequest
) -> Iterator[database.Addresses]:
    """Real commits, as in service; afterwards the work tables are empty again."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield addresses
        connections["default"].close()
    sweep(addresses)


def sweep(addresses: database.Addresses) -> None:
    """Empty the work tables; again where a page that is open still asks for the same tables the other way round."""
    while True:
        with suppress(psycopg.errors.DeadlockDetected):
            return _sweep(addresses)


def _sweep(addresses: database.Addresses) -> None:
    """As the owner, with the guards against exactly that stood aside."""
    with psycopg.connect(addresses.owner) as owner:
        for table in WORK_TABLES:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        owner.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, WORK_TABLES))))
        owner.execute("DELETE FROM keys_data_key WHERE purpose NOT IN ('fields', 'marks')")
        for table in WORK_TABLES:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        sweep_rulebooks(owner)


LATER_ROWS = "DELETE FROM {} WHERE rulebook_id NOT IN (SELECT id FROM rulebook_rulebook WHERE division_id IS NULL AND number = 1)"


def sweep_rulebooks(owner: Admin) -> None:
    """Leave the nation's first rulebook alone."""
    tables = [sql.Identifier(f"rulebook_{rows}") for rows in ("tier", "limit", "route", "rung", "question", "retention")]
    for table in tables:
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        owner.execute(sql.SQL(LATER_ROWS).format(table))
    owner.execute("DELETE FROM rulebook_rulebook WHERE division_id IS NOT NULL OR number <> 1")
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
