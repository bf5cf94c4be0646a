"""Who may hear what: asked when a stream opens, and again when a case is told of; no connection is held while it runs."""

from collections.abc import Iterable
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.utils import timezone

from hutong.desks import standing
from hutong.hotline.calls import queries as calls
from hutong.hotline.cases import queries as cases
from hutong.hotline.kernel import wall
from hutong.hotline.network import queries as network
from hutong.hotline.network import sessions
from hutong.hotline.network.models import Post, Session


def heard_by(session_key: str, topics: Iterable[str]) -> frozenset[str] | None:
    """Those of the topics that the post of this session may hear, and the end of the session; None where nobody is signed in."""
    try:
        post, session = _sitting(session_key)
        if post is None or session is None:
            return None
        wall.enter(post.pk)
        return frozenset({topic for topic in topics if _may_hear(post, topic)} | {sessions.topic(session.pk)})
    finally:
        connection.close()


def _sitting(session_key: str) -> tuple[Post | None, Session | None]:
    kept = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if SESSION_KEY not in kept or "post" not in kept:
        return None, None
    session = standing.running(kept, at=timezone.now())
    return (network.post_held(kept["post"], staff=session.staff, on=timezone.localdate()) if session else None), session


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
