"""The way in, the same for everybody: a first proof (password, identity provider), a second one, the session, a post. A passkey is both."""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from hutong.desks import access, standing
from hutong.desks.components import log
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import factors, sessions, signing_in
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Staff
from hutong.hotline.notices import alarms

WAITING = "waiting"  # in Django's session: who has given the first proof
PATIENCE = 300  # seconds for the second
BACKEND = "django.contrib.auth.backends.ModelBackend"


def first_proof(request: HttpRequest, staff: Staff, *, how: str, wanted: str) -> HttpResponse:
    """One proof was given. Who has a second factor must bring it; who has none yet is led to set one up."""
    if not factors.kinds(staff):
        return enter(request, staff, how=how, wanted=wanted)
    request.session[WAITING] = {"staff": str(staff.pk), "how": how, "at": time.time()}
    return redirect(reverse("account:second_step", query={"next": wanted}))


def waiting(request: HttpRequest) -> tuple[Staff | None, str]:
    """Who gave the first proof in this browser lately, and which."""
    told = request.session.get(WAITING) or {}
    if not told or not 0 <= time.time() - told["at"] <= PATIENCE:
        return None, ""
    return network.staff_at_work(told["staff"]), told["how"]


def enter(request: Any, staff: Staff, *, how: str, wanted: str) -> HttpResponse:
    """All is proved: a session of its own, under a new name."""
    at, before = timezone.now(), staff.last_login
    request.session.pop(WAITING, None)
    limited = staff.password_until is not None or factors.are_missing(staff, at=at)
    request.begins = {"how": how, "is_limited": limited}
    login(request, staff, backend=BACKEND)
    request.sign_in = standing.of(request, at=at)
    signing_in.signed_in(staff, at=at, how=how)
    if changed := signing_in.changed(staff, since=before):
        told = {"when": date_format(timezone.localtime(before), "Y-m-d H:i"), "what": listed(log.verb(verb) for verb in changed)}
        messages.warning(request, _("自您上次登录（%(when)s）以来：%(what)s。若您不知情，请立即告诉安全管理员。") % told)
    alarms.signed_in_anew(request.sign_in, at=timezone.now())  # after last_login, so that the next sign-in speaks of this one
    where = redirect(reverse("account:set_up", query={"next": wanted})) if limited else to_a_post(request, wanted)
    return standing.mark_machine(request, where)


def to_a_post(request: Any, wanted: str) -> HttpResponse:
    """The only post is taken at once; among several the person chooses."""
    posts = list(network.posts_held(staff=request.user, on=timezone.localdate())[:2])
    return take(request, posts[0], wanted) if len(posts) == 1 else access.to_choice_of_post(wanted)


def take(request: Any, post: Post, wanted: str) -> HttpResponse:
    """Work in this post from now on."""
    request.session["post"] = str(post.pk)
    sessions.take(request.sign_in, post)
    signing_in.took_post(post, at=timezone.now())
    return redirect(wanted)


def wanted(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is one of our own pages."""
    told = request.POST.get("next") or request.GET.get("next", "")
    return told if url_has_allowed_host_and_scheme(told, {request.get_host()}, request.is_secure()) else reverse("home")
