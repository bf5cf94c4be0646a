"""A government's identity provider (OpenID Connect). It says who somebody is, and nothing else.

allauth does the exchange (state, PKCE, one-time code). Closed here: it trusts an ID token that came over TLS without looking at the
signature, takes the algorithm from the token, and the issuer from the metadata; it sends no nonce; it binds by a name that another
issuer could take over. A browser that does not say where it comes from is brought home by allauth, with our page
(socialaccount/login_redirect.html). Who is bound is found by issuer and subject alone; nobody is signed up; roles and posts are ours.
"""

import hashlib
import secrets
from typing import Any

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hutong.desks import access
from hutong.desks.account import entering
from hutong.hotline.kernel.hosts import is_in_clear
from hutong.hotline.network import identities
from hutong.hotline.network import queries as network

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
ASKED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NONCE = "provider_nonce"
LATEST = 60  # seconds by which its clock and ours may differ


def name() -> str:
    """By what bindings are kept: another issuer is another name, whatever it says of itself."""
    return "oidc-" + hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()[:24]


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What comes back from the provider: somebody whom we know, somebody who binds themselves, or nobody."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        """The one of the settings, if there is one; none from the database."""
        if not settings.OIDC_ISSUER:
            return []
        told = {"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True, "scope": ["openid"], "fetch_userinfo": False}
        return [
            SocialApp(
                provider="openid_connect", provider_id=name(), name=settings.OIDC_NAME, client_id=settings.OIDC_CLIENT,
                secret=settings.OIDC_SECRET, settings=told,
            )
        ]  # fmt: skip

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        """Take over before allauth signs anybody in or up."""
        subject, bound = sociallogin.account.uid, sociallogin.account.user_id if sociallogin.is_existing else None
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(_bind(request, subject))
        staff = network.staff_at_work(bound) if bound else None
        if staff is None:
            raise ImmediateHttpResponse(render(request, "account/unknown.html", {"provider": settings.OIDC_NAME}, status=403))
        wanted = sociallogin.state.get("next") or reverse("home")
        raise ImmediateHttpResponse(entering.first_proof(request, staff, how="provider", wanted=wanted))

    def on_authentication_error(self, request: Any, provider: Any, **_more: Any) -> None:
        """Back to the other ways in."""
        raise ImmediateHttpResponse(_not_finished(request))

    def get_requests_session(self) -> requests.Session:
        """With an end to waiting."""
        session = requests.Session()
        session.request = _bounded(session.request)  # type: ignore[method-assign]
        return session


def _bounded(ask: Any) -> Any:
    return lambda *args, **more: ask(*args, **{**more, "timeout": 10, "allow_redirects": False})


class Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The exchange, with what allauth leaves open."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Its metadata, if they are of the issuer that the settings name."""
        found: dict[str, Any] = super().openid_config
        if found.get("issuer") != settings.OIDC_ISSUER:
            raise OAuth2Error("metadata of another issuer")
        if any(is_in_clear(found.get(name, "")) for name in ASKED):
            raise OAuth2Error("a way in clear")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Behind a proxy, as the world knows us."""
        path = reverse("openid_connect_callback", args=[self.provider_id])
        return f"{settings.PUBLIC_ORIGIN}{path}" if settings.BEHIND_PROXY else request.build_absolute_uri(path)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(id_token).get("kid")
            with Adapter().get_requests_session() as session:
                answer = session.get(self.openid_config["jwks_uri"])
                answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
            key = next((key for key in keys if key.key_id == kid and key.algorithm_name in ALGORITHMS), None)
            if key is None:
                raise OAuth2Error("no such key")
            told: dict[str, Any] = jwt.decode(
                id_token, key.key, algorithms=[key.algorithm_name], issuer=settings.OIDC_ISSUER, audience=app.client_id, leeway=LATEST,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OAuth2Error("not a token for us") from error
        asked = self.request.session.pop(NONCE, None)
        if not asked or not secrets.compare_digest(str(told["nonce"]), asked):
            raise OAuth2Error("not the answer to our question")
        return told


def _ask(request: Any, **state: str) -> HttpResponse:
    if not settings.OIDC_ISSUER:
        raise Http404
    provider = Adapter().get_provider(request, name())
    provider.oauth2_adapter_class = Provider
    request.session[NONCE] = secrets.token_urlsafe(24)
    given = {"next_url": state["next"], "auth_params": {"nonce": request.session[NONCE]}}
    try:
        answer: HttpResponse = provider.redirect(request, state["process"], **given)
    except (OAuth2Error, requests.RequestException, KeyError, ValueError):
        return _not_finished(request)
    return answer


def _not_finished(request: Any) -> HttpResponse:
    """It is down, refused, or answered what it must not: the other ways in stand open."""
    messages.error(request, _("%(name)s这次没有完成。请再试一次，或用通行密钥、密码登录。") % {"name": settings.OIDC_NAME})
    return redirect("account:sign_in")


@access.public
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """To the provider."""
    return _ask(request, process="login", next=entering.wanted(request))


@access.signed_in
@access.stepped_up
@require_POST
def bind(request: Any) -> HttpResponse:
    """To the provider, to bind what it says of whoever sits here to whoever is signed in here."""
    return _ask(request, process="connect", next=reverse("account:security"))


@access.signed_in
@access.stepped_up
@require_POST
def unbind(request: Any) -> HttpResponse:
    """No longer."""
    identities.unbind(request.user, by=request.post, at=timezone.now())
    return redirect("account:security")


@access.public
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the provider."""
    if not settings.OIDC_ISSUER or provider_id != name():
        raise Http404
    answer: HttpResponse = OAuth2CallbackView.adapter_view(Provider(request, provider_id))(request)
    return answer


def _bind(request: Any, subject: str) -> HttpResponse:
    if not request.user.is_authenticated or request.sign_in.is_limited:
        return access.to_sign_in(request)
    if identities.bind(request.user, name(), subject, by=request.post, at=timezone.now()):
        messages.success(request, _("已绑定%(name)s。") % {"name": settings.OIDC_NAME})
    else:
        messages.error(request, _("这个身份已绑定另一个账号。请联系安全管理员。"))
    return redirect("account:security")
