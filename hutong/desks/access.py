"""The doors: who is asking, which gate a page has, and the only ways by which a view reaches an object.

Every URL names its gate by one of the decorators here; a test walks the URL table and fails on one that does not.
"""

from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel import texts, wall
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network import signing_in
from hutong.hotline.network.models import OfficeKind, Post, Role

View = Callable[..., HttpResponseBase]
M = TypeVar("M", bound=Model)
NAMED = Case | Contact | Call | CallBack  # what a line of the log names by its own id


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in and has chosen a post."""

    post: Post


class PostMiddleware:
    """Puts the chosen post, if it is still held today, on the request, which then runs in its name in the database too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.session.get("post") if "post" in request.session else None
        post = network.post_held(chosen, staff=request.user, on=timezone.localdate()) if chosen else None
        if post and (request.method != "GET" or not request.htmx):  # type: ignore[attr-defined]
            signing_in.be_seen(post, at=timezone.now())  # a board that renews itself is nobody at work
        request.post = post  # type: ignore[attr-defined]
        if post:
            wall.enter(post.pk)
        try:
            return self.get_response(request)
        finally:
            if request.post:  # type: ignore[attr-defined]
                wall.leave()


def public(view: View) -> View:
    """Anybody may ask for this page."""
    view.gate = "public"  # type: ignore[attr-defined]
    return view


def to_sign_in(request: Any) -> HttpResponse:
    """Ask who this is. A region of a page is not replaced by a sign-in form: the page says so and keeps what was typed."""
    return HttpResponse(status=401) if request.htmx else redirect_to_login(request.get_full_path())


def to_choice_of_post(wanted: str) -> HttpResponse:
    """Ask in which post the person works, then go where they wanted."""
    return redirect(reverse("account:choose_post", query={"next": wanted}))


def signed_in(view: View) -> View:
    """Somebody who is signed in, with or without a post."""

    @wraps(view)
    def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else to_sign_in(request)

    gated.gate = "signed_in"  # type: ignore[attr-defined]
    return gated


def for_posts(*roles: Role) -> Callable[[View], View]:
    """Somebody signed in who holds one of these roles now (any role when none is named)."""

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.post is None:
                return HttpResponse(status=401) if request.htmx else to_choice_of_post(request.get_full_path())
            if roles and request.post.role not in roles:
                refused(request, subject="page")
                raise PermissionDenied
            try:
                return view(request, *args, **kwargs)
            except (PermissionDenied, Http404):
                refused(request, subject="page")
                raise

        gated.gate = roles or ("any post",)  # type: ignore[attr-defined]
        return gated

    return decorate


def in_offices(kinds: Collection[OfficeKind], *roles: Role) -> Callable[[View], View]:
    """Somebody who holds one of these roles in an office of one of these kinds."""

    def decorate(view: View) -> View:
        @for_posts(*roles)
        @wraps(view)
        def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.post.office.kind not in kinds:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return gated

    return decorate


# Who takes and judges reports: cases.rules.DESK.
at_the_desk = in_offices({OfficeKind.HOTLINE_CENTRE}, Role.OPERATOR, Role.SHIFT_LEAD, Role.COORDINATOR)


def part_of(request: HttpRequest) -> str:
    """What the log calls a page, or the part of one: the name of its address, with the region or the action."""
    match = request.resolver_match
    if match is None:
        return ""
    return "/".join([match.view_name, *(str(match.kwargs[name]) for name in ("name", "code") if name in match.kwargs)])


def refused(request: Any, *, subject: str, subject_id: UUID | None = None, **detail: Any) -> None:
    """Record that something was refused; once a request, by what was refused first."""
    if not getattr(request, "is_refused", False):
        request.is_refused = True
        audit.record("refused", by=request.post, at=timezone.now(), subject=subject, subject_id=subject_id, part=part_of(request), **detail)


def denied(request: Any, refusal: Refusal, *, subject: str = "page", subject_id: UUID | None = None) -> None:
    """Record that a deed was refused, and for which reason; not what is an input's fault."""
    if not refusal.fields:
        refused(request, subject=subject, subject_id=subject_id, reason=refusal.reason.code)


def looked(request: DeskRequest, *, subject: str, subject_id: UUID | None = None, **detail: Any) -> None:
    """Record that somebody looked at one thing."""
    audit.record("looked", by=request.post, at=timezone.now(), subject=subject, subject_id=subject_id, part=part_of(request), **detail)


def shown(request: Any, *lists: Iterable[Any], part: str = "", beside: bool = False, **detail: str) -> None:
    """Record which cases, contacts and calls stood on a page or a region of one: rows that are one, or are of a case.

    A region that renews itself, or that stands `beside` on many pages, is recorded where it shows something new.
    """
    named = [row.pk if isinstance(row, NAMED) else getattr(row, "case_id", None) for rows in lists for row in rows]
    part, found = part or part_of(request), dict.fromkeys(filter(None, named))
    audit.listed(part, found, by=request.post, at=timezone.now(), again=beside or bool(request.htmx), **detail)


def case_for(request: DeskRequest, case_id: UUID) -> Case:
    """The case, if this post may see it; the look is recorded. Otherwise the same answer as for one that is not there."""
    case = cases.with_offices(cases.visible_to(request.post)).filter(pk=case_id).first()
    if case is None:
        _no_case(request, case_id)
    if request.method == "GET":
        looked(request, subject="case", subject_id=case.id)
    return case


def case_named(request: DeskRequest, name: str) -> Case:
    """The case of this id or number that another action points at, by the same door."""
    try:
        return case_for(request, UUID(name))
    except ValueError:
        return cases.by_number(request.post, texts.storable(name).text) or _no_case(request, None)


def _no_case(request: DeskRequest, case_id: UUID | None) -> NoReturn:
    refused(request, subject="case", subject_id=case_id)
    raise Http404


def reached(request: DeskRequest, rows: QuerySet[M], pk: object) -> M:
    """One of the rows that this post reaches; otherwise the same answer as for one that is not there."""
    row = rows.filter(pk=pk).first()
    if row is None:
        refused(request, subject=rows.model._meta.model_name or "", which=str(pk))
        raise Http404
    return row
