"""Orders: who issues them to whom, how they go from hand to hand, and what happens when nobody acts on one."""

from datetime import datetime, timedelta

import pytest

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import timers as cases_timers
from hutong.hotline.cases.actions import recusing
from hutong.hotline.cases.models import Case, Notice
from hutong.hotline.clocks import actions as clocks
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network import actions as network
from hutong.hotline.network.models import OfficeKind
from hutong.hotline.supervision import actions, queries, rules, timers
from hutong.hotline.supervision.models import Order
from tests import network as more
from tests.cast import office, post
from tests.hotline.clocks.model import moment
from tests.loop import START, case_at
from tests.network import refused

WORDS = "请查明没有按时上门的原因，今天见到孩子本人。"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = START + 2 * HOUR


def about_case(case: Case, *, by: str = "zhou", to: str = "lianhu", at: datetime = LATER) -> Order:
    return actions.order(case.pk, office=office(to), subject="尽快见到孩子", text=WORDS, by=post(by), at=at)


def about_office(*, by: str = "song", to: str = "xian", at: datetime = START, text: str = WORDS) -> Order:
    return actions.order_office(office=office(to), subject="值班无人接听", text=text, by=post(by), at=at)


def sweep(at: datetime) -> list[str]:
    done: list[str] = []
    while lines := cases_timers.sweep(at=at, deeds=timers.DEEDS):
        done += lines
    return done


def running(order: Order) -> tuple[str, datetime]:
    clock = order.clocks.get(ended_at=None)
    return clock.step, clock.due_at


def told(case: Case) -> set[str]:
    return set(Notice.objects.filter(case=case, kind="ordered").values_list("office__code", flat=True))


pytestmark = pytest.mark.django_db


# --- issuing


def test_an_order_about_a_case_is_one_event_of_it_and_tells_the_office() -> None:
    case = case_at("handling", tier="II")
    order = about_case(case)
    event = case.events.get(action="order")
    assert (event.by, event.text, event.detail["order"], event.detail["office"]) == (
        post("zhou"), WORDS, str(order.pk), str(office("lianhu").pk),
    )  # fmt: skip
    assert told(case) == {"lianhu"}
    assert (order.number, order.tier, order.state, order.post) == ("西安市督办〔2026〕1号", "II", "issued", post("zhou"))
    assert running(order) == ("order_receipt", LATER + 4 * HOUR)
    assert AuditEntry.objects.filter(event_id=event.pk, verb="order", subject_id=case.pk).count() == 1


def test_an_order_about_an_office_is_a_line_in_the_log() -> None:
    order = about_office()
    assert (order.case, order.tier, running(order)) == (None, "III", ("order_receipt", moment("2026-09-15 17:30")))
    assert AuditEntry.objects.get(verb="order").subject_id == order.pk


def test_each_office_numbers_its_orders_from_one_every_year() -> None:
    about_office()
    about_office(to="lianhu")
    about_office(by="lu", to="lianhu")
    about_office(at=START + 100 * DAY)
    about_office(at=moment("2027-01-04 09:00"))
    numbers = list(Order.objects.order_by("pk").values_list("number", flat=True))
    province, centre = "陕西省督办〔2026〕{}号", "西安市督办〔2026〕{}号"
    assert numbers == [province.format(1), province.format(2), centre.format(1), province.format(3), "陕西省督办〔2027〕1号"]


REACH = {
    "song": {"xian", "baoji", "lianhu", "changan", "qishan", "lianhu-education", "lianhu-police"},
    "lu": {"lianhu", "changan", "lianhu-education", "lianhu-police"},
    "zhou": {"lianhu", "changan", "lianhu-education", "lianhu-police"},
    "qin": {"qishan"},
    "xu": set(),
    "ma": set(),
    "wang": set(),
    "gao": set(),
}


@pytest.mark.parametrize("who", REACH)
def test_the_province_orders_all_below_and_a_centre_its_counties_and_departments(who: str) -> None:
    assert set(queries.addressees(post(who)).values_list("code", flat=True)) == REACH[who]


@pytest.mark.parametrize(("by", "to", "code"), [("lu", "qishan", "office"), ("song", "shaanxi", "office"), ("song", "mca", "office")])
def test_nobody_orders_an_office_that_is_not_below(by: str, to: str, code: str) -> None:
    with refused("to_mend", code):
        about_office(by=by, to=to)


def test_who_has_no_such_post_issues_none() -> None:
    with refused("not_issuer"):
        about_office(by="ma", to="lianhu-police")


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(actions.Refusal) as refusal:
        actions.order_office(office=None, subject=" ", text="", by=post("song"), at=START)
    assert set(refusal.value.fields) == {"office", "subject", "text"}


def test_a_form_that_is_handed_in_twice_issues_one_order() -> None:
    once = new_id()
    given = {"office": office("xian"), "subject": "值班", "text": WORDS, "by": post("song"), "at": START, "once": once}
    actions.order_office(**given)
    with refused("repeated"):
        actions.order_office(**given)
    assert Order.objects.get().pk == once


