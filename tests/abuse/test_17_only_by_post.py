"""What changes something refuses GET and HEAD; signing out is a POST."""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from hutong.hotline.network.models import Session
from tests.abuse.attack import attack, patched
from tests.clients import signed_in

CHANGES = (
    "account:sign_out", "account:language", "account:at_work", "account:recovery_codes", "account:end_sessions", "account:bind",
    "account:unbind", "account:new_passkey_options", "account:passkey_options", "phone:line", "phone:leave", "phone:state",
)  # fmt: skip


@pytest.mark.django_db
@attack(17, patched("django.views.decorators.http.HttpResponseNotAllowed", lambda _methods: HttpResponse()))
def test_a_link_or_a_picture_changes_nothing() -> None:
    client = signed_in("xu")

    for name in CHANGES:
        for ask in (client.get, client.head):
            assert ask(reverse(name)).status_code == 405, name
    assert Session.objects.get().ended_at is None
    assert client.get("/account/security").status_code == 200
