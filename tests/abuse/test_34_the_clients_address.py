"""The client's address comes from our proxy alone: a forged one neither hides a guesser nor locks out somebody else."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from hutong.desks.headers import ProxyMiddleware
from tests.abuse.attack import attack, patched


def trusting(self: ProxyMiddleware, request: HttpRequest) -> Any:
    """Believes whatever the browser wrote first."""
    if told := request.headers.get("X-Forwarded-For"):
        request.META["REMOTE_ADDR"] = told.partition(",")[0].strip()
    return self.get_response(request)


@pytest.mark.django_db
@attack(34, patched("hutong.desks.headers.ProxyMiddleware.__call__", trusting))
@pytest.mark.parametrize("is_behind_proxy", [True, False])
def test_another_forged_address_each_time_is_the_same_guesser(is_behind_proxy: bool, settings: Any) -> None:
    settings.BEHIND_PROXY = is_behind_proxy
    last = ""
    for number in range(6):
        forged = f"198.51.100.{number}, 10.0.0.7" if is_behind_proxy else f"198.51.100.{number}"
        typed = {"username": "xu", "password": "guess"}
        last = Client().post("/account/sign-in", typed, headers={"X-Forwarded-For": forged}).content.decode()

    assert "尝试次数过多" in last
