"""Attack 2: a case of another office answers like one that is not there."""

import pytest
from django.urls import reverse

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from tests.abuse.attack import NO_WALL, attack, patched
from tests.clients import ONCE, signed_in
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@attack(2, patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()), NO_WALL)
def test_by_page_and_api_a_foreign_case_is_a_missing_one() -> None:
    case = case_at("handling")
    for who in ("bai", "qin", "fang"):
        client, software = signed_in(who), Software.of(who)
        pages = [client.get(reverse("cases:case", args=[pk])) for pk in (case.pk, new_id())]
        assert [answer.status_code for answer in pages] == [404, 404]
        foreign, missing = (ONCE.sub("", answer.content.decode()) for answer in pages)
        assert foreign == missing
        answers = [software.get(f"cases/{pk}") for pk in (case.pk, new_id())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert AuditEntry.objects.filter(verb="refused", subject="case", subject_id=case.pk).count() == 6
