"""A government's identity provider says who somebody is; who that is here, only the person themselves has said."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from hutong.desks.account import provider
from hutong.hotline.network import identities
from hutong.hotline.network.models import Staff
from tests import cast
from tests.clients import code, fresh_code, signed_in
from tests.desks.account.idp import ISSUER, OTHER_KEY, Idp

pytestmark = pytest.mark.django_db


@pytest.fixture
def idp(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Idp]:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_SECRET, settings.OIDC_NAME = ISSUER, "hutong", "s", "统一身份认证"
    there = Idp()
    monkeypatch.setattr(requests.Session, "request", lambda _session, *given, **more: there.request(*given, **more))
    return there


def bound(username: str = "xu", subject: str = "1") -> None:
    code(username)
    identities.bind(cast.post(username).staff, provider.name(), subject, by=None, at=timezone.now())


def test_who_is_bound_gets_to_the_second_step_and_in(idp: Idp) -> None:
    bound()
    client = Client()

    answer = idp.sign_in(client)
    assert answer["Location"] == "/account/second-step?next=%2Faccount%2Fsecurity"
    assert "_auth_user_id" not in client.session
    client.post(answer["Location"], {"code": fresh_code("xu")})
    assert client.get("/account/security").wsgi_request.user.username == "xu"
    assert idp.asked["scope"] == "openid"
    assert idp.asked["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    "claims", [{}, {"email": "xu@example.gov.cn", "phone_number": "13800000000", "preferred_username": "xu", "name": "徐宁"}]
)
def test_an_unknown_subject_is_told_whom_to_ask_and_nobody_is_made(idp: Idp, claims: dict[str, Any]) -> None:
    bound(subject="another")
    people = Staff.objects.count()
    idp.claims = claims

    answer = idp.sign_in(Client())

    assert (answer.status_code, answer.templates[0].name) == (403, "account/unknown.html")
    assert (Staff.objects.count(), SocialAccount.objects.count()) == (people, 1)


def test_the_same_subject_of_another_issuer_is_nobody(idp: Idp, settings: Any) -> None:
    bound()
    settings.OIDC_ISSUER = "https://id.other.example"
    idp.metadata = idp.claims = {"issuer": settings.OIDC_ISSUER, "iss": settings.OIDC_ISSUER}

    assert idp.sign_in(Client()).status_code == 403


WRONG: dict[str, dict[str, Any]] = {
    "signed by another": {"key": OTHER_KEY},
    "not signed": {"key": None, "algorithm": "none"},
    "signed with a shared secret": {"key": "s" * 64, "algorithm": "HS256"},
    "for somebody else": {"claims": {"aud": "other"}},
    "from somebody else": {"claims": {"iss": "https://other.example"}},
    "too old": {"claims": {"exp": 1, "iat": 0}},
    "an answer to no question of ours": {"claims": {"nonce": "other"}},
    "without a nonce": {"claims": {"nonce": None}},
    "without a subject": {"claims": {"sub": None}},
    "metadata of another issuer": {"metadata": {"issuer": "https://other.example"}},
    "signed by keys that come in clear": {"metadata": {"jwks_uri": "http://id.example.gov.cn/keys"}},
    "asked for in clear": {"metadata": {"token_endpoint": "http://id.example.gov.cn/token"}},
    "sent for in clear": {"metadata": {"authorization_endpoint": "http://id.example.gov.cn/authorization"}},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is(wrong: str, idp: Idp) -> None:
    bound()
    client = Client()
    late = {"metadata": {}} | WRONG[wrong]
    metadata = late.pop("metadata")
    vars(idp).update(late)
    if metadata:
        client.get("/account/provider")
        idp.metadata = metadata
        assert client.get("/account/provider")["Location"] == "/account/sign-in"
        return
    assert idp.sign_in(client)["Location"] == "/account/sign-in"
    assert "waiting" not in client.session


def test_an_answer_that_nobody_here_asked_for_is_refused(idp: Idp) -> None:
    bound()
    other = Client()
    idp.sign_in(Client())

    answer = other.get(f"/account/provider/{provider.name()}/back", {"code": "c", "state": idp.asked["state"], "_redir": ""})

    assert answer["Location"] == "/account/sign-in"
    assert other.get("/account/provider/oidc-other/back", {"code": "c"}).status_code == 404


def test_while_it_is_down_the_other_ways_stand_open(idp: Idp) -> None:
    bound()
    idp.is_down = True
    client = Client()

    assert client.get("/account/provider")["Location"] == "/account/sign-in"
    assert client.post("/account/sign-in", {"username": "xu", "password": cast.PASSWORD})["Location"].startswith("/account/second-step")


def test_a_person_binds_themselves_and_nobody_elses_subject(idp: Idp) -> None:
    xu, he = signed_in("xu"), signed_in("he")

    idp.sign_in(xu, "/account/provider/bind", post=True)
    idp.sign_in(he, "/account/provider/bind", post=True)

    assert list(SocialAccount.objects.values_list("user__username", "uid")) == [("xu", "1")]
    assert xu.get("/account/security").context["is_bound"]
    xu.post("/account/provider/unbind")
    assert not SocialAccount.objects.exists()


def test_where_there_is_none_there_is_no_way_to_it() -> None:
    assert Client().get("/account/provider").status_code == 404
    assert "统一身份认证" not in Client().get("/account/sign-in").content.decode()
    assert not Authenticator.objects.exists()


def test_a_link_from_another_site_brings_the_strict_cookies_along_by_one_step_of_our_own() -> None:
    came = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    page = Client().get("/operator/?a=1&b=2", headers=came).content.decode()
    assert 'content="0; url=/operator/?a=1&amp;b=2"' in page
    assert signed_in("xu").get("/account/security", headers=came).status_code == 200
