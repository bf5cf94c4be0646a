"""The doors: who is asking, which gate a page has, and the only ways by which a view reaches an object.

Every URL names its gate by one of the decorators here; a test walks the URL table and fails on one that does not.
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial, wraps
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from hutong.desks import proving, standing
from hutong.hotline.audit import actions as audit
from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.cases import pace
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel import texts, wall
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import approving, contracts, sessions, signing_in
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import OfficeKind, Post, Role, Session
from hutong.hotline.notices import alarms

View = Callable[..., HttpResponseBase]
M = TypeVar("M", bound=Model)
SHOW_NO_CASE = frozenset({"approvals", "office", "rulebook", "components"})
SHOW_ONES_OWN = frozenset({"cases", "county"})
NAMED = Case | Contact | Call | CallBack  # what a line of the log names by its own id
SHOWN_AGAIN = frozenset({409, 422})  # with these a form comes back, and what it is about stands on the page


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in and has chosen a post."""

    post: Post
    sign_in: Session


class PostMiddleware:
    """Puts the session, if it still runs, and the chosen post, if it is still held today, on the request.

    The request then runs in the post's name in the database too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        now = timezone.now()
        request.sign_in = standing.of(request, at=now)
        chosen = request.session.get("post") if request.sign_in else None
        request.post = network.post_held(chosen, staff=request.user, on=timezone.localdate()) if chosen else None
        request.is_locked = bool(request.sign_in) and sessions.is_locked(request.sign_in, request.post, at=now)
        if request.post:
            wall.enter(request.post.pk)
        try:
            return self.get_response(request)
        finally:
            if request.post:  # the API sets its own
                wall.leave()

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """Somebody is at work: not a board that renews itself, nor what a page does by itself, nor whoever stands before a lock."""
        by_itself = getattr(view, "by_itself", False) or (request.method == "GET" and request.htmx)
        if request.sign_in and not request.is_locked and not by_itself:
            sessions.be_seen(request.sign_in, at=timezone.now())
            if request.post:
                signing_in.be_seen(request.post, at=timezone.now())


def marked(**marks: bool) -> Callable[[View], View]:
    """What a view may, or is, beside its gate: reached `while_locked` or while `setting_up`, `for_walls`, asked for `by_itself`."""

    def decorate(view: View) -> View:
        vars(view).update(marks)
        return view

    return decorate


def is_wall(request: Any) -> bool:
    """Whether a board is to be drawn for a wall; in a session that is one, it always is."""
    return "wall" in request.GET or request.sign_in.is_wall


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
    """Somebody who is signed in, with or without a post, has set up what their post demands, and sits there."""

    @wraps(view)
    def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return _in_the_way(request, vars(view)) or view(request, *args, **kwargs)

    gated.gate = "signed_in"  # type: ignore[attr-defined]
    return gated


def _in_the_way(request: Any, marks: dict[str, Any]) -> HttpResponse | None:
    """What a session must first do, or may not at all."""
    if request.sign_in.is_limited and not marks.get("setting_up"):
        return HttpResponse(status=401) if request.htmx else redirect(reverse("account:set_up", query={"next": request.get_full_path()}))
    if request.sign_in.is_wall and not marks.get("for_walls"):
        refused(request, subject="page")
        raise PermissionDenied
    return proving.demand(request, proving.LOCKED) if request.is_locked and not marks.get("while_locked") else None


def stepped_up(view: View) -> View:
    """Somebody who proved within five minutes who they are; else they are asked, and the deed goes on with what was entered.

    Stands below the gate that says who. Keys of software never step up: no address of the API has it. A dialog makes way for the page
    of its address, on which one is asked.
    """

    @wraps(view)
    def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if proving.is_fresh(request):
            return view(request, *args, **kwargs)
        if request.htmx and request.method == "GET":
            return HttpResponseClientRedirect(request.get_full_path())
        return proving.demand(request, proving.ASKED) or view(request, *args, **kwargs)

    gated.steps_up = True  # type: ignore[attr-defined]
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
            if not may_enter(request):
                return unapproved(request)
            try:
                response = view(request, *args, **kwargs)
            except pace.TooManyCases as refusal:
                return too_many(request, refusal)
            except (PermissionDenied, Http404):
                refused(request, subject="page")
                raise
            if response.status_code in SHOWN_AGAIN:
                came_back(request)
            return response

        gated.gate = roles or ("any post",)  # type: ignore[attr-defined]
        return gated

    return decorate


def may_enter(request: Any) -> bool:
    """《未成年人网络保护条例》第三十六条: whether a manager approved this post for the pages on which minors' data stand.

    The three administrators' desks show none, nor do those of the network, the rulebook and the approvals; whoever was given a case by
    name has its page.
    """
    post, match = request.post, request.resolver_match
    if post.role in cases.READS_NO_CASES or post.is_approved or (match and match.app_name in SHOW_NO_CASE):
        return True
    return bool(match) and match.app_name in SHOW_ONES_OWN and cases.is_named(post)


def unapproved(request: Any) -> HttpResponse:
    """The page that says whom to ask."""
    refused(request, subject="page", reason=approving.NOT_APPROVED.code)
    nobody = _("本机构和上级机构都还没有数据负责人，请安全管理员先指定。")
    whom = partial(approving.whom_to_ask, request.post)
    return _sent_to(request, whom, 403, _("还没有获准查看未成年人资料"), approving.NOT_APPROVED, nobody=nobody)


def too_many(request: Any, refusal: Refusal) -> HttpResponse:
    """The page that says that the hour has seen enough cases, and whom to call."""
    denied(request, refusal, subject="case", subject_id=request.resolver_match.kwargs.get("case_id"))
    nobody = _("本机构和上级机构都没有值班长，请找本机构协调员。")
    whom = partial(pace.whom_to_call, request.post, at=timezone.now())
    return _sent_to(request, whom, 429, _("一小时内打开的个案太多"), refusal.reason, nobody=nobody)


def _sent_to(request: Any, whom: Callable[[], list[Post]], status: int, title: str, reason: Reason, *, nobody: str) -> HttpResponse:
    """Who can help with what was refused, and what to say where nobody can; a region of a page is told the status alone."""
    if request.htmx:
        return HttpResponse(status=status)
    context = {"title": title, "happened": reason.sentence, "next_step": reason.remedy, "whom": whom(), "nobody": nobody}
    return render(request, "components/whom_to_ask.html", context, status=status)


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


def in_charge(view: View) -> View:
    """Somebody who answers for who may look at minors' data."""

    @for_posts()
    @wraps(view)
    def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.post.is_in_charge:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return gated


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


