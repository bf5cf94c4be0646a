"""Browsers without a screen: Django's client, signed in as a member of the cast."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone

from hutong.hotline.network import demo, factors
from hutong.hotline.network.models import Staff
from hutong.hotline.network.signing_in import be_seen
from hutong.project import database
from tests import cast

# What differs between two answers to the same question.
ONCE = re.compile(
    r"csrfmiddlewaretoken\" value=\"\w+|drawn-at\" content=\"[\d.]+|X-CSRFToken\": \"\w+|since=\"[\d.]+|base64,[\w+/=]+|[\w-]{36}"
)


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


def code(username: str) -> str:
    """A code of this person that was not used yet, with two seconds to use it in; they have a factor from the first one on."""
    staff = Staff.objects.get(username=username)
    row, _new = Authenticator.objects.get_or_create(
        user=staff, type=factors.CODE, defaults={"data": {"secret": factors.sealed(demo.secret(username), staff)}}
    )
    Authenticator.objects.filter(pk=row.pk).update(data={"secret": row.data["secret"]})
    return fresh_code(username)


def fresh_code(username: str) -> str:
    """The code of a person whose secret is the demo's, with two seconds to use it in."""
    if (rest := factors.PERIOD - time.time() % factors.PERIOD) < 2:
        time.sleep(rest)
    return demo.code(username, at=timezone.now())


OWN = "four-quiet-lanterns-by-the-wall"


def first_time(username: str, password: str) -> Client:
    """The browser of somebody who was told a password: they chose their own, and have a factor."""
    client = Client()
    client.post("/account/sign-in", {"username": username, "password": password})
    client.post("/account/password", {"password": OWN, "again": OWN})
    code(username)
    return client


def bare(html: str) -> str:
    """Without white space and the tokens of forms, which differ from answer to answer."""
    return re.sub(r'\s+|value="\w{64}"', "", html)
