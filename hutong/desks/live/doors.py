"""Who may hear what: asked once when a stream opens; no connection is held while it runs."""

from collections.abc import Iterable
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from hutong.hotline.calls import queries as calls
from hutong.hotline.cases import queries as cases
from hutong.hotline.kernel import wall
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post


def heard_by(session_key: str, topics: Iterable[str]) -> frozenset[str] | None:
    """Those of the topics that the post of this session may hear; None where nobody is signed in."""
    try:
        post = _post(session_key)
        if post is None:
            return None
        wall.enter(post.pk)
        return frozenset(topic for topic in topics if _may_hear(post, topic))
    finally:
        connection.close()


def _post(session_key: str) -> Post | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if SESSION_KEY not in request.session or "post" not in request.session:
        return None
    return network.post_held(request.session["post"], staff=get_user(request), on=timezone.localdate())


def _may_hear(post: Post, topic: str) -> bool:
    kind, _, name = topic.partition(":")
    try:
        subject = UUID(name)
    except ValueError:
        return False
    if kind in {"case", "presence"}:
        return cases.visible_to(post).filter(pk=subject).exists()
    if kind == "seat":
        return subject == post.pk
    if kind == "call":
        return calls.call_seen_by(post, subject) is not None
    return (
        kind in {"office", "orders", "below", "calls"} and subject == post.office_id
    )  # its own affairs; the cases of the centres below it
