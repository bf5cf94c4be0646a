"""Which passwords are refused, without asking anybody, and that nothing else is."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from hutong.hotline.network.models import Staff
from tests import cast
from tests.clients import OWN, signed_in

pytestmark = pytest.mark.django_db


def staff() -> Staff:
    return cast.post("xu").staff


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars", "123456789012", "passwordpassword", "qwertyuiop123", "1q2w3e4r5t6y", "aaaaaaaaaaaa", "hutong-12349",
        "hutong12349hutong", "rexian12349minzheng", "xu-xu-xu-xu-xu-xu", "徐宁徐宁徐宁徐宁", "西安市12349热线中心", "woaini13145201314",
        "Password2026!", "zhongguo20261001",
    ],
)  # fmt: skip
def test_short_common_leaked_or_local_ones_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, staff())


@pytest.mark.parametrize("password", [OWN, "灯笼 河边 旧伞 三月雨 竹叶", "mrkv tqzz pwln ohxd", "x" * 3 + "Vq9 lantern÷bridge" + "é" * 40])
def test_any_letters_will_do_and_sixty_four_of_them(password: str) -> None:
    validate_password(password, staff())


def test_a_password_is_taken_as_typed_and_ends_the_other_sessions() -> None:
    here, elsewhere = signed_in("xu"), signed_in("xu")
    assert here.post("/account/password", {"password": f" {OWN} ", "again": f" {OWN} "}).status_code == 302

    assert staff().check_password(f" {OWN} ")
    assert here.get("/account/security").status_code == 200
    assert elsewhere.get("/account/security").status_code == 302


def test_a_weak_one_or_two_different_ones_are_told_and_nothing_changes() -> None:
    client = signed_in("xu")
    for typed in ({"password": "hutong-12349", "again": "hutong-12349"}, {"password": OWN, "again": OWN + "x"}):
        assert client.post("/account/password", typed).status_code == 422
    assert staff().check_password(cast.PASSWORD)


def test_the_page_asks_for_what_password_managers_know() -> None:
    page = signed_in("xu").get("/account/password").content.decode()
    assert page.count('autocomplete="new-password"') == 2
    assert "onpaste" not in page
    assert 'autocomplete="current-password"' in Client().get("/account/sign-in").content.decode()
