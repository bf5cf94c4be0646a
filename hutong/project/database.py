"""The database: embedded by default, a server's when `DATABASE_URL` says so; three roles: one owns, one works, one serves the pages."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hutong.hotline.kernel import disk
from hutong.hotline.kernel.hosts import is_here
from hutong.project import embedded
from hutong.project.trouble import Trouble

OWNER, WORK, DESK = "hutong_owner", "hutong_work", "hutong_desk"
RECEIVER = """
SELECT current_setting('synchronous_standby_names') = 'hutong_receiver', EXISTS (SELECT FROM pg_stat_replication),
  has_parameter_privilege('synchronous_standby_names', 'ALTER SYSTEM') AND has_function_privilege('pg_reload_conf()', 'EXECUTE')"""
# What the server's log shall not hold: the values of a refused row, and the statement with its parameters.
QUIET = {
    "log_error_verbosity": "terse", "log_min_error_statement": "panic", "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}  # fmt: skip
_OWNER, _WORK, _DESK = map(sql.Identifier, (OWNER, WORK, DESK))
# The pages may all that the working role may, and cannot become it: for them each row has to be theirs (migrations/0018_wall.py).
_LIKE_WORK = sql.SQL("GRANT {} TO {} WITH INHERIT TRUE, SET FALSE").format(_WORK, _DESK)
BY_HAND = ("DATABASE_WORK_URL", "DATABASE_DESK_URL")
Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


@dataclass(frozen=True)
class Addresses:
    """Where to connect: as the role that owns and migrates, as the one that works, and as the one that serves the pages."""

    owner: str
    work: str
    desk: str

    def environment(self) -> dict[str, str]:
        """What the processes are told."""
        return {"HUTONG_OWNER_URL": self.owner, "HUTONG_WORK_URL": self.work, "HUTONG_DESK_URL": self.desk}


def data_folder() -> Path:
    """Where everything is kept that must survive a restart."""
    return Path(os.environ.get("HUTONG_DATA", "data")).resolve()


def start_embedded(data: Path) -> str:
    """Start (or join) the PostgreSQL of this data folder; it stops with the last process that joined. Its address as superuser."""
    return embedded.server(data).start()


def lost(data: Path) -> bool:
    """Whether the embedded PostgreSQL is meant to run, and does not."""
    return not os.environ.get("DATABASE_URL") and not embedded.server(data).alive()


def safe(address: str) -> str:
    """The same address, if nobody on the way to the server can read along or answer in its place. Raises Trouble."""
    asked = conninfo_to_dict(address)
    away = [host for host in _hosts(asked) if not host.startswith(("/", "@")) and not is_here(host)]
    if away and not (asked.get("sslmode") == "verify-full" and asked.get("sslrootcert")):
        raise Trouble(
            f"The database is on another machine ({', '.join(away)}), and its address does not say how to prove that it is the one. Add "
            "sslmode=verify-full and sslrootcert=FILE (the certificate of the authority that signed the server's) to DATABASE_URL."
        )
    return address


def _hosts(asked: Mapping[str, object]) -> list[str]:
    """Wherever libpq may connect to: by name and by number, of the address, or of the environment where it names none."""
    usual = {option.keyword.decode(): option.val.decode() for option in pq.Conninfo.get_defaults() if option.val}
    host, number, service = (str(asked.get(name) or usual.get(name, "")) for name in ("host", "hostaddr", "service"))
    return [each for each in (*host.split(","), *number.split(","), f"service {service}" if service else "") if each]


def addresses(data: Path, *, database: str = "hutong") -> Addresses:
    """Make sure that the roles and the database stand, and say how to reach them.

    `DATABASE_URL` is the address of a role that may create roles and databases. Where the roles are made by hand,
    `DATABASE_URL` is the owner's, `DATABASE_WORK_URL` the working role's and `DATABASE_DESK_URL` the pages'. Raises Trouble.
    """
    given = os.environ.get("DATABASE_URL", "")
    by_hand = [os.environ.get(name, "") for name in BY_HAND]
    if any(by_hand) and not all(by_hand):
        raise Trouble(f"{' and '.join(BY_HAND)} go together: the roles {WORK} and {DESK}, both made by hand.")
    try:
        for each in filter(None, (given, *by_hand)):
            safe(each)
        found = Addresses(given, *by_hand) if all(by_hand) else _prepared(given or start_embedded(data), data, database)
        with psycopg.connect(found.owner, autocommit=True) as connection:
            for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE ON SEQUENCES"):
                connection.execute(sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} TO {}").format(sql.SQL(rights), _WORK))
    except psycopg.errors.InsufficientPrivilege as error:
        raise Trouble(f"The role of DATABASE_URL needs CREATEROLE and CREATEDB, or set {' and '.join(BY_HAND)} as well: {error}") from None
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise Trouble(f"The database cannot be used: {error}") from None
    return found


def _prepared(admin: str, data: Path, database: str) -> Addresses:
    """The addresses of the three roles, made where they are missing."""
    if os.environ.get("DATABASE_URL") and database == "hutong":
        database = str(conninfo_to_dict(admin).get("dbname") or database)
    with psycopg.connect(make_conninfo(admin, dbname="postgres"), autocommit=True) as connection:
        _wait_for_nobody(connection)
        secret = _secret(data, connection.info.password) if os.environ.get("DATABASE_URL") else ""
        passwords = {role: _password(secret, role) for role in (OWNER, WORK, DESK)}
        for role, password in passwords.items():
            _make_role(connection, role, password)
        connection.execute(_LIKE_WORK)
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(_OWNER))
        _make_database(connection, database)
    return Addresses(*(make_conninfo(admin, dbname=database, user=role, password=password) for role, password in passwords.items()))


def _wait_for_nobody(connection: Connection) -> None:
    """No commit waits for a receiver of WAL that is not there, after whoever saw to it was killed."""
    waits, heard, may = connection.execute(RECEIVER).fetchone() or (False, False, False)
    if waits and not heard and may:
        connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
        connection.execute("SELECT pg_reload_conf()")


def _make_role(connection: Connection, role: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("LOGIN")
    connection.execute(sql.SQL("{} ROLE {} {}").format(verb, sql.Identifier(role), login))
    with suppress(psycopg.errors.InsufficientPrivilege):  # a server of others, who see to it: docs/security.md
        for name, value in QUIET.items():
            connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))


def _make_database(connection: Connection, name: str) -> None:
    found = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        making = "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"
        connection.execute(sql.SQL(making).format(sql.Identifier(name), _OWNER))
    elif found[0] != OWNER:
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), _OWNER))


def _secret(data: Path, admin: str) -> str:
    """What the passwords of the roles on a server are derived from.

    The password that opened the server, so that every machine with the same `DATABASE_URL` knows it; where none was asked for, one
    that is made once and kept in the data folder, readable by its owner alone.
    """
    return admin or kept_secret(data / "database.secret")


def _password(secret: str, role: str) -> str:
    """The password of one role; whoever knows it knows no other's. None where the server is our own and asks for none."""
    return hashlib.scrypt(secret.encode(), salt=role.encode(), n=2**14, r=8, p=1, dklen=32).hex() if secret else ""


def kept_secret(path: Path) -> str:
    """A random text, made at the first call and kept in a file that its owner alone reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with suppress(FileExistsError):  # of several who make one at once, the first stands
            disk.keep(path, secrets.token_urlsafe(48))
    return path.read_text()
