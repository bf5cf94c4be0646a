"""Attack 6: what is near a case (a caller's earlier words, its calls, its orders, the one merged into it) opens with the case alone."""

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from hutong.hotline.cases.actions import merging, recusing, restricting
from hutong.hotline.cases.models import Case
from hutong.hotline.supervision import actions as supervision
from tests.abuse.attack import attack, patched
from tests.cast import office, post
from tests.clients import signed_in
from tests.desks.operator.sheets import typed
from tests.loop import START, WORDS, case_at, opened
from tests.talks import a_call

pytestmark = pytest.mark.django_db


def unfiltered(post: object, contacts: QuerySet[Case]) -> QuerySet[Case]:
    return contacts


@attack(
    6,
    patched("hutong.hotline.cases.queries.contacts_seen", unfiltered),
    patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()),
)
def test_nothing_near_a_case_is_a_way_to_it() -> None:
    case, other = case_at("handling"), opened()
    call = a_call(case=case)
    supervision.order(case.pk, office=office("lianhu"), subject="见到孩子的事", text="请今天见到孩子", by=post("zhou"), at=START)
    merging.merge(other.pk, into=case, by=post("zhou"), at=START, seen=None, text="同一件事")
    recusing.recuse(case.pk, staff=post("he").staff, by=post("zhou"), at=START, seen=None, text="亲属")
    restricting.restrict(case.pk, by=post("zhou"), at=START, seen=None, text="公众人物的孩子")
    for who in ("xu", "he"):
        client = signed_in(who)
        known = client.post(reverse("operator:known"), typed(phone="13800001234")).content.decode()
        assert case.number not in known
        if who == "he":
            assert known.count(WORDS) <= 1  # of the other case, which is open to them
        assert client.get(reverse("phone:call", args=[call.pk])).status_code == 404
        assert "见到孩子的事" not in client.get(reverse("supervision:orders")).content.decode()
