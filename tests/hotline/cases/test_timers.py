"""What happens when nobody acts in time, also after an outage, with several workers at once, and over a year's end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import timers
from hutong.hotline.cases.actions import judging, recusing
from hutong.hotline.cases.models import Case, Clock, Event, Notice
from hutong.hotline.clocks import actions as clocks
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division
from hutong.project import database
from hutong.project.database import Addresses
from tests import loop
from tests.browser import wait_until
from tests.cast import office, post
from tests.conftest import CLUSTER
from tests.hotline.clocks.model import moment
from tests.loop import LIANHU, ONWARD, START, opened
from tests.rulebooks import in_force
from tests.together import together

MINUTES = {minutes: timedelta(minutes=minutes) for minutes in (2, 3, 4, 5, 8, 10, 15, 24, 30)}
WORDS = "隔壁孩子被锁在家里，已经两天没有人回来。\n单元门是开着的。"
NOTICE = [
    SpecialDay(date(2026, 12, 31), False, "元旦"),
    SpecialDay(date(2027, 1, 1), False, "元旦"),
    SpecialDay(date(2027, 1, 3), True, "元旦调休"),
]


def case_at(stage: str, *, tier: str = "III", at: datetime = START) -> Case:
    """A case whose deadline runs alone: what is owed beside it has its own tests (test_beside.py)."""
    case = loop.case_at(stage, tier=tier, at=at)
    case.part_clocks.filter(ended_at=None).update(ended_at=case.stage_since)
    return case


def events(case: Case, *actions: str) -> list[Event]:
    return list(case.events.filter(action__in=actions).order_by("seq"))


def told(case: Case, kind: str) -> set[str]:
    return set(Notice.objects.filter(case=case, kind=kind).values_list("office__code", flat=True))


def running(case: Case) -> Clock:
    return Clock.objects.get(case=case, ended_at=None)


# --- warned and missed


@pytest.mark.django_db
def test_a_limit_is_warned_of_at_half_and_four_fifths_and_missed_at_its_end() -> None:
    case = case_at("acceptance", tier="II")
    start = running(case).started_at
    shares = []
    for minutes in (14, 15, 23, 24, 29, 30, 31, 9000):
        timers.sweep(at=start + timedelta(minutes=minutes))
        shares.append([event.detail["share"] for event in events(case, "warn", "miss")])
    assert shares == [[], [50], [50], [50, 80], [50, 80], [50, 80, 100], [50, 80, 100], [50, 80, 100]]


@pytest.mark.django_db
def test_a_missed_limit_is_told_to_the_holder_and_the_level_above_and_the_case_carries_it() -> None:
    case = case_at("acceptance", tier="II")
    start = running(case).started_at
    for minutes in (15, 24):
        timers.sweep(at=start + timedelta(minutes=minutes))
    assert (told(case, "warned"), told(case, "missed")) == ({"lianhu"}, set())
    timers.sweep(at=start + timedelta(minutes=30))
    case.refresh_from_db()
    assert told(case, "missed") == {"lianhu", "xian"}
    assert case.missed_at == running(case).missed_at == start + timedelta(minutes=30)
    ONWARD["acceptance"](case, start + timedelta(hours=1))
    case.refresh_from_db()
    assert (case.missed_at, running(case).missed_at) == (start + timedelta(minutes=30), None)


@pytest.mark.django_db
def test_a_missed_tier_i_is_told_to_the_province_too() -> None:
    case = case_at("acceptance", tier="I")
    timers.sweep(at=running(case).due_at)
    assert told(case, "missed") == {"lianhu", "xian", "shaanxi"}


@pytest.mark.django_db
def test_a_recused_office_is_not_told_of_a_missed_limit_and_the_one_above_it_is() -> None:
    case = case_at("dispatch", tier="I")
    recusing.recuse(case.pk, office=office("shaanxi"), by=post("xu"), at=START, seen=None, text="被反映人在该厅工作")
    timers.sweep(at=running(case).due_at)
    assert told(case, "missed") == {"xian", "mca"}


@pytest.mark.django_db
def test_what_passed_in_an_outage_is_told_once_by_its_last_share_and_says_so() -> None:
    case = case_at("acceptance", tier="II")
    start = running(case).started_at
    assert timers.sweep(at=start + timedelta(minutes=25)) == [f"{case.number} acceptance 80%"]
    assert timers.sweep(at=start + timedelta(days=2)) == [f"{case.number} acceptance 100%"]
    warned, missed = events(case, "warn", "miss")
    assert (warned.text, warned.detail) == ("50% 时的提醒没有单独发出。", {"share": 80, "step": "acceptance", "untold": [50]})
    assert (missed.text, missed.detail) == ("", {"share": 100, "step": "acceptance"})
    assert timers.sweep(at=start + timedelta(days=3)) == []


@pytest.mark.django_db
def test_a_limit_that_passed_whole_in_an_outage_is_only_missed() -> None:
    case = case_at("acceptance", tier="II")
    timers.sweep(at=START + timedelta(days=2))
    (missed,) = events(case, "warn", "miss")
    assert (missed.action, missed.text) == ("miss", "50%、80% 时的提醒没有单独发出。")
    assert (told(case, "warned"), told(case, "missed")) == (set(), {"lianhu", "xian"})


@pytest.mark.django_db
def test_a_limit_of_zero_is_missed_at_once() -> None:
    in_force(None, {"tier": "I", "step": "intake", "amount": 0, "unit": "minute"}, at=START)
    case = opened(tier="I", registered=False)
    assert timers.sweep(at=START) == [f"{case.number} intake 100%"]


@pytest.mark.django_db
def test_tier_i_comes_first_then_the_oldest() -> None:
    later, earlier = opened(tier="II", at=START + MINUTES[10]), opened(tier="II")
    urgent = opened(tier="I", at=START + MINUTES[30])
    fired = timers.sweep(at=START + timedelta(hours=2))
    assert [line.split()[0] for line in fired] == [case.number for case in (urgent, earlier, later)]


@pytest.mark.django_db
def test_a_limit_that_was_kept_is_not_told_of() -> None:
    case = case_at("acceptance", tier="II")
    ONWARD["acceptance"](case, START + timedelta(hours=1))
    assert timers.sweep(at=START + timedelta(hours=3)) == []


@pytest.mark.django_db
def test_a_closed_case_has_nothing_to_tell() -> None:
    case_at("closed")
    assert timers.sweep(at=START + timedelta(days=900)) == []


@pytest.mark.django_db
def test_an_extension_does_not_tell_again_what_was_told() -> None:
    case = case_at("handling")
    clock = running(case)
    timers.sweep(at=clock.due_at)
    assignments.ask_extension(case.pk, days=10, by=post("wang"), at=clock.due_at, seen=None, text="疑难")
    assignments.grant_extension(case.pk, by=post("zhou"), at=clock.due_at, seen=None)
    longer = running(case)
    assert (longer.warned, longer.missed_at, longer.limit, longer.extension_days) == (50, None, clock.limit, 10)
    assert timers.sweep(at=clock.due_at) == []
    assert timers.sweep(at=longer.due_at) == [f"{case.number} handling 100%"]


# --- what fails does not stop the rest


@pytest.fixture
def broken(committed: Addresses) -> Case:
    """A case whose next event cannot be written, because its number is taken."""
    case = case_at("acceptance", tier="II")
    with psycopg.connect(committed.owner) as owner:
        owner.execute("ALTER TABLE cases_event DISABLE TRIGGER USER")
        owner.execute("UPDATE cases_event SET seq = seq + 1 WHERE case_id = %s AND seq = %s", [case.pk, case.version])
        owner.execute("ALTER TABLE cases_event ENABLE TRIGGER USER")
    return case


def test_one_case_that_fails_does_not_stop_the_rest(broken: Case, caplog: pytest.LogCaptureFixture) -> None:
    other = case_at("acceptance", tier="II", at=START + MINUTES[10])
    put_off: dict[Any, datetime] = {}
    at = START + timedelta(hours=2)
    assert timers.sweep(at=at, put_off=put_off) == [f"{other.number} acceptance 100%"]
    assert put_off == {running(broken).pk: at + timers.PUT_OFF}
    assert f"fire {running(broken).pk} failed" in caplog.text
    assert broken.title not in caplog.text
    caplog.clear()
    assert timers.sweep(at=at, put_off=put_off) == []
    assert caplog.text == ""
    assert timers.sweep(at=at + timers.PUT_OFF, put_off=put_off) == []
    assert f"fire {running(broken).pk} failed" in caplog.text


# --- a report that nobody read


def received(at: datetime = START, **changes: Any) -> Contact:
    said = {"place": Division.objects.get(pk=LIANHU), "place_text": "三单元", "idempotency_key": f"w-{at.isoformat()}"} | changes
    contact, _new = contacts.receive(centre=office("xian"), channel="web", narrative=WORDS, by=None, at=at, **said)
    return contact


@pytest.mark.django_db
def test_a_report_that_nobody_read_in_time_becomes_a_case_with_a_deadline_that_climbs() -> None:
    contact = received(reporter=ReporterFacts(phone="13900001234", call_back="message_only"))
    assert timers.sweep(at=START + MINUTES[4]) == []
    at = START + MINUTES[5]
    (line,) = timers.sweep(at=at)
    contact.refresh_from_db()
    case = Case.objects.get()
    assert line == f"{case.number} opened, as nobody read what had arrived"
    assert (contact.outcome, contact.taken_by, contact.link.case) == ("case_opened", None, case)
    assert (case.stage, case.tier, case.holder, case.opened_at) == ("intake", "II", office("xian"), at)
    assert (case.title, case.place_id, case.place_text) == ("隔壁孩子被锁在家里，已经两天没有人回来", LIANHU, "三单元")
    assert case.call_back == "message_only"
    assert (told(case, "handed_over"), case.due_at) == ({"xian"}, at + MINUTES[10])
    assert [event.action for event in events(case, "open")] == ["open"]
    timers.sweep(at=at + MINUTES[10])
    assert told(case, "missed") == {"xian", "shaanxi"}


@pytest.mark.django_db
def test_its_audit_rows_name_nobody() -> None:
    received()
    timers.sweep(at=START + MINUTES[5])
    rows = AuditEntry.objects.filter(verb__in=["settle_contact", "open"])
    assert sorted(rows.values_list("verb", "post_id")) == [("open", None), ("settle_contact", None)]


@pytest.mark.django_db
def test_a_long_report_gives_a_title_that_fits() -> None:
    contacts.receive(centre=office("xian"), channel="web", narrative="长" * 20_000, idempotency_key="w", by=None, at=START)
    timers.sweep(at=START + MINUTES[5])
    assert Case.objects.get().title == "长" * 40


@pytest.mark.django_db
def test_what_a_person_read_in_time_is_left_alone() -> None:
    contact = received()
    contacts.settle_pending(contact.pk, by=post("xu"), at=START + MINUTES[2], outcome="not_a_case", not_a_case="test")
    assert timers.sweep(at=START + MINUTES[5]) == []


@pytest.mark.django_db
def test_who_comes_after_the_timer_hears_so() -> None:
    contact = received()
    timers.sweep(at=START + MINUTES[5])
    with pytest.raises(Refusal) as refusal:
        contacts.settle_pending(contact.pk, by=post("xu"), at=START + MINUTES[8], outcome="answered", answer="已回电")
    assert str(refusal.value) == "这条来访记录已由系统（到时无人查看）处理：已立案。"


def test_the_timer_leaves_a_report_that_somebody_settles_at_this_moment(committed: Addresses) -> None:
    contact, holding, swept = received(), Barrier(2), Barrier(2)

    def settle() -> None:
        with transaction.atomic():
            contacts.settle_pending(contact.pk, by=post("xu"), at=START + MINUTES[5], outcome="answered", answer="已回电")
            holding.wait()
            swept.wait()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(settle)
        holding.wait()
        lines = timers.sweep(at=START + MINUTES[5])
        swept.wait()
        done.result()
    contact.refresh_from_db()
    assert (lines, contact.outcome, Case.objects.count()) == ([], "answered", 0)
    assert timers.sweep(at=START + MINUTES[5]) == []


# --- several workers


def test_two_workers_tell_each_thing_once(committed: Addresses) -> None:
    cases = [opened(tier="II") for _number in range(12)]
    for number in range(6):
        received(START + timedelta(seconds=number))
    at = START + timedelta(hours=3)
    lines = [line for lines in together(*[lambda: timers.sweep(at=at)] * 2) for line in lines]
    assert [[event.detail["share"] for event in events(case, "warn", "miss")] for case in cases] == [[100]] * 12
    assert Event.objects.filter(action="open").count() == 6
    assert not Contact.objects.filter(outcome="pending").exists()
    assert len(lines) == len(set(lines)) == 18


# --- over a year's end


def publish(days: list[SpecialDay] = NOTICE, year: int = 2027) -> None:
    clocks.publish_year(year=year, source="国务院办公厅通知", days=days, by=None, at=START)


@pytest.fixture
def calendar_taken_out_again(committed: Addresses) -> Iterator[None]:
    """The calendar belongs to the template: what a test commits there is taken out by the owner."""
    yield
    with psycopg.connect(committed.owner) as owner:
        owner.execute("DELETE FROM clocks_calendar_day WHERE year_id = 2027")
        owner.execute("DELETE FROM clocks_calendar_year WHERE year = 2027")


MID_DECEMBER = moment("2026-12-21 10:00")


@pytest.mark.django_db
def test_the_hotline_does_not_stand_still_before_the_next_year_is_entered() -> None:
    case = case_at("follow_up", at=MID_DECEMBER)
    clocks = list(case.clocks.order_by("started_at").values_list("step", "is_provisional"))
    assert [step for step, is_provisional in clocks if is_provisional] == ["handling", "follow_up"]
    assert case.due_at == moment("2027-01-11 17:30")


@pytest.mark.django_db
def test_a_provisional_deadline_is_settled_once_the_year_is_entered() -> None:
    case = case_at("handling", at=MID_DECEMBER)
    old = running(case)
    assert timers.sweep(at=MID_DECEMBER + timedelta(hours=1)) == []
    publish()
    at = MID_DECEMBER + timedelta(hours=2)
    assert timers.sweep(at=at) == [f"{case.number} handling settled: 2027-01-12 17:30"]
    case.refresh_from_db()
    old.refresh_from_db()
    new = running(case)
    assert (old.is_provisional, old.due_at, old.ended_at) == (True, moment("2027-01-11 17:30"), at)
    assert (new.is_provisional, new.due_at, new.replaces, new.set_by) == (False, moment("2027-01-12 17:30"), old, None)
    assert (new.limit, new.started_at, case.due_at) == (old.limit, old.started_at, new.due_at)
    assert new.why == "放假安排已录入，暂计时限已核定"
    (event,) = events(case, "settle_deadline")
    assert event.detail == {"due": ["2027-01-11T17:30:00+08:00", "2027-01-12T17:30:00+08:00"]}
    assert told(case, "told") == {"lianhu"}
    assert timers.sweep(at=at) == []


@pytest.mark.django_db
def test_a_deadline_that_stays_as_it_was_is_settled_without_a_notice() -> None:
    case = case_at("handling", at=MID_DECEMBER)
    publish([SpecialDay(date(2027, 2, 8), False, "春节")])
    assert timers.sweep(at=MID_DECEMBER + timedelta(hours=1)) == [f"{case.number} handling settled: 2027-01-11 17:30"]
    assert told(case, "told") == set()


@pytest.mark.django_db
def test_those_that_are_due_first_are_settled_first_and_before_their_alarms() -> None:
    later = case_at("handling", at=MID_DECEMBER + timedelta(days=1))
    earlier = case_at("handling", at=MID_DECEMBER)
    publish()
    lines = timers.sweep(at=moment("2027-01-11 18:00"))
    assert [line.partition(" ")[0::2] for line in lines] == [
        (earlier.number, "handling settled: 2027-01-12 17:30"),
        (later.number, "handling settled: 2027-01-13 17:30"),
        (earlier.number, "handling 80%"),
        (later.number, "handling 80%"),
    ]


@pytest.mark.django_db
def test_what_was_told_of_a_provisional_deadline_is_not_told_again_unless_it_is_no_longer_so() -> None:
    case = case_at("handling", at=MID_DECEMBER)
    at = running(case).due_at
    timers.sweep(at=at)
    publish()
    timers.sweep(at=at)
    clock = running(case)
    assert (clock.warned, clock.missed_at) == (80, None)
    assert timers.sweep(at=clock.due_at) == [f"{case.number} handling 100%"]
    assert [event.action for event in events(case, "warn", "miss", "settle_deadline")] == ["miss", "settle_deadline", "miss"]


@pytest.mark.django_db
def test_a_deadline_that_is_missed_either_way_stays_missed() -> None:
    case = case_at("handling", at=MID_DECEMBER)
    timers.sweep(at=running(case).due_at)
    missed_at = running(case).missed_at
    publish()
    timers.sweep(at=moment("2027-02-01 10:00"))
    assert (running(case).warned, running(case).missed_at, running(case).next_alarm_at) == (100, missed_at, None)
    assert timers.sweep(at=moment("2027-02-01 10:00")) == []


@pytest.mark.django_db
def test_an_extended_provisional_deadline_is_settled_with_its_extension() -> None:
    case = case_at("handling", at=MID_DECEMBER)
    at = MID_DECEMBER + timedelta(hours=2)
    assignments.ask_extension(case.pk, days=5, by=post("wang"), at=at, seen=None, text="疑难")
    assignments.grant_extension(case.pk, by=post("zhou"), at=at, seen=None)
    assert (running(case).due_at, running(case).is_provisional) == (moment("2027-01-18 17:30"), True)
    publish()
    timers.sweep(at=at)
    assert (running(case).due_at, running(case).is_provisional) == (moment("2027-01-19 17:30"), False)


@pytest.mark.django_db
def test_a_tier_that_rises_to_real_time_makes_the_deadline_certain() -> None:
    case = case_at("handling", at=MID_DECEMBER)
    judging.raise_tier(case.pk, tier="II", by=post("wang"), at=MID_DECEMBER + timedelta(hours=2), seen=None, text="又被打")
    assert (running(case).tier, running(case).is_provisional) == ("II", False)


@pytest.mark.django_db
def test_a_deadline_beyond_the_next_year_is_settled_as_far_as_it_can_be() -> None:
    in_force(None, {"amount": 250}, at=START)
    case = case_at("handling", at=MID_DECEMBER)
    before = running(case)
    publish([*NOTICE, *(SpecialDay(date(2027, 10, day), False, "国庆节") for day in (1, 4, 5, 6, 7))])
    (line,) = timers.sweep(at=MID_DECEMBER + timedelta(hours=1))
    assert line.startswith(f"{case.number} handling settled")
    assert (before.due_at, running(case).due_at) == (moment("2027-12-06 17:30"), moment("2027-12-14 17:30"))
    assert not running(case).is_provisional


def test_two_workers_settle_each_deadline_once(committed: Addresses, calendar_taken_out_again: None) -> None:
    cases = [case_at("handling", at=MID_DECEMBER) for _number in range(5)]
    publish()
    lines = [line for lines in together(*[lambda: timers.sweep(at=MID_DECEMBER + timedelta(hours=2))] * 2) for line in lines]
    assert len(lines) == len(set(lines)) == 5
    assert [len(events(case, "settle_deadline")) for case in cases] == [1] * 5


@pytest.mark.parametrize("column", ["is_provisional", "extension_days", "due_at"])
def test_a_provisional_deadline_is_never_settled_in_its_place(column: str, committed: Addresses) -> None:
    case_at("handling", at=MID_DECEMBER)
    values = {"is_provisional": "false", "extension_days": "3", "due_at": "2027-01-12 17:30+8"}
    change = sql.SQL("UPDATE clocks_clock SET {} = %s WHERE ended_at IS NULL").format(sql.Identifier(column))
    with psycopg.connect(committed.work) as connection, pytest.raises(psycopg.errors.CheckViolation, match="never moves"):
        connection.execute(change, [values[column]])


# --- the process


def test_the_worker_goes_on_after_the_database_has_dropped_it(committed: Addresses) -> None:
    environment = os.environ | committed.environment() | {"HUTONG_PROCESS": "hutong worker under test"}
    command = [sys.executable, "-m", "hutong.project.worker"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            for _round in range(2):
                case = opened(tier="I", at=datetime.now(UTC) - timedelta(hours=1), registered=False)
                wait_until(lambda case=case: events(case, "miss"), seconds=30)
                drop_connections("hutong worker under test")
            assert worker.poll() is None
        finally:
            worker.kill()


def drop_connections(name: str) -> None:
    superuser = os.environ.get("DATABASE_URL") or database.start_embedded(CLUSTER)
    with psycopg.connect(superuser, dbname="postgres") as admin:
        dropped = admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name]).fetchall()
    assert dropped == [(True,)]
