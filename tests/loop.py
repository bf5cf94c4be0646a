"""Cases at any stage of the loop, made by the same verbs as in service, by the people of the cast."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases.actions import judging, opening
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact, Reporter
from hutong.hotline.network.models import Division
from hutong.hotline.people.models import Child
from hutong.hotline.replies import actions as replies
from tests.cast import office, post

START = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
LIANHU = "610104"
WORDS = "邻居说孩子晚上常在楼道里哭，家里没有大人。"


def contact(at: datetime = START, outcome: str = "case_opened", narrative: str = WORDS) -> Contact:
    """A call that an operator has taken."""
    made = Contact.objects.create(
        centre=office("xian"), channel="phone", received_at=at, taken_by=post("xu"), narrative=narrative, outcome=outcome,
        answer="已答复" if outcome == "answered" else "", not_a_case="silent" if outcome == "not_a_case" else "",
    )  # fmt: skip
    Reporter.objects.create(contact=made, is_anonymous=False, name="郑重", phone="13800001234", wants_answer="phone")
    return made


@transaction.atomic
def opened(*, tier: str = "III", at: datetime = START, registered: bool = True, child: Child | None = None, narrative: str = WORDS) -> Case:
    """A case of one child in Lianhu, registered by Xu."""
    return opening.open_case(
        contact=contact(at, narrative=narrative), by=post("xu"), at=at, title="孩子夜间无人照料", tier=tier,
        place=Division.objects.get(pk=LIANHU),
        children=[child or Child.objects.create(name="小雨", age=7, present_division_id=LIANHU)], registered=registered,
    )  # fmt: skip


Deed = Callable[[Case, datetime], object]

# What takes a case from each stage to the next.
ONWARD: dict[str, Deed] = {
    "intake": lambda c, at: opening.register(c.pk, by=post("xu"), at=at, seen=c.version, title=c.title, tier=c.tier),
    "assessment": lambda c, at: judging.assess(
        c.pk, by=post("zhou"), at=at, seen=c.version, tier=c.tier, category="rights_violation", phase="emergency", text="先上门看孩子"
    ),
    "dispatch": lambda c, at: assignments.dispatch(
        c.pk, office=office("lianhu"), by=post("zhou"), at=at, seen=c.version, text="请今天上门"
    ),
    "acceptance": lambda c, at: assignments.accept(c.pk, by=post("wang"), at=at, seen=c.version),
    "handling": lambda c, at: assignments.report(
        c.pk, by=post("wang"), at=at, seen=c.version, text="已上门，孩子由外婆照料", child_state="safe"
    ),
    "review": lambda c, at: assignments.approve(c.pk, by=post("zhou"), at=at, seen=c.version),
    "reply": lambda c, at: replies.answer(c.pk, by=post("he"), at=at, seen=c.version, text="已告知报告人处理结果"),
    "follow_up": lambda c, at: replies.close(
        c.pk, by=post("he"), at=at, seen=c.version, text="孩子安全，外婆接送", is_safe=True, is_solved=True, satisfaction="satisfied"
    ),
}


def case_at(stage: str, *, tier: str = "III", at: datetime = START) -> Case:
    """A case that has come to `stage`, ten minutes a step."""
    case = opened(tier=tier, at=at, registered=stage != "intake")
    while case.stage != stage:
        at += timedelta(minutes=10)
        ONWARD[case.stage](case, at)
        case.refresh_from_db()
    return case
