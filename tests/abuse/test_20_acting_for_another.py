"""Attack 20: software acts with the rights of the post whose key it has, as they are now; both the post and its person are in the log."""

import pytest
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions as network
from tests.abuse.attack import attack, patched
from tests.cast import post
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@attack(20, patched("hutong.hotline.cases.rules.why_not", lambda action, situation: None))
def test_a_key_does_what_its_post_may_and_nothing_when_that_has_ended() -> None:
    case, software = case_at("review"), Software.of("wang")
    assert software.act(case, "approve").status_code == 403
    refused = AuditEntry.objects.filter(verb="refused").latest("at")
    assert (refused.post_id, refused.staff_id) == (post("wang").pk, post("wang").staff_id)
    case.refresh_from_db()
    assert case.stage == "review"
    network.deactivate_staff(staff=post("wang").staff, by=post("ning"), at=timezone.now())
    assert software.get(f"cases/{case.pk}").status_code == 401
