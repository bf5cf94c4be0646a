"""A second factor is set up, taken away and read by its owner alone; an administrator starts a reset and sees no secret."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import demo, factors, resetting
from hutong.hotline.network.models import FactorReset
from tests import cast
from tests.abuse.attack import attack, patched
from tests.clients import code, signed_in

PROOF = {"proof": "本人持工作证到场"}


def anybodys(_staff: Any) -> list[Authenticator]:
    return list(Authenticator.objects.exclude(type=factors.RECOVERY))


@pytest.mark.django_db
@attack(37, patched("hutong.hotline.network.factors.of", anybodys))
def test_nobody_takes_away_or_reads_anothers() -> None:
    code("xu")
    row = Authenticator.objects.get()
    code("gao")
    for who in ("gao", "ning", "he"):
        client = signed_in(who)
        client.post(reverse("account:remove_factor", args=[row.pk]))
        for page in ("/account/security", reverse("office:staff", args=[cast.post("xu").staff_id]) if who != "he" else "/account/security"):
            body = client.get(page).content.decode()
            assert demo.secret("xu") not in body
            assert row.data["secret"] not in body
    assert Authenticator.objects.filter(pk=row.pk).exists()
    assert demo.secret("xu") not in str(Authenticator.objects.filter(pk=row.pk).values())


@pytest.mark.django_db
@attack(37, patched("hutong.hotline.network.resetting.must_reach_all_posts", lambda *_given, **_more: None))
def test_a_reset_takes_two_people_of_two_kinds_and_tells_neither_a_secret() -> None:
    code("xu")
    gao, ning, lu = signed_in("gao"), signed_in("ning"), signed_in("lu")
    ask = reverse("office:ask_reset", args=[cast.post("xu").staff_id])
    for client in (ning, lu):
        assert client.post(ask, PROOF).status_code == 403
    with pytest.raises(Refusal):  # nor by the verb itself
        resetting.ask_reset(staff=cast.post("xu").staff, proof=PROOF["proof"], by=cast.post("ning"), at=timezone.now())

    gao.post(ask, PROOF)
    row = FactorReset.objects.get()
    decide = reverse("office:decide_reset", args=[row.pk])
    assert gao.post(decide, {"agreed": "yes"}).status_code == 403
    assert Authenticator.objects.exists()
    with pytest.raises(Refusal):
        resetting.decide_reset(row.pk, agreed=True, by=cast.post("gao"), at=timezone.now() + timedelta(minutes=1))

    victim = signed_in("xu")
    ning.post(decide, {"agreed": "yes"})
    assert not Authenticator.objects.exists()
    assert victim.get("/account/security").status_code == 302
