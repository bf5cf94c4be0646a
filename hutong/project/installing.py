"""`hutong migrate`: roles, database, tables and reference data, brought to what this version of the program needs."""

import argparse
import hashlib
import os

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hutong.project import database
from hutong.project.trouble import Trouble

LOCK = 12349  # one migration at a time, whoever starts it and on whichever machine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(options: argparse.Namespace) -> int:
    """The command."""
    connect(owner=True)
    migrate()
    return 0


def connect(*, owner: bool = False) -> None:
    """Set Django up on this folder's database, as the working role or as the owner of the tables. Raises Trouble."""
    data = database.data_folder()
    found = database.addresses(data)
    os.environ.update(found.environment(), HUTONG_DATA=str(data), HUTONG_AS_OWNER="1" if owner else "0")
    set_up()


def set_up() -> None:
    """Set Django up on what the environment says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
    django.setup()


def missing() -> list[str]:
    """The migrations that this database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def require_migrated() -> None:
    """Raise Trouble where `hutong migrate` has something to do."""
    if missing():
        raise Trouble("This database has not seen the newest tables yet. Run `hutong migrate` first.")


def migrate() -> None:
    """Apply what is missing and load the reference data, as the owner. Says what it did; safe to run again."""
    say(f"Roles {database.OWNER}, {database.WORK} and {database.DESK}, database {connection.settings_dict['NAME']}: ready")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    applied = missing()
    if applied:
        call_command("migrate", verbosity=0)
    say(f"Migrations: {', '.join(applied) or 'nothing new'}")
    from hutong.hotline.keys import actions as keys  # noqa: PLC0415 needs Django set up
    from hutong.project import reference  # noqa: PLC0415

    reference.load()
    keys.begin()
    say("Reference data (divisions, working days, time limits): ready")
    connection.close()


def load_demo() -> list[tuple[str, str, str]]:
    """Load the demo network, and on an empty database play reports through it; its sign-ins: name, password, who that is."""
    from hutong.hotline.network.demo import SIGN_INS  # noqa: PLC0415 needs Django set up
    from hutong.project import demo  # noqa: PLC0415

    demo.begin()
    connection.close()
    return SIGN_INS


def keep_paper() -> None:
    """The intake sheets on paper, as files in the data folder."""
    from hutong.project import paper  # noqa: PLC0415 needs Django set up

    paper.write(database.data_folder() / "paper")
    connection.close()


def collect_static() -> None:
    """Gather what browsers load, where it is not what was gathered last."""
    stamp = settings.STATIC_ROOT / ".made-from"
    made_from = _static_digest()
    if stamp.exists() and stamp.read_text() == made_from:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=["*.d.ts"])
    stamp.write_text(made_from)


def say(text: str) -> None:
    """A line for whoever watches, at once."""
    print(text, flush=True)  # noqa: T201 this is a command


def _static_digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()
