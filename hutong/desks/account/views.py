"""Signing in, choosing a post, the language, signing out."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.account.forms import SignIn
from hutong.desks.account.language import CODES
from hutong.desks.navigation import desks_of
from hutong.hotline.network import queries as network
from hutong.hotline.network import signing_in
from hutong.hotline.network.models import Post


@access.for_posts()
def home(request: access.DeskRequest) -> HttpResponse:
    """To the desk of this post."""
    return redirect(desks_of(request.post)[0].name)


@access.public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; the answer never tells which of the two was wrong."""
    form = SignIn(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.staff)
        signing_in.signed_in(form.staff, at=timezone.now())
        return _to_a_post(request)
    context = {"form": form, "next": request.GET.get("next", ""), "demo": _demo_sign_ins()}
    return render(request, "account/sign_in.html", context, status=422 if form.errors else 200)


@access.signed_in
@require_http_methods(["GET", "POST"])
def choose_post(request: Any) -> HttpResponse:
    """In which post to work now."""
    posts = network.posts_held(staff=request.user, on=timezone.localdate())
    if request.method == "POST":
        post = next((post for post in posts if str(post.pk) == request.POST.get("post")), None)
        return _take(request, post) if post else HttpResponseBadRequest()
    return render(request, "account/choose_post.html", {"posts": posts, "next": request.GET.get("next", "")})


@access.signed_in
@require_POST
def sign_out(request: Any) -> HttpResponse:
    """Ends the session on the server."""
    signing_in.signed_out(request.user, request.post, at=timezone.now())
    logout(request)
    return redirect("account:sign_in")


@access.public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, kept with the person, and with the browser for the sign-in page."""
    chosen = request.POST.get("language", "")
    if chosen not in CODES:
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        signing_in.choose_language(request.user, chosen)
    response = redirect(_next(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True, secure=settings.SECURE_COOKIES
    )
    return response


def _to_a_post(request: Any) -> HttpResponse:
    """The only post is taken at once; among several the person chooses."""
    posts = list(network.posts_held(staff=request.user, on=timezone.localdate())[:2])
    return _take(request, posts[0]) if len(posts) == 1 else access.to_choice_of_post(_next(request))


def _take(request: Any, post: Post) -> HttpResponse:
    request.session["post"] = str(post.pk)
    signing_in.took_post(post, at=timezone.now())
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else reverse("home")


def _demo_sign_ins() -> list[tuple[str, str, str]]:
    """Name, password and who it is, for an installation that shows them."""
    return list(import_module("hutong.hotline.network.demo").SIGN_INS) if settings.DEMO else []
