"""How a request stands: in which session, on which machine, and whether the browser came from another site."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from hutong.hotline.network import sessions
from hutong.hotline.network.models import Session, Staff

SIGN_IN = "sign_in"  # in Django's session: the id of our row
MACHINE = "machine"  # cookie
YEAR = 365 * 24 * 3600


@receiver(user_logged_in)
def begin(sender: object, request: Any, user: Staff, **_more: Any) -> None:
    """A sign-in has its row from the start, whoever signs in and by whichever way; `request.begins` says how."""
    how = getattr(request, "begins", {"how": "", "is_limited": False})
    address, browser = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", "")
    row = sessions.begin(user, address=address, browser=browser, machine=UUID(_mark(request)), at=timezone.now(), **how)
    request.session[SIGN_IN] = str(row.pk)


def of(request: Any, *, at: datetime) -> Session | None:
    """The session in which this is asked, and with it who asks. One that ended is forgotten here and now, and nobody is signed in."""
    if SESSION_KEY not in request.session:
        return None
    row = running(request.session, at=at)
    if row is None:
        request.session.flush()
    request.user = row.staff if row else AnonymousUser()  # in the question that finds the row: Django would ask once more
    return row


def running(session: SessionBase, *, at: datetime) -> Session | None:
    """The row of a browser's session, if it runs and the person's password is still the one by which it began."""
    row = sessions.running(session[SIGN_IN], at=at) if SIGN_IN in session else None
    if row is None or str(row.staff_id) != session[SESSION_KEY]:
        return None
    return row if constant_time_compare(session.get(HASH_SESSION_KEY, ""), row.staff.get_session_auth_hash()) else None


def place(request: HttpRequest) -> str:
    """From where somebody tries to sign in: the machine's own mark, if somebody signed in there before, and its address."""
    return f"{_machine(request)} {request.META.get('REMOTE_ADDR', '')}"


def _machine(request: HttpRequest) -> str:
    try:
        return str(signing.loads(request.COOKIES.get(_name(), ""), salt=MACHINE, max_age=YEAR))
    except signing.BadSignature:
        return ""


def _mark(request: Any) -> str:
    """The machine's mark; one that has none yet has it from this request on, which lays it down (`mark_machine`)."""
    request.machine = _machine(request) or getattr(request, "machine", uuid4().hex)
    return str(request.machine)


def mark_machine(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Somebody signed in here: failures at other machines of the same address no longer count against whoever sits here."""
    if not _machine(request):
        mark = signing.dumps(_mark(request), salt=MACHINE)
        response.set_cookie(_name(), mark, max_age=YEAR, httponly=True, samesite="Strict", secure=settings.SECURE_COOKIES)
    return response


def _name() -> str:
    return f"__Host-{MACHINE}" if settings.SECURE_COOKIES else MACHINE


class SameSiteMiddleware:
    """A browser that follows a link from another site leaves our strict cookies at home; one step of our own brings them along.

    So a link in a notice opens the page for who is signed in, and the answer of an identity provider meets the session that asked.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came = request.headers.get("Sec-Fetch-Site") == "cross-site" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if came and request.method == "GET" and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return render(request, "components/one_step.html", {"address": request.get_full_path()})
        response: HttpResponse = self.get_response(request)
        return response
