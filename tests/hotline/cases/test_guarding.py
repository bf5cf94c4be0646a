"""A suspected guardian is never told, asked, answered or called back; it sets itself, and the event says so."""

import pytest

from hutong.hotline.cases.actions import opening, recording
from hutong.hotline.cases.models import Case, Event
from hutong.hotline.contacts.models import Contact, Reporter
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people.actions import ChildFacts
from hutong.hotline.people.models import Child, Person
from hutong.hotline.replies import actions as replies
from tests import cast
from tests.loop import START, case_at, contact, opened

pytestmark = pytest.mark.django_db


def suspect(case: Case, relation: str, role: str = "suspected") -> None:
    person = Person.objects.create(name="钱强")
    recording.add_party(case.pk, person=person, role=role, relation=relation, by=cast.post("xu"), at=START)


def told(case: Case) -> bool:
    return Child.objects.get(case_links__case=case).tell_guardian


@pytest.mark.parametrize(("relation", "may"), [("继父", False), ("孩子的母亲", False), ("邻居", True), ("班主任", True)])
def test_a_suspected_guardian_sets_it_by_itself_and_another_does_not(relation: str, may: bool) -> None:
    case = opened()
    suspect(case, relation)
    assert told(case) is may
    assert (Event.objects.filter(case=case, action="add_party", detail__guardian="not_told").count() == 0) is may


def test_who_is_guardian_and_suspected_at_once_sets_it_too() -> None:
    case, person = opened(), Person.objects.create(name="钱强")
    for role in ("guardian", "suspected"):
        recording.add_party(case.pk, person=person, role=role, relation="", by=cast.post("xu"), at=START)
    assert not told(case)


def test_it_is_set_when_the_case_is_opened_and_for_a_child_that_comes_later() -> None:
    child = Child.objects.create(name="小雨", age=7)
    case = opening.open_case(
        contact=contact(), by=cast.post("xu"), at=START, title="被打", tier="I", children=[child],
        parties=[(Person.objects.create(name="钱强"), "suspected", "父亲")],
    )  # fmt: skip
    assert not told(case)
    assert Event.objects.get(case=case, seq=1).detail["guardian"] == "not_told"
    later = Child.objects.create(name="小风", age=5)
    recording.add_child(case.pk, child=later, by=cast.post("xu"), at=START)
    later.refresh_from_db()
    assert not later.tell_guardian


def test_nobody_takes_it_back_while_the_guardian_is_suspected() -> None:
    case = opened()
    suspect(case, "父亲")
    child = Child.objects.get(case_links__case=case)
    with pytest.raises(Refusal) as refused:
        recording.change_child(case.pk, child=child, facts=ChildFacts(name="小雨", age=7), by=cast.post("xu"), at=START, seen=None)
    assert refused.value.reason.code == "guardian_suspected"
    assert not told(case)


def test_a_guardian_who_reported_is_not_answered_but_the_loop_goes_on() -> None:
    case = case_at("reply")
    Reporter.objects.update(relation="母亲")
    Child.objects.update(tell_guardian=False)
    given = {"by": cast.post("he"), "at": START, "seen": None, "text": "不便答复"}
    with pytest.raises(Refusal) as refused:
        replies.answer(case.pk, outcome="answered", **given)  # type: ignore[arg-type]
    assert refused.value.fields == {"outcome": "报告人是监护人，而本案不得告知监护人，不能向其答复。"}
    assert replies.answer(case.pk, outcome="not_wanted", **given).stage == "follow_up"  # type: ignore[arg-type]


def test_another_reporter_is_answered() -> None:
    case = case_at("reply")
    Reporter.objects.update(relation="邻居")
    Child.objects.update(tell_guardian=False)
    assert replies.answer(case.pk, by=cast.post("he"), at=START, seen=None, text="已告知").stage == "follow_up"


def test_such_a_case_is_not_called_back_freely() -> None:
    case = opened()
    suspect(case, "父亲")
    with pytest.raises(Refusal) as refused:
        recording.set_call_back(case.pk, call_back="free", by=cast.post("zhou"), at=START, seen=None, text="可以")
    assert refused.value.reason.code == "guardian_called"


@pytest.mark.parametrize(
    ("tier", "channel", "basis"),
    [("I", "phone", "emergency"), ("I", "mandated_report", "statutory_duty"), ("III", "phone", "statutory_duty")],
)
def test_a_report_has_its_lawful_basis(tier: str, channel: str, basis: str) -> None:
    made = contact()
    Contact.objects.filter(pk=made.pk).update(channel=channel)
    made.refresh_from_db()
    opening.open_case(contact=made, by=cast.post("xu"), at=START, title="无人照料", tier=tier)
    assert Contact.objects.get(pk=made.pk).lawful_basis == basis
