"""Attack 4: nobody hears by default; who may says for what; a grant is counted once, however many parts are fetched."""

from pathlib import Path

import pytest
from django.urls import reverse

from hutong.hotline.recordings import rules
from hutong.hotline.recordings.models import Play
from tests.abuse.attack import attack, patched
from tests.cast import PEOPLE
from tests.clients import signed_in
from tests.loop import case_at
from tests.talks import a_call, kept

pytestmark = pytest.mark.django_db
EVERYONE = dict.fromkeys(rules.HEARS, frozenset(role for _name, role, _office in PEOPLE.values()))


@attack(4, patched("hutong.hotline.recordings.rules.HEARS", EVERYONE))
def test_few_hear_and_each_says_for_what(tmp_path: Path) -> None:
    recording = kept(a_call(case=case_at("handling")), tmp_path)
    address = reverse("recordings:ask", args=[recording.pk])
    assert {who for who in PEOPLE if signed_in(who).get(address).status_code == 200} == {"xu", "lu", "song"}
    client = signed_in("lu")
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"purpose": "quality"}).status_code == 302
    sound = reverse("recordings:audio", args=[Play.objects.get().pk])
    for part in ("bytes=0-9", "bytes=10-19", "bytes=20-29"):
        assert client.get(sound, headers={"Range": part}).status_code == 206
    assert Play.objects.count() == 1
