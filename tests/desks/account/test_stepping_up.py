"""What demands a fresh proof, and that what was entered comes along."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import factors
from hutong.hotline.network.models import Post, Session
from tests import cast
from tests.clients import code, fresh_code, signed_in

pytestmark = pytest.mark.django_db
ASKS = {
    "rulebook:approve", "rulebook:withdraw", "rulebook:export", "rulebook:file", "office:files", "office:export", "office:new_staff",
    "office:password", "office:deactivate_staff", "office:give_post", "office:end_post", "office:new_token", "office:end_sessions",
    "office:ask_reset", "office:decide_reset", "office:charge", "office:end_charge", "office:new_contract", "office:end_contract",
    "approvals:post", "approvals:end", "audit:child", "audit:agree", "audit:yearly", "supervision:letter", "cases:end_hold",
    "cases:end_person_hold", "recordings:release",
    "cases:archive", "cases:export", "cases:reveal_reporter", "account:password", "account:add_code",
    "account:add_passkey", "account:new_passkey_options", "account:recovery_codes", "account:remove_factor", "account:end_session",
    "account:end_sessions", "account:wall", "account:bind", "account:unbind",
}  # fmt: skip


def named(resolver: URLResolver, space: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found[f"{space}:{entry.name}"] = entry.callback
        else:
            found |= named(entry, entry.namespace or space)
    return found


def test_each_export_and_each_change_of_rights_or_rulebooks_asks() -> None:
    assert {name for name, view in named(get_resolver()).items() if hasattr(view, "steps_up")} == ASKS


def long_ago(client: Client) -> None:
    Session.objects.filter(pk=client.session["sign_in"]).update(proved_at=timezone.now() - timedelta(minutes=5))


def test_five_minutes_after_the_last_proof_it_is_asked_for_and_the_deed_is_done_with_what_was_entered() -> None:
    code("ning")
    client = signed_in("ning")
    address = reverse("office:give_post", args=[cast.post("wang").staff_id])
    typed = {"office": "莲湖区民政局", "role": "coordinator", "valid_from": "2026-09-01"}
    assert client.get(address).status_code == 200
    long_ago(client)

    page = client.post(address, typed)
    assert page.status_code == 401
    assert dict(page.context["kept"]) == typed
    assert b"autofocus" in page.content
    assert Post.objects.filter(staff=cast.post("wang").staff).count() == 1
    proof = {"proof": "POST", "proof-password": cast.PASSWORD, "proof-code": fresh_code("ning")}
    answer = client.post(address, {**typed, **proof})

    assert answer.status_code == 302
    assert Post.objects.filter(staff__username="wang").count() == 2
    assert AuditEntry.objects.filter(verb="proved").count() == 1


def test_a_proof_of_a_moment_that_has_not_come_is_none() -> None:
    """By a clock that was ahead when it was given, and is right again."""
    client = signed_in("ning")
    for ahead in (timedelta(minutes=1), timedelta(days=1)):
        Session.objects.filter(pk=client.session["sign_in"]).update(proved_at=timezone.now() + ahead)
        assert client.post("/office/files/staff.csv").status_code == 401


def test_half_a_proof_is_none() -> None:
    code("ning")
    client = signed_in("ning")
    long_ago(client)

    for half in ({"proof-password": cast.PASSWORD}, {"proof-code": fresh_code("ning")}, {"proof-passkey": "{}"}, {"proof-passkey": "x"}):
        assert client.post("/office/files/staff.csv", {"proof": "POST", **half}).status_code == 401
    assert client.post("/office/files/staff.csv").status_code == 401


def test_a_download_goes_on_after_the_proof() -> None:
    code("ning")
    client = signed_in("ning")
    long_ago(client)

    proof = {"proof": "POST", "proof-password": cast.PASSWORD, "proof-code": fresh_code("ning")}
    assert client.post("/office/files/staff.csv", proof)["Content-Type"].startswith("text/csv")


def test_who_has_a_passkey_alone_proves_it_by_that_or_a_recovery_code_and_never_by_the_password() -> None:
    client = signed_in("ning")
    session = Session.objects.get(pk=client.session["sign_in"])
    factors.add_passkey(session.staff, "钥匙", {"none": 1}, session=session, at=timezone.now())
    spare = factors.new_recovery_codes(session.staff, session=session, at=timezone.now())
    long_ago(client)

    proof = {"proof": "POST", "proof-password": cast.PASSWORD}
    assert client.post("/office/files/staff.csv", proof).status_code == 401
    assert client.post("/office/files/staff.csv", {**proof, "proof-code": spare[0]}).status_code == 200
