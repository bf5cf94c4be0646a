"""Browsers without a screen: Django's client, signed in as a member of the cast."""

import re

from django.test import Client
from django.utils import timezone

from hutong.hotline.network.signing_in import be_seen
from tests import cast


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