def test_about_a_case_only_those_on_it_are_ordered_and_never_one_that_must_keep_away() -> None:
    case = case_at("handling")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=LATER, seen=None, text="复学")
    assert set(queries.addressees_about(case, post("zhou")).values_list("code", flat=True)) == {"lianhu", "lianhu-education"}
    assert set(queries.addressees_about(case, post("song")).values_list("code", flat=True)) == {"xian", "lianhu", "lianhu-education"}
    recusing.recuse(case.pk, office=office("lianhu-education"), by=post("xu"), at=LATER, seen=None, text="亲属")
    for to in ("lianhu-education", "changan"):
        with refused("not_on_it", "office"):
            about_case(case, to=to)


def test_while_the_centre_has_it_alone_the_centre_orders_nobody_and_the_province_the_centre() -> None:
    case = case_at("assessment")
    with refused("nobody_below"):
        about_case(case)
    assert about_case(case, by="song", to="xian").office == office("xian")


# --- from hand to hand


@pytest.fixture(params=["case", "office"])
def order(request: pytest.FixtureRequest) -> Order:
    """An order to Lianhu by the centre, about a case or about the office."""
    return about_case(case_at("handling", tier="II")) if request.param == "case" else about_office(by="zhou", to="lianhu", at=LATER)


def stands(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def test_it_is_signed_for_answered_sent_back_answered_again_and_accepted(order: Order) -> None:
    at, answered = LATER + HOUR, []
    actions.receive_order(order.pk, by=post("wang"), at=at)
    first = running(order)
    assert first[0] == "order_answer"
    actions.answer_order(order.pk, by=post("ma"), at=at + HOUR, text="已上门")
    assert running(order)[0] == "review"
    actions.refuse_order_answer(order.pk, by=post("lu"), at=at + DAY, text="没有写见到孩子本人")
    assert (running(order)[0], running(order)[1] > first[1]) == ("order_answer", True)
    actions.answer_order(order.pk, by=post("wang"), at=at + DAY + HOUR, text="见到了孩子，平安")
    actions.accept_order_answer(order.pk, by=post("zhou"), at=at + 2 * DAY)
    done = Order.objects.get(pk=order.pk)
    assert (done.state, done.ended_at, done.deadline, done.answer) == ("accepted", at + 2 * DAY, None, "见到了孩子，平安")
    assert not done.clocks.filter(ended_at=None).exists()
    answered = list(queries.story(order).values_list("action", "state"))
    assert answered[::-1] == [
        ("order", "issued"), ("receive_order", "received"), ("answer_order", "answered"), ("refuse_order_answer", "received"),
        ("answer_order", "answered"), ("accept_order_answer", "accepted"),
    ]  # fmt: skip
    if done.case:
        story = list(done.case.events.filter(detail__order=str(order.pk)).order_by("seq").values_list("action", flat=True))
        assert story == [action for action, _state in answered[::-1]]
        assert told(done.case) == {"lianhu", "xian"}
    else:
        assert AuditEntry.objects.filter(subject="order", subject_id=order.pk).count() == 6


def test_only_the_addressee_signs_and_only_the_issuer_judges_or_withdraws(order: Order) -> None:
    for who in ("zhou", "lu"):
        with refused("not_yours"):
            actions.receive_order(order.pk, by=post(who), at=LATER)
    with refused("not_yours"):
        actions.withdraw_order(order.pk, by=post("ma"), at=LATER, text="不办")
    for who in ("bai", "song", "gao", "shi"):
        with refused("order_not_there"):
            actions.receive_order(order.pk, by=post(who), at=LATER)
    assert stands(order) == "issued"


def test_a_deed_out_of_turn_says_where_the_order_stands(order: Order) -> None:
    with refused("wrong_order_state") as refusal:
        actions.answer_order(order.pk, by=post("wang"), at=LATER, text="已办")
    assert str(refusal.value) == "这份督办单现在是“待签收”，不能做这一步。"
    actions.withdraw_order(order.pk, by=post("zhou"), at=LATER, text="发错了")
    with refused("wrong_order_state"):
        actions.receive_order(order.pk, by=post("wang"), at=LATER)
    assert stands(order) == "withdrawn"


def test_what_must_be_written_is_demanded(order: Order) -> None:
    actions.receive_order(order.pk, by=post("wang"), at=LATER)
    with refused("needs_text", "text"):
        actions.answer_order(order.pk, by=post("wang"), at=LATER, text=" ")
    assert stands(order) == "received"


def test_a_stale_page_is_told_what_happened_since(order: Order) -> None:
    actions.receive_order(order.pk, by=post("wang"), at=LATER)
    with refused("order_stale") as refusal:
        actions.withdraw_order(order.pk, by=post("zhou"), at=LATER, text="不必了", seen=1)
    assert [event.action for event in refusal.value.changes] == ["receive_order"]


def test_it_waits_first_for_the_addressee_then_for_the_issuer(order: Order) -> None:
    def waits() -> list[str]:
        return [who for who in ("ma", "zhou", "song") if queries.waiting(post(who))]

    assert waits() == ["ma"]
    actions.receive_order(order.pk, by=post("wang"), at=LATER)
    assert waits() == ["ma"]
    actions.answer_order(order.pk, by=post("wang"), at=LATER, text="已办")
    assert waits() == ["zhou"]
    actions.accept_order_answer(order.pk, by=post("zhou"), at=LATER)
    assert waits() == []


def test_a_lower_office_answers_even_when_the_case_has_left_it() -> None:
    case = case_at("handling", tier="II")
    order = about_case(case)
    actions.receive_order(order.pk, by=post("wang"), at=LATER)
    assignments.propose_transfer(case.pk, office=office("changan"), by=post("wang"), at=LATER, seen=None, text="搬家")
    assignments.settle_transfer(case.pk, by=post("zhou"), at=LATER, seen=None)
    assignments.accept_transfer(case.pk, by=post("bai"), at=LATER, seen=None)
    assert not queries.shown_to(post("wang")).get().sees_case
    actions.answer_order(order.pk, by=post("wang"), at=LATER, text="已移送长安区")
    assert stands(order) == "answered"


# --- who must keep away


def test_an_order_to_an_office_that_must_keep_away_ends_with_the_recusal_and_is_seen_no_more() -> None:
    case = case_at("handling", tier="II")
    order = about_case(case)
    recusing.recuse(case.pk, office=office("lianhu"), by=post("xu"), at=LATER, seen=None, text="局长是当事人亲属")
    assert stands(order) == "withdrawn"
    assert not queries.visible_to(post("ma")).exists()
    assert queries.visible_to(post("zhou")).get() == order


def test_a_person_who_must_keep_away_does_not_see_it_while_the_office_does() -> None:
    case = case_at("handling", tier="II")
    about_case(case)
    recusing.recuse(case.pk, staff=post("ma").staff, by=post("xu"), at=LATER, seen=None, text="亲属")
    assert not queries.visible_to(post("ma")).exists()
    assert queries.visible_to(post("wang")).exists()


# --- when nobody acts


def test_both_offices_are_warned_at_half_and_four_fifths_and_told_of_the_miss() -> None:
    case = case_at("handling", tier="II")
    order = about_case(case)
    shares = []
    for minutes in (119, 120, 192, 239, 240, 9000):
        sweep(LATER + timedelta(minutes=minutes))
        shares.append([event.detail["share"] for event in case.events.filter(action__in=["warn_order", "miss_order"]).order_by("seq")])
    assert shares == [[], [50], [50, 80], [50, 80], [50, 80, 100], [50, 80, 100]]
    assert told(case) == {"lianhu", "xian"}
    assert order.clocks.get().missed_at == LATER + 4 * HOUR


def test_an_order_about_an_office_is_warned_of_in_its_own_story() -> None:
    order = about_office(by="zhou", to="lianhu")
    assert sweep(START + 30 * DAY) == [f"{order.number} order_receipt 100%"]
    assert [event.action for event in queries.story(order)] == ["miss_order", "order"]


def test_a_signed_order_has_its_next_limit_and_is_warned_of_anew() -> None:
    order = about_case(case_at("handling", tier="I"), at=LATER)
    sweep(LATER + timedelta(minutes=30))
    actions.receive_order(order.pk, by=post("wang"), at=LATER + HOUR)
    assert sweep(LATER + 13 * HOUR) == [f"{order.number} order_answer 50%"]


def test_a_provisional_limit_settles_when_the_year_is_entered() -> None:
    order = about_office(by="zhou", to="lianhu", at=moment("2026-12-31 10:00"))
    old = order.clocks.get()
    assert old.is_provisional
    days = [SpecialDay(moment("2027-01-01 00:00").date(), False, "元旦"), SpecialDay(moment("2027-01-04 00:00").date(), False, "元旦")]
    clocks.publish_year(year=2027, source="通知", days=days, by=None, at=old.started_at)
    assert sweep(old.started_at + HOUR) == [f"{order.number} order_receipt settled: 2027-01-05 17:30"]
    new = Order.objects.get().deadline
    assert new is not None
    assert (new.is_provisional, new.replaces, new.due_at) == (False, old, moment("2027-01-05 17:30"))


def test_an_office_with_an_open_order_is_not_closed() -> None:
    more.office("shelter", "救助站", OfficeKind.SHELTER, "610104", "lianhu")
    about_office(to="shelter")
    with refused("holds_work") as refusal:
        network.end_office(office=office("shelter"), on=START.date(), by=post("gao"), at=START)
    assert "督办单 1" in str(refusal.value)


# --- the table


@pytest.mark.parametrize("state", rules.STATE_LABELS)
def test_an_open_order_waits_for_somebody_and_a_past_one_for_nobody(state: str) -> None:
    assert (
        (state in rules.OPEN)
        == (state in rules.STEPS)
        == (state in rules.ACTORS)
        == any(state in deed.states for deed in rules.DEEDS.values())
    )
