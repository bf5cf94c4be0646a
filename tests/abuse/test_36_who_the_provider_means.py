"""A government identity binds by issuer and subject alone: the same mail, telephone or name from elsewhere never links."""

from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from hutong.desks.account import provider
from hutong.hotline.network import identities
from tests import cast
from tests.abuse.attack import attack, patched
from tests.clients import code
from tests.desks.account.idp import ISSUER, Idp

OTHER = "https://id.other.example"


@pytest.mark.django_db
@attack(36, patched("hutong.desks.account.provider.name", lambda: "oidc"))
def test_another_issuer_that_names_the_same_subject_and_mail_reaches_nobody(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_NAME = ISSUER, "hutong", "统一身份认证"
    idp = Idp()
    monkeypatch.setattr(requests.Session, "request", lambda _session, *given, **more: idp.request(*given, **more))
    code("xu")
    identities.bind(cast.post("xu").staff, provider.name(), "1", by=None, at=timezone.now())
    client = Client()
    assert "second-step" in idp.sign_in(client)["Location"]

    settings.OIDC_ISSUER = OTHER
    idp.metadata, idp.claims = {"issuer": OTHER}, {"iss": OTHER, "email": "xu@example.gov.cn", "preferred_username": "xu"}
    stranger = Client()
    assert idp.sign_in(stranger).status_code == 403
    assert "waiting" not in stranger.session
    assert SocialAccount.objects.count() == 1
