"""Notices on their way out: to whom, when, how often, once; and who is called after where nobody confirms."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hutong.hotline.cases.actions import judging, recusing
from hutong.hotline.cases.models import Case, Notice
from hutong.hotline.network.models import Contract, Office, Staff
from hutong.hotline.notices import actions, queries, rules, timers
from hutong.hotline.notices.models import Acknowledgement, Delivery, Way
from hutong.project.database import Addresses
from tests.cast import SINCE, office, post
from tests.loop import ONWARD, START, case_at, opened
from tests.together import together

MINUTE = timedelta(minutes=1)
NIGHT = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
ADDRESS = "json://127.0.0.1:9/3f9a77e1c0de"


def way(owner: Office | Staff, **said: Any) -> Way:
    """A way out, as an administrator or the person set it up."""
    mine = {"office" if isinstance(owner, Office) else "staff": owner}
    return Way.objects.create(**{"name": "值班群", "address": ADDRESS, "busy_until": START, **mine, **said})


def gone_to(case: Case) -> set[tuple[str, str]]:
    """Which notices of a case are on which ways, by kind and name of the way."""
    return set(Delivery.objects.filter(notice__case=case).values_list("notice__kind", "way__name"))


def asked(case: Case, code: str) -> Acknowledgement:
    return Acknowledgement.objects.get(case=case, office__code=code)


# --- handed on


@pytest.mark.django_db
def test_a_notice_goes_by_the_offices_ways_and_those_of_its_people_and_by_no_others() -> None:
    lianhu = office("lianhu")
    way(lianhu, name="局群"), way(office("changan"), name="别的局"), way(post("ma").staff, name="马兰"), way(post("bai").staff, name="白雪")
    way(lianhu, name="停用", is_active=False), way(lianhu, name="只要特急", tiers=["I"]), way(lianhu, name="只要逾期", kinds=["missed"])
    case = case_at("acceptance")
    timers.sweep(at=START)
    assert gone_to(case) == {("handed_over", "局群"), ("handed_over", "马兰")}
    assert timers.sweep(at=START) == []
    assert not Notice.objects.filter(is_handed_on=False).exists()


@pytest.mark.django_db
def test_it_does_not_go_to_who_must_keep_away_nor_to_who_left_nor_to_an_administrator() -> None:
    for who in ("ma", "wang", "gao"):
        way(post(who).staff, name=who)
    case = case_at("dispatch", tier="I")
    recusing.recuse(case.pk, staff=post("ma").staff, by=post("xu"), at=START, seen=None, text="亲属")
    left = post("wang")
    left.valid_to = START.date()
    left.save()
    judging.raise_tier(case_at("dispatch").pk, tier="I", by=post("zhou"), at=START, seen=None, text="又被打")
    timers.sweep(at=START)
    assert {name for _kind, name in gone_to(case)} == set()


@pytest.mark.django_db
def test_quiet_hours_hold_everything_until_they_end_but_tier_i() -> None:
    way(office("lianhu"), quiet_from=22 * 60, quiet_to=7 * 60)
    ordinary, urgent = case_at("acceptance", tier="II", at=NIGHT), case_at("acceptance", tier="I", at=NIGHT)
    timers.sweep(at=NIGHT)
    starts = {each.notice.case_id: each.next_try_at for each in Delivery.objects.select_related("notice")}  # type: ignore[union-attr]
    assert starts == {ordinary.pk: datetime(2026, 9, 14, 23, 0, tzinfo=UTC), urgent.pk: NIGHT}


@pytest.mark.django_db
def test_two_sweeps_hand_each_notice_on_once_and_the_number_of_questions_does_not_grow() -> None:
    way(office("lianhu"))
    counts = []
    for number in (1, 5):
        for _each in range(number):
            case_at("acceptance")
        Notice.objects.exclude(office=office("lianhu")).update(is_handed_on=True)
        with CaptureQueriesContext(connection) as caught:
            timers.sweep(at=START)
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert Delivery.objects.count() == 6


# --- sent


def send(fault: str, at: datetime) -> Delivery | None:
    """One try of what is due."""
    delivery = timers.claim(at=at)
    if delivery:
        timers.settle(delivery, fault, at=at)
        delivery.refresh_from_db()
    return delivery


@pytest.mark.django_db
def test_what_fails_is_tried_again_ever_later_and_then_given_up_and_the_way_is_failing() -> None:
    there = way(office("lianhu"))
    case_at("acceptance")
    timers.sweep(at=START)
    at, tries = START, []
    while delivery := send("unreachable", at):
        tries.append((at - START) / MINUTE)
        at = delivery.next_try_at or at + timedelta(days=1)
    there.refresh_from_db()
    last = Delivery.objects.get()
    assert tries == [0, 1, 6, 21, 81, 141, 201, 261]
    assert (last.state, last.tries, last.fault, last.sent_at) == ("given_up", 8, "连接不上，或对方没有及时应答", None)
    assert (there.failures, there.is_failing, [each.lost for each in queries.failing(office("lianhu"))]) == (8, True, [1])  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_provider_that_recovers_gets_what_waited_and_is_well_again() -> None:
    there = way(office("lianhu"))
    case_at("acceptance")
    timers.sweep(at=START)
    for _each in range(3):
        send("refused 503", START)
        Delivery.objects.update(next_try_at=START)
    sent = send("", START + MINUTE)
    there.refresh_from_db()
    assert sent
    assert (sent.state, sent.tries, sent.sent_at, sent.last_error) == ("sent", 4, START + MINUTE, "")
    assert (there.failures, there.last_error, list(queries.failing(office("lianhu")))) == (0, "", [])


@pytest.mark.django_db
def test_a_second_try_waits_for_the_end_of_quiet_hours_but_of_tier_i() -> None:
    way(office("lianhu"), quiet_from=22 * 60, quiet_to=7 * 60)
    before = datetime(2026, 9, 14, 13, 59, 30, tzinfo=UTC)  # 21:59:30
    case_at("acceptance", tier="II", at=before), case_at("acceptance", tier="I", at=before)
    timers.sweep(at=before)
    tried = [send("refused 503", before) for _each in range(3)]
    morning = datetime(2026, 9, 14, 23, 0, tzinfo=UTC)
    assert [each.next_try_at for each in tried if each] == [before + MINUTE, before + MINUTE, morning]


@pytest.mark.django_db
def test_tier_i_goes_first_and_one_way_carries_one_notice_at_a_time() -> None:
    way(office("lianhu")), way(office("xian"), name="中心群")
    case_at("acceptance"), case_at("acceptance", tier="I")
    Notice.objects.exclude(office__code="lianhu").delete()
    timers.sweep(at=START)
    first = timers.claim(at=START)
    assert first
    assert first.notice
    assert (first.notice.case.tier, timers.claim(at=START)) == ("I", None)
    assert timers.claim(at=START + rules.LEASE) is not None


@pytest.mark.django_db
def test_a_sender_that_died_is_followed_by_another_and_what_it_says_too_late_of_a_failure_counts_for_nothing() -> None:
    way(office("lianhu"))
    case_at("acceptance")
    timers.sweep(at=START)
    dead = timers.claim(at=START)
    assert dead
    assert timers.claim(at=START + rules.LEASE - MINUTE / 60) is None
    second = timers.claim(at=START + rules.LEASE)
    assert second
    assert (second.pk, second.tries, second.mark) == (dead.pk, 2, dead.mark)
    timers.settle(dead, "unreachable", at=START + MINUTE)
    assert Delivery.objects.get().state == "waiting"
    timers.settle(second, "", at=START + MINUTE)
    timers.settle(dead, "", at=START + 2 * MINUTE)
    assert (Delivery.objects.get().state, Delivery.objects.get().sent_at) == ("sent", START + MINUTE)


def test_many_senders_take_each_notice_once(committed: Addresses) -> None:
    ways = [way(office("lianhu"), name=str(number)) for number in range(4)]
    for _each in range(3):
        case_at("acceptance")
    timers.sweep(at=START)
    at = START + MINUTE

    def work() -> list[Any]:
        taken = []
        for _try in range(60):
            if delivery := timers.claim(at=at):
                taken.append(delivery.pk)
                timers.settle(delivery, "", at=at)
        return taken

    taken = [pk for each in together(*[work] * 4) for pk in each]
    assert len(taken) == len(set(taken)) == len(ways) * 3


# --- tier I is confirmed


@pytest.mark.django_db
def test_of_tier_i_an_acknowledgement_is_asked_and_of_nothing_else() -> None:
    urgent, ordinary = case_at("acceptance", tier="I"), case_at("acceptance", tier="II")
    timers.sweep(at=START)
    assert set(Acknowledgement.objects.values_list("case", "office__code")) == {(urgent.pk, code) for code in ("lianhu", "shaanxi")}
    assert [each.case for each in queries.to_acknowledge(post("wang"), 3)[0]] == [urgent]
    assert queries.to_acknowledge(post("zhou"), 3) == queries.to_acknowledge(post("gao"), 3) == ([], 0)
    actions.acknowledge(urgent.pk, by=post("wang"), at=START + MINUTE)
    actions.acknowledge(ordinary.pk, by=post("wang"), at=START + MINUTE)
    done = asked(urgent, "lianhu")
    assert (done.by, done.at, done.next_at, queries.to_acknowledge(post("ma"), 3)) == (post("wang"), START + MINUTE, None, ([], 0))
    assert not Notice.objects.filter(office=office("lianhu"), read_at=None).exists()


@pytest.mark.django_db
def test_a_further_notice_joins_what_is_not_confirmed_yet_and_asks_anew_afterwards() -> None:
    case = case_at("acceptance", tier="I")
    timers.sweep(at=START)
    first = asked(case, "lianhu")
    for minutes in (8, 12):
        judging_told(case, START + minutes * MINUTE)
    assert asked(case, "lianhu") == first
    actions.acknowledge(case.pk, by=post("wang"), at=START + 13 * MINUTE)
    judging_told(case, START + 14 * MINUTE)
    assert Acknowledgement.objects.filter(case=case, office__code="lianhu").count() == 2


def judging_told(case: Case, at: datetime) -> None:
    """Another notice to the same office about the same case."""
    event = case.events.order_by("-seq").first()
    assert event
    Notice.objects.create(office=office("lianhu"), case=case, kind="warned", event=event, at=at)
    timers.hand_on(office("lianhu").pk, at)


@pytest.mark.django_db
def test_where_nobody_confirms_a_second_person_is_told_after_five_minutes_and_the_level_above_after_ten_each_once() -> None:
    way(post("ma").staff, name="马兰"), way(post("wang").staff, name="王海"), way(office("lianhu"), name="局群")
    case = case_at("acceptance", tier="I")
    timers.sweep(at=START)
    start = asked(case, "lianhu").asked_at
    seen = []
    for minutes in (4, 5, 6, 9, 10, 11, 30):
        timers.sweep(at=start + minutes * MINUTE)
        now = asked(case, "lianhu")
        seen.append([now.second and now.second.staff.name, now.above and now.above.code])
    assert seen == [[None, None], *[["马兰", None]] * 3, *[["马兰", "xian"]] * 3]
    called = [event.detail for event in case.events.filter(action="unconfirmed", detail__office=str(office("lianhu").pk)).order_by("seq")]
    lianhu = str(office("lianhu").pk)
    assert called == [{"office": lianhu, "second": str(post("ma").pk)}, {"office": lianhu, "above": str(office("xian").pk)}]
    assert {pair for pair in gone_to(case) if pair[0] == "unconfirmed"} == {("unconfirmed", "马兰"), ("unconfirmed", "局群")}
    (told,) = Notice.objects.filter(office=office("lianhu"), kind="unconfirmed")
    assert told.to == post("ma")


@pytest.mark.django_db
def test_the_level_above_is_asked_in_its_turn_up_to_the_province_and_the_ministry_is_left_in_peace() -> None:
    case = case_at("acceptance", tier="I")
    for minutes in range(30, 90):
        timers.sweep(at=START + minutes * MINUTE)
    told = Notice.objects.filter(case=case, kind="unconfirmed").values_list("office__code", "to__staff__name")
    assert set(told) == {("lianhu", "马兰"), ("xian", None), ("xian", "陆远"), ("shaanxi", "宋岚")}
    assert case.events.filter(action="unconfirmed").count() == 4


@pytest.mark.django_db
def test_who_confirms_in_time_is_not_called_after() -> None:
    case = case_at("acceptance", tier="I")
    timers.sweep(at=START)
    for who in ("wang", "song"):
        actions.acknowledge(case.pk, by=post(who), at=START + 4 * MINUTE)
    assert timers.sweep(at=START + timedelta(hours=1)) == []


@pytest.mark.django_db
def test_who_has_acted_on_the_case_knows_of_it() -> None:
    case = case_at("acceptance", tier="I")
    timers.sweep(at=START)
    ONWARD["acceptance"](case, START + 33 * MINUTE)
    timers.sweep(at=START + timedelta(hours=1))
    known = asked(case, "lianhu")
    assert (known.by, known.at, known.second, known.above) == (post("wang"), START + 33 * MINUTE, None, None)


@pytest.mark.django_db
def test_nobody_is_called_for_a_case_that_is_no_longer_of_tier_i_nor_an_office_that_must_keep_away() -> None:
    lowered, kept_away = opened(tier="I"), opened(tier="I")
    timers.sweep(at=START)
    judging.propose_lower(lowered.pk, tier="II", by=post("zhou"), at=START, seen=None, text="已安全")
    judging.confirm_lower(lowered.pk, by=post("tan"), at=START, seen=None)
    for code in ("lianhu", "shaanxi"):
        recusing.recuse(kept_away.pk, office=office(code), by=post("xu"), at=START, seen=None, text="被反映人在此工作")
    timers.sweep(at=START + timedelta(hours=1))
    assert not Notice.objects.filter(kind="unconfirmed", office__code__in=["lianhu", "shaanxi"]).exists()


@pytest.mark.django_db
def test_the_second_person_is_whoever_leads_and_need_not_keep_away() -> None:
    case = opened(tier="I")
    on = START.date()
    second = {code: queries.second_person(case, office(code), on=on) for code in ("xian", "lianhu", "shaanxi", "mca")}
    assert second == {"xian": post("lu"), "lianhu": post("ma"), "shaanxi": post("song"), "mca": None}
    recusing.recuse(case.pk, staff=post("ma").staff, by=post("xu"), at=START, seen=None, text="亲属")
    assert queries.second_person(case, office("lianhu"), on=on) == post("wang")


def test_two_workers_call_each_person_once(committed: Addresses) -> None:
    cases = [opened(tier="I") for _number in range(6)]
    timers.sweep(at=START)
    start, at = Barrier(3), START + 5 * MINUTE

    def work(_number: int) -> int:
        start.wait()
        done = timers.sweep(at=at)
        connection.close()
        return len([line for line in done if "unconfirmed" in line])

    with ThreadPoolExecutor(3) as pool:
        done = sum(pool.map(work, range(3)))
    done += len([line for line in timers.sweep(at=at) if "unconfirmed" in line])  # what two wanted at once is left for the next sweep
    called = [case.events.filter(action="unconfirmed").count() for case in cases]
    assert (called, done) == ([2] * 6, 12)


# --- the database keeps it so

STAYS = {
    "a sent notice is sent again": """UPDATE notices_delivery SET state = 'waiting', sent_at = NULL, next_try_at = now()
        WHERE state = 'sent'""",
    "an acknowledgement is given by another": "UPDATE notices_acknowledgement SET by_id = NULL, at = NULL WHERE at IS NOT NULL",
    "a notice goes twice by one way": """INSERT INTO notices_delivery
        (id, notice_id, way_id, is_urgent, state, made_at, tries, next_try_at, last_error)
        SELECT gen_random_uuid(), notice_id, way_id, false, 'waiting', now(), 0, now(), '' FROM notices_delivery""",
    "a way of nobody": "UPDATE notices_way SET office_id = NULL",
    "a removed way that is remembered": "UPDATE notices_way SET removed_at = now(), is_active = false",
    "a delivery vanishes": "DELETE FROM notices_delivery",
    "a way vanishes": "DELETE FROM notices_way",
    "an acknowledgement vanishes": "DELETE FROM notices_acknowledgement",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STAYS.values(), ids=STAYS)
def test_the_database_refuses(statement: str) -> None:
    way(office("lianhu"))
    case = case_at("acceptance", tier="I")
    timers.sweep(at=START)
    actions.acknowledge(case.pk, by=post("wang"), at=START)
    send("", START)
    with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_nor_does_it_go_to_an_office_whose_contract_is_over() -> None:
    lianhu = office("lianhu")
    way(lianhu, name="局群"), way(post("ma").staff, name="马兰")
    case = case_at("acceptance")
    Contract.objects.create(office=lianhu, orderer=office("xian"), name="购买服务", given=[], valid_from=SINCE, valid_to=START.date())
    timers.sweep(at=START)
    assert gone_to(case) == set()
