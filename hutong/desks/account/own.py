"""What a person signs in with, and where they are signed in: set up, changed and ended by nobody but themselves."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access, passkeys
from hutong.desks.account import entering
from hutong.desks.account.forms import NewCode, NewPasskey, NewPassword
from hutong.desks.components.deeds import take
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.network import factors, identities, passwords, rules, sessions
from hutong.hotline.network import queries as network
from hutong.hotline.notices import alarms
from hutong.hotline.notices.rules import ALARMS

TOLD = 20  # lines on the page
here = access.marked(setting_up=True)


@access.signed_in
@require_GET
def security(request: Any) -> HttpResponse:
    """By what one signs in, where one is signed in now, and what one was told of it in the last months."""
    mine, at = factors.of(request.user), timezone.now()
    told = list(alarms.lately(request.user, at=at)[:TOLD])
    posts = network.posts_by_id(line.detail["who"] for line in told if "who" in line.detail)
    context = {
        "factors": mine, "has_code": any(row.type == factors.CODE for row in mine), "codes_left": factors.codes_left(request.user),
        "provider": settings.OIDC_NAME, "is_bound": identities.is_bound(request.user),
        "sessions": sessions.of(request.user, at=at),
        "told": [(ALARMS[line.verb], line.at, posts.get(UUID(line.detail["who"])) if "who" in line.detail else None) for line in told],
    }  # fmt: skip
    return render(request, "account/security.html", context)


@access.signed_in
@here
@require_GET
def set_up(request: Any) -> HttpResponse:
    """What is still to be set up before the post opens: a password of one's own, a factor."""
    if request.user.password_until is not None:
        return redirect(reverse("account:password", query={"next": entering.wanted(request)}))
    if factors.are_missing(request.user, at=timezone.now()):
        return render(request, "account/set_up.html", {"next": entering.wanted(request)})
    if request.sign_in.is_limited:
        sessions.open_up(request.sign_in)
    return entering.to_a_post(request, entering.wanted(request)) if request.post is None else redirect("account:security")


@access.signed_in
@here
@access.stepped_up
@require_http_methods(["GET", "POST"])
def password(request: Any) -> HttpResponse:
    """Another password."""
    form = NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.choose(
                staff=request.user, password=form.cleaned_data["password"], session=request.sign_in, at=timezone.now()
            )  # fmt: skip
        except Refusal as refusal:
            take(form, refusal)
        else:
            request.session["_auth_user_hash"] = request.user.get_session_auth_hash()
            messages.success(request, _("密码已更改，您的其他登录已结束。"))
            return redirect(reverse("account:set_up", query={"next": entering.wanted(request)}))
    context = {"form": form, "next": entering.wanted(request)}
    return render(request, "account/password.html", context, status=422 if form.errors else 200)


@access.signed_in
@here
@access.stepped_up
@require_http_methods(["GET", "POST"])
def add_code(request: Any) -> HttpResponse:
    """Codes by time: a secret for the app on the telephone, and a first code to see that it has it."""
    adapter = factors.Adapter()
    with factors.secrets_of(request.user):
        form = NewCode(request.POST or None, initial={"sealed": adapter.encrypt(generate_totp_secret())})
        try:
            secret = adapter.decrypt(form["sealed"].value())
        except (NotOpened, ValueError):
            return redirect("account:add_code")
    if form.is_valid():
        try:
            if factors.add_code(request.user, secret, form.cleaned_data["code"], session=request.sign_in, at=timezone.now()):
                return _added(request)
            form.add_error("code", _("验证码不对。请确认手机时间准确，再输入最新的验证码。"))
        except Refusal as refusal:
            take(form, refusal)
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    picture = b64encode(adapter.build_totp_svg(adapter.build_totp_url(request.user, secret)).encode()).decode()
    context = {"form": form, "groups": groups, "picture": picture, "next": entering.wanted(request)}
    return render(request, "account/add_code.html", context, status=422 if form.errors else 200)


