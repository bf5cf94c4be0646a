"""The second proof: demanded of everybody but volunteers, good for one use, sealed for its person."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, identify_hasher
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.desks.account import entering
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.network import demo, factors, rules
from hutong.hotline.network.models import Role, Session, Staff
from tests import cast
from tests.clients import code, fresh_code, signed_in

pytestmark = pytest.mark.django_db


def first_step(username: str = "xu") -> Client:
    client = Client()
    answer = client.post("/account/sign-in", {"username": username, "password": cast.PASSWORD})
    assert answer.status_code == 302
    return client


def second(client: Client, typed: str) -> Any:
    return client.post("/account/second-step", {"code": typed})


def test_a_password_alone_opens_nothing() -> None:
    code("xu")
    client = first_step()

    assert client.get("/operator/").status_code == 302
    assert "_auth_user_id" not in client.session
    assert not Session.objects.exists()


@pytest.mark.parametrize("ago", [entering.PATIENCE + 1, -60])
def test_a_password_of_long_ago_or_of_a_moment_that_has_not_come_waits_for_no_code(ago: int) -> None:
    typed, client = code("xu"), first_step()
    session = client.session
    session[entering.WAITING] |= {"at": time.time() - ago}
    session.save()

    second(client, typed)
    assert not Session.objects.exists()


def test_who_has_no_factor_is_led_to_one_and_reaches_nothing_else() -> None:
    client = first_step()

    assert client.get("/operator/")["Location"] == "/account/set-up?next=%2Foperator%2F"
    assert client.get("/notices/alerts", headers={"HX-Request": "true"}).status_code == 401
    assert client.get("/account/security").status_code == 302
    assert client.get("/account/set-up").status_code == 200
    assert Session.objects.get().is_limited


def test_a_volunteer_may_do_without() -> None:
    post = cast.post("xu")
    post.role = Role.VOLUNTEER
    assert not rules.needs_factor([Role.VOLUNTEER])
    assert rules.needs_factor([Role.VOLUNTEER, Role.EXPERT])
    assert rules.needs_factor([])


def test_it_is_set_up_with_the_secret_of_the_page_and_a_code_of_it_and_comes_with_recovery_codes() -> None:
    client = first_step()
    page = client.get("/account/factors/code").context
    secret = "".join(page["groups"])
    sealed = page["form"]["sealed"].value()
    assert secret not in sealed

    wrong = client.post("/account/factors/code", {"sealed": sealed, "code": "000000"})
    assert wrong.status_code == 422
    right = client.post("/account/factors/code", {"sealed": sealed, "code": factors.code_at(secret, factors.step_of(timezone.now()))})

    assert len(set(right.context["codes"])) == 10
    assert client.get("/operator/").status_code == 302  # to the choice of post, for one is taken with the next step
    assert client.get("/account/set-up?next=/operator/")["Location"] == "/operator/"
    assert client.get("/account/security").status_code == 200
    assert secret not in str(list(Authenticator.objects.values()))


def test_a_code_is_good_once_whoever_brings_it() -> None:
    typed = code("xu")
    assert second(first_step(), typed).status_code == 302
    assert second(first_step(), typed).status_code == 422


def test_a_code_of_another_moment_or_person_is_none() -> None:
    code("xu")
    code("he")
    step = factors.step_of(timezone.now())
    for typed in (
        factors.code_at(demo.secret("xu"), step - 1),
        factors.code_at(demo.secret("xu"), step + 1),
        fresh_code("he"),
        "",
        "六六六",
    ):
        assert second(first_step(), typed).status_code == 422


def test_guessing_codes_waits_as_guessing_passwords_does() -> None:
    code("xu")
    client = first_step()
    for _time in range(5):
        second(client, "000000")

    assert "请等 1 分钟" in second(client, fresh_code("xu")).content.decode()
    assert AuditEntry.objects.filter(verb="factor_failed").count() == 5


def test_a_recovery_code_stands_in_once() -> None:
    code("xu")
    session = Session.objects.get(pk=signed_in("xu").session["sign_in"])
    spare = factors.new_recovery_codes(session.staff, session=session, at=timezone.now())

    assert second(first_step(), f"{spare[0][:4]} {spare[0][4:]}").status_code == 302
    assert second(first_step(), spare[0]).status_code == 422
    assert factors.codes_left(session.staff) == 9


def test_of_a_recovery_code_its_hash_alone_is_kept_and_opens_for_its_person_alone() -> None:
    session = Session.objects.get(pk=signed_in("xu").session["sign_in"])
    spare = factors.new_recovery_codes(session.staff, session=session, at=timezone.now())
    kept = Authenticator.objects.get().data["hashes"]

    assert [len(each) for each in spare] == [12] * 10
    assert sorted(kept) == [each[0] for each in spare]
    with factors.secrets_of(session.staff):
        first, second_one = (factors.Adapter().decrypt(kept[number]) for number in "01")
    assert identify_hasher(first).algorithm == "argon2"
    assert check_password(spare[0], first)
    assert not check_password(spare[0], second_one)
    with factors.secrets_of(Staff.objects.get(username="he")), pytest.raises(NotOpened):
        factors.Adapter().decrypt(kept["0"])


def test_recovery_codes_of_the_time_before_hashes_are_none() -> None:
    typed, xu = code("xu"), Staff.objects.get(username="xu")
    Authenticator.objects.create(user=xu, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "…", "used_mask": 0})

    assert factors.codes_left(xu) == 0
    assert second(first_step(), "0" * 12).status_code == 422
    assert second(first_step(), typed).status_code == 302


def test_the_first_step_is_forgotten_after_five_minutes() -> None:
    typed = code("xu")
    client = first_step()
    session = client.session
    session["waiting"] = {**session["waiting"], "at": session["waiting"]["at"] - 301}
    session.save()

    assert second(client, typed)["Location"] == "/account/sign-in"


def test_a_secret_opens_for_its_person_alone() -> None:
    xu, he = (Staff.objects.get(username=name) for name in ("xu", "he"))
    sealed = factors.sealed("A" * 32, xu)

    with factors.secrets_of(he), pytest.raises(NotOpened):
        factors.Adapter().decrypt(sealed)
    with pytest.raises(LookupError):
        factors.Adapter().encrypt("outside")


def test_the_last_one_stays_and_each_change_ends_the_other_sessions() -> None:
    code("xu")
    here, elsewhere = signed_in("xu"), signed_in("xu")
    row = Authenticator.objects.get()

    here.post(reverse("account:remove_factor", args=[row.pk]))
    assert Authenticator.objects.exists()

    page = here.get("/account/factors/code").context
    secret, sealed = "".join(page["groups"]), page["form"]["sealed"].value()
    told = here.post("/account/factors/code", {"sealed": sealed, "code": factors.code_at(secret, factors.step_of(timezone.now()))})
    assert "已有动态验证码" in told.content.decode()
    session = Session.objects.get(pk=here.session["sign_in"])
    factors.add_passkey(session.staff, "钥匙", {"none": 1}, session=session, at=timezone.now())
    assert elsewhere.get("/account/security").status_code == 302
    here.post(reverse("account:remove_factor", args=[row.pk]))
    assert list(Authenticator.objects.values_list("type", flat=True)) == ["webauthn"]
    verbs = AuditEntry.objects.values_list("verb", flat=True)
    assert {"factor_added", "factor_removed", "session_ended"} <= set(verbs)


def test_who_signs_in_hears_what_was_changed_in_their_name_meanwhile() -> None:
    typed = code("xu")
    client = first_step()
    second(client, typed)
    client.post("/account/sign-out")
    assert "自您上次登录" not in client.get("/account/sign-in").content.decode()
    session = Session.objects.get(pk=signed_in("xu").session["sign_in"])
    spare = factors.new_recovery_codes(session.staff, session=session, at=timezone.now())
    Staff.objects.filter(pk=session.staff_id).update(last_login=timezone.now() - timedelta(hours=1))

    client = first_step()
    second(client, spare[0])

    assert "生成恢复码。若您不知情，请立即告诉安全管理员。" in client.get("/account/security").content.decode()
