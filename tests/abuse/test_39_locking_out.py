"""Locking out counts by account and place, and is no weapon against colleagues; an unknown name gets the same answer for the same work."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.notices import alarms
from tests import cast
from tests.abuse.attack import attack, patched
from tests.clients import code

SHIFT = ("xu", "he", "lu", "zhou")


def guess(username: str, **address: str) -> Any:
    return Client(**address).post("/account/sign-in", {"username": username, "password": "guess"})  # type: ignore[arg-type]


@pytest.mark.django_db
@attack(39, patched("hutong.desks.standing.place", lambda _request: ""))
def test_a_whole_night_shift_locked_out_from_elsewhere_signs_in_at_its_own_desk() -> None:
    for username in SHIFT:
        code(username)
        for _time in range(13):
            guess(username, REMOTE_ADDR="203.0.113.9")

    for username in SHIFT:
        answer = Client(REMOTE_ADDR="10.0.0.2").post("/account/sign-in", {"username": username, "password": cast.PASSWORD})
        assert answer.status_code == 302


@pytest.mark.django_db
@attack(39, patched("hutong.hotline.network.signing_in.must_wait", lambda *_given, **_more: 0))
def test_who_guesses_waits_and_leaves_few_lines() -> None:
    for _time in range(40):
        guess("xu")

    assert "尝试次数过多" in guess("xu").content.decode()
    assert AuditEntry.objects.count() <= 7


@pytest.mark.django_db
@attack(39, patched("django.contrib.auth.backends.ModelBackend.authenticate", lambda *_given, **_more: None))
def test_an_unknown_name_costs_the_same_work_and_gets_the_same_answer() -> None:
    hashed: list[str] = []
    encode = Argon2PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    verify = Argon2PasswordHasher.verify

    def verified(self: Any, password: str, encoded: str) -> bool:
        hashed.append(password)
        return verify(self, password, encoded)

    with patch.object(Argon2PasswordHasher, "encode", counted), patch.object(Argon2PasswordHasher, "verify", verified):
        known, unknown = guess("xu"), guess("nobody-of-this-name")

    assert hashed == ["guess", "guess"]
    assert known.status_code == unknown.status_code == 422
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


@pytest.mark.django_db
@attack(39, patched("hutong.hotline.notices.alarms.A_DAY", 1000))
def test_nobody_is_pestered_with_notices_of_failures_in_their_name() -> None:
    start = timezone.now() - timedelta(days=1)
    for hour in range(24):
        alarms.sign_in_failed("xu", f"{hour}", at=start + timedelta(minutes=61 * hour))

    assert AuditEntry.objects.filter(verb="failures_told").count() <= 4
