"""The server whose data are kept: what it is, what its role may do for us, and PostgreSQL's own programs that read from it."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hutong.project import database, embedded
from hutong.project.keeping import rules
from hutong.project.supervisor import MARK, die_with_parent
from hutong.project.trouble import Trouble

LOCAL = "-c synchronous_commit=local"  # who looks after the receiver does not wait for it


class Need(NamedTuple):
    """A right or setting: the question whether it is there, and what an administrator of the server types where it is not."""

    question: str
    remedy: str


TO_BACK_UP = (
    Need("SELECT bool_or(rolreplication OR rolsuper) FROM pg_roles WHERE rolname = current_user", "ALTER ROLE {role} REPLICATION"),
    Need("SELECT current_setting('wal_level') <> 'minimal'", "ALTER SYSTEM SET wal_level = replica, and a restart"),
)
TO_RECEIVE = (
    *TO_BACK_UP,
    Need("SELECT pg_has_role(current_user, 'pg_monitor', 'USAGE')", "GRANT pg_monitor TO {role}"),
    Need(
        "SELECT has_parameter_privilege('synchronous_standby_names', 'ALTER SYSTEM')",
        "GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO {role}",
    ),
    Need("SELECT has_function_privilege('pg_reload_conf()', 'EXECUTE')", "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {role}"),
)
FACTS = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
  ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int,
  pg_size_bytes(current_setting('wal_segment_size')), current_setting('server_version_num')::int / 10000,
  coalesce(current_setting('summarize_wal', true), 'off') = 'on'"""


SETTINGS = {"summarize_wal": "on", "max_slot_wal_keep_size": "8GB"}
# An administrator's own choice stands.
IS_OURS_TO_SET = """
SELECT 1 FROM pg_settings WHERE name = %s AND source = 'default' AND has_parameter_privilege(name, 'ALTER SYSTEM')
AND has_function_privilege('pg_reload_conf()', 'EXECUTE')"""


@dataclass(frozen=True)
class Facts:
    """The number of the cluster, where its WAL stands, and what the server can do."""

    system: str
    timeline: int
    segment: int
    major: int
    summarizes: bool


class Source:
    """A server at an address."""

    def __init__(self, address: str) -> None:
        parts = conninfo_to_dict(address)
        self._password = str(parts.pop("password", None) or "")
        self.address = make_conninfo("", **parts)
        self.name = str(parts.get("dbname") or "hutong")

    @classmethod
    def here(cls) -> "Source":
        """The one that the product works on: of DATABASE_URL, else the embedded one, started where it does not run. Raises Trouble."""
        if given := os.environ.get("DATABASE_URL"):
            return cls(database.safe(given))
        data = database.data_folder()
        if not embedded.server(data).exists():
            raise Trouble(f"There is no database in {data}.")
        return cls(make_conninfo(database.start_embedded(data), dbname="hutong"))

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """Each statement by itself, and no commit that waits for the receiver."""
        told: dict[str, Any] = {"password": self._password} if self._password else {}
        told |= {"options": LOCAL, "connect_timeout": 3, "application_name": "hutong keeper", "dbname": "postgres"}
        return psycopg.connect(self.address, **told, autocommit=True)

    def facts(self, needs: tuple[Need, ...]) -> Facts:
        """What the server is. Raises Trouble, with what to type, where a right or setting is missing."""
        try:
            with self.connect() as connection:
                role = connection.info.user
                missing = [each.remedy.format(role=role) for each in needs if connection.execute(each.question).fetchone() != (True,)]
                if missing:
                    raise Trouble(f"The server's administrator has to allow more to the role {role}: {'; '.join(missing)}")
                return Facts(*connection.execute(FACTS).fetchone())  # type: ignore[misc]
        except psycopg.OperationalError as error:
            raise Trouble(f"The database cannot be used: {error}") from None

    def prepare(self) -> None:
        """Let the server remember which blocks changed (for increments), and fill no disk for a receiver that is gone for good."""
        with self.connect() as connection:
            wanted = [name for name in SETTINGS if connection.execute(IS_OURS_TO_SET, [name]).fetchone()]
            for name in wanted:
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(SETTINGS[name])))
            if wanted:
                connection.execute("SELECT pg_reload_conf()")

    def program(self, tool: str, *arguments: str, application_name: str = "hutong backup", **options: Any) -> "subprocess.Popen[bytes]":
        """Start one of PostgreSQL's programs on the server. It ends with us; the password is not among the words that others see."""
        dbname = make_conninfo(self.address, dbname="replication", options=LOCAL, application_name=application_name)
        return subprocess.Popen(  # noqa: S603 our own tools
            [embedded.programs() / tool, f"--dbname={dbname}", "--no-password", *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 it calls into the kernel alone
            **options,
        )

    def _environment(self) -> Mapping[str, str]:
        secret = {"PGPASSWORD": self._password} if self._password else {}
        marked = {MARK: os.environ[MARK]} if MARK in os.environ else {}  # so that the next start finds what a killed run left
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(Path.home()), **secret, **marked}


def ranges(blocks: dict[str, Any]) -> tuple[int, int, int]:
    """The timeline, beginning and end of the WAL that a backup needs, from PostgreSQL's own manifest."""
    needed = blocks["WAL-Ranges"]
    return needed[-1]["Timeline"], rules.place(needed[0]["Start-LSN"]), rules.place(needed[-1]["End-LSN"])