def opened(request: Any, *, subject: str, subject_id: UUID) -> None:
    """Record the look at one thing: now; of a deed, where its form comes back and shows the thing (`came_back`)."""
    if request.method == "GET":
        looked(request, subject=subject, subject_id=subject_id)
    else:
        request.opened = getattr(request, "opened", None) or {"subject": subject, "subject_id": subject_id}


def came_back(request: Any) -> None:
    """A deed was not done, and the answer shows what it was about: that is a look."""
    if thing := getattr(request, "opened", None):
        looked(request, **thing)


def shown(request: Any, *lists: Iterable[Any], part: str = "", beside: bool = False, **detail: str) -> None:
    """Record which cases, contacts and calls stood on a page or a region of one: rows that are one, or are of a case.

    A region that renews itself, or that stands `beside` on many pages, is recorded where it shows something new.
    """
    named = [row.pk if isinstance(row, NAMED) else getattr(row, "case_id", None) for rows in lists for row in rows]
    part, found = part or part_of(request), dict.fromkeys(filter(None, named))
    audit.listed(part, found, by=request.post, at=timezone.now(), again=beside or bool(request.htmx), **detail)


def case_for(request: DeskRequest, case_id: UUID) -> Case:
    """The case, if this post may see it; the look is recorded. Otherwise the same answer as for one that is not there.

    One more than a person opens within an hour is told to who watches, and refused at last (`cases.pace`). Raises Refusal.
    """
    seen, at = cases.visible_to(request.post).filter(pk=case_id), timezone.now()
    case = cases.with_offices(seen).annotate(**pace.opened_by(request.post, at=at)).first()
    if case is None:
        _no_case(request, case_id)
    if passed := pace.passed(case, request.post, by_software=request.sign_in is None):
        alarms.many_cases(request.post, is_over=passed == "most", at=at)
        if passed == "most":
            raise pace.TooManyCases
    opened(request, subject="case", subject_id=case.id)
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


def exporting(request: DeskRequest) -> None:
    """Nothing of a case leaves the platform as a file by who works by contract. Raises PermissionDenied."""
    if contracts.works_by_contract(request.post.office):
        refused(request, subject="page")
        raise PermissionDenied


def reached(request: DeskRequest, rows: QuerySet[M], pk: object) -> M:
    """One of the rows that this post reaches; otherwise the same answer as for one that is not there."""
    row = rows.filter(pk=pk).first()
    if row is None:
        named: dict[str, Any] = {"subject_id": pk} if isinstance(pk, UUID) else {"which": str(pk)}
        refused(request, subject=rows.model._meta.model_name or "", **named)
        raise Http404
    return row
