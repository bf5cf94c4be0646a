"""Browsers without a screen: Django's client, signed in as a member of the cast."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.utils import timezone

from hutong.hotline.network.signing_in import be_seen
from hutong.project import database
from tests import cast


@contextmanager
def as_the_pages() -> Iterator[None]:
    """Meanwhile this thread's connection has the pages' role (`hutong.project.database`), past what a test counts."""
    connection.ensure_connection()
    connection.connection.execute(f"SET ROLE {database.DESK}")
    try:
        yield
    finally:
        if connection.connection is not None:
            with suppress(psycopg.Error):  # in a transaction that has failed; it ends with the test
                connection.connection.execute(f"SET ROLE {database.WORK}")


def with_role(role: str) -> dict[str, Any]:
    """The settings of this thread's connection, for another role."""
    given = connection.settings_dict
    return {**given, "OPTIONS": {**given["OPTIONS"], "assume_role": role}}


def signed_in(username: str = "xu") -> Client:
    """A browser in which somebody of the cast has signed in and chosen their post."""
    client, post = Client(), cast.post(username)
    client.force_login(post.staff)
    session = client.session
    session["post"] = str(post.pk)
    session.save()
    be_seen(post, at=timezone.now())
    return client


def bare(html: str) -> str:
    """Without white space and the tokens of forms, which differ from answer to answer."""
    return re.sub(r'\s+|value="\w{64}"', "", html)
