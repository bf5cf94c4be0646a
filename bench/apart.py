"""A copy of the bench's database, for what would spoil it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg import sql

from hutong.project import database, settings
from hutong.project.database import data_folder


@contextmanager
def database_of(name: str) -> "Iterator[tuple[psycopg.Connection[tuple[object, ...]], str]]":
    """A copy of the bench's database, dropped afterwards: a connection past every right, the address of the working role.

    Django works in it meanwhile.
    """
    here, whole = sql.Identifier(name), os.environ.get("DATABASE_URL") or database.start_embedded(data_folder())
    connections["default"].close()
    with psycopg.connect(whole, dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(here))
        source = psycopg.conninfo.conninfo_to_dict(os.environ["HUTONG_OWNER_URL"])["dbname"]
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(here, sql.Identifier(str(source))))
        work = psycopg.conninfo.make_conninfo(os.environ["HUTONG_WORK_URL"], dbname=name)
        connections["default"].settings_dict.update(settings.database(work))
        try:
            with psycopg.connect(whole, dbname=name, autocommit=True) as admin:
                yield admin, work
        finally:
            connections["default"].close()
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(here))
