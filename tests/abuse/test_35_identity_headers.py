"""Identity headers from outside are nothing: who asks is whoever the session's row names."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hutong.desks import standing
from hutong.hotline.network.models import Session, Staff
from tests.abuse.attack import attack, patched

HEADERS = ("Remote-User", "X-Remote-User", "X-Forwarded-User", "X-User", "X-Auth-Request-User", "X-Forwarded-Email", "X-SSL-Client-S-DN")
of = standing.of


def believing(request: Any, **more: Any) -> Any:
    """Takes a proxy's word for who it is."""
    named = next((request.headers[name] for name in HEADERS if name in request.headers), "")
    staff = Staff.objects.filter(username=named).first()
    if staff is None:
        return of(request, **more)
    request.user, now = staff, timezone.now()
    return Session(staff=staff, begun_at=now, seen_at=now, proved_at=now)


@pytest.mark.django_db
@attack(35, patched("hutong.desks.standing.of", believing))
@pytest.mark.parametrize("header", HEADERS)
def test_who_names_themselves_is_nobody(header: str) -> None:
    answer = Client().get("/account/security", headers={header: "gao"}, REMOTE_USER="gao")

    assert not answer.wsgi_request.user.is_authenticated
    assert (answer.status_code, answer["Location"]) == (302, "/account/sign-in?next=/account/security")
