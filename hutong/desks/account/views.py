"""Signing in, choosing a post, the language, signing out."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hutong.desks import access, passkeys
from hutong.desks.account import entering
from hutong.desks.account.forms import SecondStep, SignIn
from hutong.desks.account.language import CODES
from hutong.desks.navigation import desks_of
from hutong.hotline.network import factors, sessions, signing_in
from hutong.hotline.network import queries as network
from hutong.hotline.notices import alarms


@access.for_posts()
@access.marked(for_walls=True)
def home(request: access.DeskRequest) -> HttpResponse:
    """To the desk of this post."""
    return redirect(desks_of(request.post)[0].name)


@access.public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password, or a passkey; the answer never tells what was wrong."""
    form = SignIn(request, request.POST if "username" in request.POST else None)
    if request.method == "POST":
        if "passkey" in request.POST:
            return _by_passkey(request, form)
        if form.is_valid():
            return entering.first_proof(request, form.staff, how="password", wanted=entering.wanted(request))
    return _sign_in_page(request, form, 422 if form.errors else 200)


def _by_passkey(request: HttpRequest, form: SignIn) -> HttpResponse:
    """Whose it is, the passkey says; that it is they, the device asked."""
    passkey = passkeys.used(request.POST["passkey"], None)
    staff = network.staff_at_work(passkey.user_id) if passkey else None
    if passkey is None or staff is None:
        place, at = request.META.get("REMOTE_ADDR", ""), timezone.now()
        if not signing_in.must_wait("", place, at=at):  # nobody guesses a passkey; but a flood of them is no flood of lines
            alarms.sign_in_failed("", place, at=at, verb="factor_failed")
        return _sign_in_page(request, form, 422, passkey_failed=True)
    factors.used(passkey, at=timezone.now())
    return entering.enter(request, staff, how="passkey", wanted=entering.wanted(request))


def _sign_in_page(request: HttpRequest, form: SignIn, status: int, **more: Any) -> HttpResponse:
    context = {"form": form, "next": entering.wanted(request), "demo": _demo_sign_ins(), "provider": settings.OIDC_NAME, **more}
    return render(request, "account/sign_in.html", context, status=status)


@access.public
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The second proof: a code, a passkey, or a recovery code."""
    staff, how = entering.waiting(request)
    if staff is None:
        return redirect("account:sign_in")
    answer = request.POST.get("passkey", "")
    form = SecondStep(request, staff, request.POST if request.method == "POST" and not answer else None)
    if answer and (passkey := passkeys.used(answer, staff)):
        factors.used(passkey, at=timezone.now())
        return entering.enter(request, staff, how="passkey", wanted=entering.wanted(request))
    if form.is_valid():
        return entering.enter(request, staff, how=f"{how}+{form.used}", wanted=entering.wanted(request))
    kinds = factors.kinds(staff)
    context = {
        "form": form, "next": entering.wanted(request), "passkey_failed": bool(answer), "has_code": factors.CODE in kinds,
        "has_passkey": factors.PASSKEY in kinds, "demo_code": _demo_code(staff.username),
    }  # fmt: skip
    return render(request, "account/second_step.html", context, status=422 if form.errors or answer else 200)


@access.public
@require_POST
def passkey_options(request: Any) -> JsonResponse:
    """What a device is asked when somebody wants to prove by it who they are: anybody, who gave a first proof, or who is signed in."""
    staff = request.user if request.user.is_authenticated else entering.waiting(request)[0]
    return JsonResponse(passkeys.to_use(staff))


@access.signed_in
@require_http_methods(["GET", "POST"])
def choose_post(request: Any) -> HttpResponse:
    """In which post to work now."""
    posts = network.posts_held(staff=request.user, on=timezone.localdate())
    if request.method == "POST":
        post = next((post for post in posts if str(post.pk) == request.POST.get("post")), None)
        return entering.take(request, post, entering.wanted(request)) if post else HttpResponseBadRequest()
    return render(request, "account/choose_post.html", {"posts": posts, "next": request.GET.get("next", "")})


@access.signed_in
@access.marked(while_locked=True, setting_up=True, for_walls=True)
@require_POST
def sign_out(request: Any) -> HttpResponse:
    """Ends the session on the server; the browser lets go of what it kept of the pages."""
    sessions.end(request.sign_in, by=request.post, at=timezone.now(), why="signed_out")
    signing_in.signed_out(request.user, request.post, at=timezone.now())
    logout(request)
    response = redirect("account:sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'  # not the cookies: the machine's own mark stays
    return response


@access.public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, kept with the person, and with the browser for the sign-in page."""
    chosen = request.POST.get("language", "")
    if chosen not in CODES:
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        signing_in.choose_language(request.user, chosen)
    response = redirect(entering.wanted(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True, secure=settings.SECURE_COOKIES
    )
    return response


def _demo_sign_ins() -> list[tuple[str, str, str]]:
    """Name, password and who it is, for an installation that shows them."""
    return list(import_module("hutong.hotline.network.demo").SIGN_INS) if settings.DEMO else []


def _demo_code(username: str) -> str:
    """The code of one of the demo's people, whose secrets are none."""
    return str(import_module("hutong.hotline.network.demo").code(username, at=timezone.now())) if settings.DEMO else ""
