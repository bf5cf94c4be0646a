"""A PostgreSQL server as others run it: over TCP, with passwords, and for us a role that is no superuser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from hutong.project.embedded import Server
from tests.project.product import free_ports

PASSWORD = "known-to-the-administrator"
ROLES = {"boss": "CREATEROLE CREATEDB LOGIN", "nobody": "LOGIN"}


class Elsewhere:
    """The server's folder and port. Its roles are those of ROLES."""

    def __init__(self, data: Path) -> None:
        self.cluster, self.port = Server(data), free_ports()

    def address(self, role: str = "boss", password: str = PASSWORD, database: str = "hutong") -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Begin as an embedded cluster; then ask everybody for a password."""
        assert not self.cluster.exists()  # its roles would be somebody else's
        with psycopg.connect(self.cluster.start()) as admin:
            for role, rights in ROLES.items():
                admin.execute(sql.SQL(f"CREATE ROLE {{}} {rights} PASSWORD {{}}").format(sql.Identifier(role), sql.Literal(PASSWORD)))
        self.cluster.leave()
        (self.cluster.folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")

    def start(self) -> None:
        self._pg_ctl("start", "--log=log", f"--options=-h 127.0.0.1 -p {self.port} -k {self.cluster.folder}")

    def stop(self) -> None:
        self._pg_ctl("stop", "--mode=immediate")

    def _pg_ctl(self, *arguments: str) -> None:
        done = self.cluster.run("pg_ctl", "--wait", *arguments)
        assert done.returncode == 0, done.stderr


@contextmanager
def elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """Such a server for as long as the block lasts."""
    server = Elsewhere(folder / f"elsewhere-{len(list(folder.iterdir()))}")  # one process may need it twice: the slow tests come first
    server.make()
    server.start()
    yield server
    server.stop()
