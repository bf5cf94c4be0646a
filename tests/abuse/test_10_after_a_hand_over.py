"""Attack 10: from the moment of a hand-over the former office sees nothing: pages, regions, streams, software."""

import pytest
from django.urls import reverse

from hutong.desks.live.doors import _may_hear
from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases.models import Case
from tests.abuse.attack import attack, patched
from tests.cast import office, post
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db


@attack(10, patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()))
def test_the_former_office_is_outside_at_once() -> None:
    case, client, software = case_at("handling"), signed_in("wang"), Software.of("wang")
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
    assignments.propose_transfer(case.pk, office=office("changan"), by=post("wang"), at=START, seen=None, text="孩子搬走了")
    assignments.settle_transfer(case.pk, by=post("zhou"), at=START, seen=None)
    assignments.accept_transfer(case.pk, by=post("cui"), at=START, seen=None)
    addresses = [
        reverse("cases:case", args=[case.pk]),
        *(reverse("cases:region", args=[case.pk, name]) for name in ("top", "story", "file")),
        reverse("cases:act", args=[case.pk, "note"]),
        reverse("cases:reveal", args=[case.pk, "child", "name", case.child_links.get().child_id]),
    ]
    assert {client.get(address).status_code for address in addresses} == {404}
    assert software.get(f"cases/{case.pk}").status_code == 404
    assert not _may_hear(post("wang"), f"case:{case.pk}")
    assert case.number not in client.get(reverse("county:work")).content.decode()
