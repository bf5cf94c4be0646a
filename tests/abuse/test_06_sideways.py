"""Attack 6: what is near a case (a caller's earlier words, its calls, its orders, the one merged into it) opens with the case alone."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.calls import where
from hutong.hotline.calls.actions import calling_back
from hutong.hotline.calls.models import CallBack
from hutong.hotline.cases.actions import merging, opening, recusing, restricting
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division
from hutong.hotline.supervision import actions as supervision
from tests.abuse.attack import NO_WALL, attack, patched, sql
from tests.cast import office, post
from tests.clients import signed_in
from tests.desks.operator.sheets import typed
from tests.loop import START, WORDS, case_at, opened
from tests.talks import a_call, missed

pytestmark = pytest.mark.django_db
NO_WALL_AROUND_CONTACTS = sql(
    "ALTER TABLE contacts_contact DISABLE ROW LEVEL SECURITY", undo="ALTER TABLE contacts_contact ENABLE ROW LEVEL SECURITY"
)


def unfiltered(post: object, contacts: QuerySet[Case]) -> QuerySet[Case]:
    return contacts


@attack(
    6,
    patched("hutong.hotline.cases.queries.contacts_seen", unfiltered),
    patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()),
    NO_WALL_AROUND_CONTACTS,
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


@attack(6, patched("hutong.hotline.cases.queries.contacts_seen", unfiltered), NO_WALL_AROUND_CONTACTS)
def test_the_report_of_a_restricted_case_opens_by_no_form_that_comes_back() -> None:
    """It waited on the desk once, with an address of its own; a sheet handed in there that cannot be saved shows what was told."""
    waiting, _new = contacts.receive(
        centre=office("xian"), channel="web", narrative="网页上说孩子被锁在家里", by=None, at=START, idempotency_key="w-1",
        place=Division.objects.get(pk="610104"), reporter=ReporterFacts(phone="13900001234"),
    )  # fmt: skip
    settled = contacts.settle_pending(waiting.pk, by=post("zhou"), at=START, outcome="case_opened")
    case = opening.open_case(contact=settled, by=post("zhou"), at=START, title="锁在家里", tier="II")
    restricting.restrict(case.pk, by=post("zhou"), at=START, seen=None, text="同事的孩子")
    address = reverse("operator:contact", args=[waiting.pk])

    for answer in (signed_in("xu").get(address), signed_in("xu").post(address, typed())):
        assert (answer.status_code, "锁在家里" in answer.content.decode()) == (404, False)
    assert where.of_number("13900001234", post("xu")) is None
    assert signed_in("zhou").post(address, typed()).status_code == 422


@attack(
    6,
    patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()),
    sql("ALTER TABLE calls_call_back DISABLE ROW LEVEL SECURITY", undo="ALTER TABLE calls_call_back ENABLE ROW LEVEL SECURITY"),
    NO_WALL,
)
def test_nor_does_the_number_that_is_to_be_called_back_for_it() -> None:
    at = timezone.now() - timedelta(hours=3)
    call_back = CallBack.objects.get(call=missed(at=at, caller="13700006655"))
    calling_back.open_missed(call_back.pk, at=timezone.now())
    call_back.refresh_from_db()
    restricting.restrict(call_back.case_id, by=post("zhou"), at=timezone.now(), seen=None, text="同事的孩子")
    addresses = [reverse("phone:call_backs"), reverse("operator:to_call_back"), reverse("operator:desk")]

    assert not any("13700006655" in signed_in("xu").get(address, follow=True).content.decode() for address in addresses)
    assert "13700006655" in signed_in("zhou").get(addresses[0]).content.decode()
    with pytest.raises(Refusal):
        calling_back.take(call_back.pk, by=post("xu"))
