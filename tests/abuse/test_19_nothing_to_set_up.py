"""Set-up, debug, schema, admin and sign-up addresses, ours or a library's, answer as what is not there."""

import pytest
from django.test import Client

from tests.abuse.attack import attack, patched
from tests.clients import signed_in

NOT_THERE = (
    "/admin/", "/setup", "/install", "/__debug__/", "/metrics", "/schema", "/api/docs", "/accounts/login/",
    "/account/login/", "/account/signup", "/account/signup/", "/account/social/signup/", "/account/email/", "/account/password/reset/",
    "/account/2fa/", "/account/provider", "/account/provider/x/back", "/_allauth/browser/v1/config", "/.env", "/.git/config",
    "/static/../settings.py",
)  # fmt: skip


@pytest.mark.django_db
@attack(19, patched("django.conf.settings.ROOT_URLCONF", "tests.abuse.every_url"))
def test_nothing_of_it_is_there_for_anybody() -> None:
    for client in (Client(), signed_in("gao")):
        answers = {address: client.get(address) for address in NOT_THERE}
        assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 404} == {}