@access.signed_in
@here
@access.stepped_up
@require_http_methods(["GET", "POST"])
def add_passkey(request: Any) -> HttpResponse:
    """A passkey: this machine, a telephone, or a key in the hand."""
    form = NewPasskey(request.POST or None)
    if form.is_valid():
        if credential := passkeys.made(form.cleaned_data["passkey"]):
            factors.add_passkey(
                request.user, form.cleaned_data["name"], credential, session=request.sign_in, at=timezone.now()
            )  # fmt: skip
            return _added(request)
        form.add_error(None, _("没有收到有效的通行密钥，请再试一次。"))
    context = {"form": form, "next": entering.wanted(request)}
    return render(request, "account/add_passkey.html", context, status=422 if form.errors else 200)


@access.signed_in
@here
@access.stepped_up
@require_POST
def new_passkey_options(request: Any) -> JsonResponse:
    """What the device is asked to make."""
    return JsonResponse(passkeys.to_add(request.user))


def _added(request: Any) -> HttpResponse:
    """The first factor comes with recovery codes."""
    if factors.codes_left(request.user):
        messages.success(request, _("已添加。您的其他登录已结束。"))
        return redirect("account:security")
    return _codes(request)


@access.signed_in
@access.stepped_up
@require_POST
def recovery_codes(request: Any) -> HttpResponse:
    """Ten new ones; those from before are worth nothing."""
    return _codes(request)


def _codes(request: Any) -> HttpResponse:
    codes = factors.new_recovery_codes(request.user, session=request.sign_in, at=timezone.now())
    return render(request, "account/recovery_codes.html", {"codes": codes, "next": entering.wanted(request)})


@access.signed_in
@access.stepped_up
@require_POST
def remove_factor(request: Any, factor_id: int) -> HttpResponse:
    """One factor less."""
    try:
        factors.remove(request.user, factor_id, session=request.sign_in, at=timezone.now())
    except Refusal as refusal:
        access.denied(request, refusal)
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已删除。您的其他登录已结束。"))
    return redirect("account:security")


@access.signed_in
@access.stepped_up
@require_POST
def end_session(request: Any, session_id: UUID) -> HttpResponse:
    """One of one's own sessions ends, whichever machine it is at."""
    for session in sessions.of(request.user, at=timezone.now()):
        if session.pk == session_id:
            sessions.end(session, by=request.post, at=timezone.now(), why="ended")
    return redirect("account:security")


@access.signed_in
@access.stepped_up
@require_POST
def end_sessions(request: Any) -> HttpResponse:
    """All but this one end."""
    sessions.end_all(request.user, by=request.post, at=timezone.now(), why="ended", but=request.sign_in)
    messages.success(request, _("其他登录已全部结束。"))
    return redirect("account:security")


@access.for_posts()
@access.stepped_up
@require_http_methods(["GET", "POST"])
def wall(request: access.DeskRequest) -> HttpResponse:
    """A machine that nobody sits at shows a board for weeks, and from then on nothing else."""
    if request.method == "GET":
        return render(request, "account/wall.html", {"next": entering.wanted(request)})
    sessions.become_wall(request.sign_in, by=request.post, at=timezone.now())
    return redirect(entering.wanted(request))


@access.signed_in
@access.marked(while_locked=True, setting_up=True, for_walls=True, by_itself=True)
@require_GET
def left(request: Any) -> JsonResponse:
    """How many seconds remain until the seat counts as left; none on a wall."""
    if request.sign_in.is_wall:
        return JsonResponse({"seconds": None})
    idle = rules.idle_after(request.post.role, request.post.office.kind) if request.post else rules.IDLE_SHARED
    rest = (request.sign_in.seen_at + idle - timezone.now()).total_seconds()
    return JsonResponse({"seconds": 0 if request.is_locked else max(0, round(rest))})


@access.signed_in
@access.marked(setting_up=True)
@require_POST
def at_work(request: Any) -> HttpResponse:
    """Somebody types or points here, though nothing is sent yet."""
    return HttpResponse(status=204)


@access.signed_in
@require_GET
def locked(request: Any) -> HttpResponse:
    """Where a page goes that was left: the gate asks who sits there, and what was open comes back."""
    return redirect(entering.wanted(request))
