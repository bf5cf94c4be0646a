"""Attack 3: what lies behind an address of its own (the sound of a call, a letter) opens to its holder alone, however it is asked for."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.recordings.models import Play
from hutong.hotline.supervision import actions as supervision
from hutong.hotline.supervision.models import Order
from tests.abuse.attack import attack, patched
from tests.cast import office, post
from tests.clients import signed_in
from tests.loop import case_at
from tests.talks import a_call, kept

pytestmark = pytest.mark.django_db


@attack(
    3,
    patched("hutong.hotline.recordings.queries.plays", lambda post: Play.objects.select_related("recording__call", "recording__key")),
    patched("hutong.hotline.supervision.queries.visible_to", lambda post: Order.objects.all()),
)
def test_another_persons_grant_and_another_offices_letter_open_nothing(tmp_path: Path) -> None:
    case = case_at("handling")
    recording = kept(a_call(case=case), tmp_path)
    assert signed_in("xu").post(reverse("recordings:ask", args=[recording.pk]), {"purpose": "quality"}).status_code == 302
    sound = reverse("recordings:audio", args=[Play.objects.get().pk])
    order = supervision.order(
        case.pk, office=office("lianhu"), subject="见到孩子", text="请今天见到孩子", by=post("zhou"), at=timezone.now()
    )
    letter = reverse("supervision:letter", args=[order.pk])
    for who in ("lu", "he", "song", "wang", "qin", "fang"):
        client = signed_in(who)
        for answer in (client.get(sound), client.head(sound), client.get(sound, headers={"Range": "bytes=0-99"})):
            assert answer.status_code in {403, 404}, who
    for who in ("qin", "fang", "bai"):
        assert signed_in(who).post(letter).status_code in {403, 404}
        assert signed_in(who).head(letter).status_code in {403, 404, 405}
