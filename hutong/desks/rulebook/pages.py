"""What the pages of the rulebooks share: the gates, the way to a version, its head."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils import timezone

from hutong.desks import access
from hutong.hotline.network.models import Post, Role
from hutong.hotline.rulebook import actions, queries
from hutong.hotline.rulebook.models import Rulebook, RulebookState
from hutong.hotline.rulebook.rules import KEEPERS
from hutong.hotline.rulebook.tables import TABLES

View = Callable[..., HttpResponseBase]


def _gate(*roles: Role) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @access.for_posts(*roles)
        @wraps(view)
        def gated(request: access.DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.post.office.kind not in KEEPERS:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return gated

    return decorate


readers = _gate(Role.ADMINISTRATOR, Role.SUPERVISOR)  # of the ministry, a province, a centre or a county
keepers = _gate(Role.ADMINISTRATOR)


def book_for(request: access.DeskRequest, book_id: UUID) -> Rulebook:
    """The version, if this post may look at it; otherwise the same answer as for one that is not there."""
    return access.reached(request, queries.readable(request.post), book_id)


def head(request: access.DeskRequest, book: Rulebook, here: str) -> dict[str, Any]:
    """What stands above every page of a version: what it is, what may be done with it, its tabs."""
    is_draft = book.state == RulebookState.DRAFT
    return {
        "book": book,
        "here": here,
        "tables": list(TABLES.values()),
        "is_draft": is_draft,
        "may_write": queries.may_write(request.post, book),
        "keeps": queries.keeps(request.post),
        "in_force": queries.in_force(book.division_id, now()),
        "not_approved": why_not_approved(request.post, book) if is_draft else None,
    }


def why_not_approved(post: Post, book: Rulebook) -> object:
    """The reason for which this post cannot approve the draft now; none where it can."""
    if not queries.keeps(post):
        return actions.OUT_OF_REACH
    if not queries.may_approve(post, book):
        return actions.SECOND_PERSON
    return actions.NOT_TRIED if book.tried_at is None else None


def now() -> Any:
    """The moment of this request."""
    return timezone.now()
