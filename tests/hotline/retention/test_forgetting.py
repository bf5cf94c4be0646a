"""When a case's time is over, nothing that was told stands in any table, and what proves who did what still holds."""

from argparse import Namespace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit import timers as seals
from hutong.hotline.calls.models import Call, CallBack, Leg
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.letting_in import Emergency, Reveal
from hutong.hotline.cases.models import Case, Event, PartyRole, Recusal
from hutong.hotline.cases.searching import search
from hutong.hotline.contacts.models import Contact
from hutong.hotline.holds import actions as holds
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Person
from hutong.hotline.recordings.models import Play
from hutong.hotline.replies import actions as replies
from hutong.hotline.retention import rules
from hutong.hotline.retention.models import Erasure
from hutong.hotline.supervision import actions as supervision
from hutong.project import auditing, check
from hutong.project.database import Addresses
from tests import cast
from tests.abuse.marked import ADDRESS, CALLER, HOUSE, MARKED, PHONE, REPORTER, SUSPECTED, TOLD, found, stored
from tests.hotline.retention.test_erasing import LATER, sweep
from tests.loop import ONWARD, START, opened
from tests.talks import a_call, kept, missed

HOUR = timedelta(hours=1)


def told_everywhere(folder: Path) -> Case:
    """A closed case that holds marked words wherever a person can write some."""
    case, wang, zhou, he = opened(), cast.post("wang"), cast.post("zhou"), cast.post("he")
    contact = case.contact_links.get().contact
    contact.narrative, contact.place_text = TOLD, HOUSE
    contact.save()
    contact.reporter.name, contact.reporter.phone = REPORTER, PHONE
    contact.reporter.save()
    talk = kept(a_call(case=case), folder)
    at = START + timedelta(minutes=5)
    recording.correct(case.pk, by=zhou, at=at, seen=None, title=TOLD, place=case.place, place_text=ADDRESS, text=TOLD)
    recording.add_party(
        case.pk,
        person=Person.objects.create(name=SUSPECTED, phone=CALLER),
        role=PartyRole.WITNESS,
        relation=TOLD,
        by=zhou,
        at=at,
        text=TOLD,
    )
    Recusal.objects.create(case=case, office=cast.office("baoji"), reason=TOLD, by=zhou, at=at)
    recording.note(case.pk, by=zhou, at=at, text=TOLD)
    case.refresh_from_db()
    while case.stage != "handling":
        at += timedelta(minutes=10)
        ONWARD[case.stage](case, at)
        case.refresh_from_db()
    supervision.order(case.pk, office=cast.office("lianhu"), subject=TOLD, text=TOLD, by=zhou, at=at)
    order = case.orders.get()
    supervision.withdraw_order(order.pk, by=zhou, at=at + timedelta(minutes=1), text=TOLD)
    Reveal.objects.create(case=case, post=wang, section="child", field="phone", of=new_id(), why="visit", words=TOLD, at=at)
    Emergency.objects.create(
        case=case, post=cast.post("fang"), why="came_here", words=TOLD * 2, at=at, until=at + HOUR, due_at=at + 24 * HOUR,
    )  # fmt: skip
    Play.objects.create(recording=talk, post=zhou, purpose="other", text=TOLD, at=at, until=at + HOUR)
    held = holds.hold(case, reason=TOLD, review_on=timezone.localdate(at) + timedelta(days=9), by=zhou, at=at)
    holds.end(held, why=TOLD, by=zhou, at=at)
    assignments.report(case.pk, by=wang, at=at + HOUR, seen=None, text=TOLD, child_state="safe")
    assignments.approve(case.pk, by=zhou, at=at + HOUR, seen=None)
    replies.answer(case.pk, by=he, at=at + HOUR, seen=None, text=TOLD)
    replies.close(case.pk, by=he, at=at + 2 * HOUR, seen=None, text=TOLD, is_safe=True, is_solved=True, satisfaction="satisfied")
    case.refresh_from_db()
    return case


@pytest.fixture
def case(committed: Addresses, kept_apart: None, tmp_path: Path) -> Case:
    with transaction.atomic():
        return told_everywhere(tmp_path)


def run(statement: str, *given: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def test_after_erasure_no_table_holds_what_was_told_and_every_promise_holds(case: Case) -> None:
    assert found(list(stored()), (TOLD,)) == {TOLD}
    assert search(cast.post("zhou"), TOLD[:6]).exists()
    sealed = (case.row_key, Contact.objects.get().row_key, Call.objects.get().row_key)
    assert len(sweep(LATER)) == 5
    rows = list(stored())
    assert found(rows) == set()
    assert {mark for mark in MARKED if mark.encode().hex() in "\n".join(rows)} == set()
    assert {key for key in sealed if bytes(key).hex() in "\n".join(rows)} == set()
    assert not search(cast.post("zhou"), TOLD[:6]).exists()
    while seals.sweep(at=timezone.now()):
        pass
    assert auditing.run(Namespace(case=None, since=None, checkpoints=None, keys=None)) == 0
    with connection.cursor() as cursor:
        assert [offender for each in check.look(cursor) for offender in each.first] == []


def test_who_did_what_and_when_is_still_there(case: Case) -> None:
    before = list(Event.objects.filter(case=case).order_by("seq").values_list("action", "by", "at"))
    sweep(LATER)
    case.refresh_from_db()
    events = list(Event.objects.filter(case=case).order_by("seq"))
    assert [(event.action, event.by_id, event.at) for event in events][:-1] == before
    assert events[-1].action == "erase"
    assert {event.text for event in events} == {"", rules.ERASED}
    assert events[0].detail.keys() >= {"contact"}
    assert "title" not in str([event.detail for event in events])
    assert (Leg.objects.get().number, Call.objects.get().caller) == ("", "")


def test_nobody_forgets_what_is_not_being_erased(case: Case) -> None:
    for statement in ("SELECT hutong_forget(%s)", "SELECT set_config('hutong.forgetting', %s, false)"):
        try:
            with transaction.atomic():
                run(statement, str(case.pk))
                run("UPDATE clocks_clock SET why = %s", rules.ERASED)
        except DatabaseError:
            continue
        pytest.fail(statement)
    run("SELECT set_config('hutong.forgetting', '', false)")
    assert Event.objects.filter(text=TOLD).exists()


def test_nor_twice_nor_by_hand_after_it(case: Case) -> None:
    sweep(LATER)
    for statement in (
        "SELECT hutong_forget(%s)",
        "UPDATE cases_event SET text = '' WHERE case_id = %s",
        "DELETE FROM cases_event WHERE case_id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement, case.pk)


def test_a_hold_stops_the_database_itself(case: Case) -> None:
    holds.hold(case, reason="法院调取", review_on=timezone.localdate() + timedelta(days=9), by=cast.post("zhou"), at=timezone.now())
    assert sweep(LATER) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        Erasure.objects.create(kind="call", row_id=Call.objects.get().pk, at=LATER)


@pytest.mark.django_db
def test_what_the_function_empties_is_what_the_schedule_names() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'hutong_forget'")
        source = cursor.fetchone()[0]
    lines = [line.split() for line in source.splitlines() if line.strip().startswith("UPDATE")]
    emptied = {f"{line[1]}.{word}" for line in lines for word, is_set in pairwise(line) if is_set == "="}
    assert {each for each in emptied if not each.endswith("_id")} == set(rules.schedule().kinds["story"].columns)


@pytest.mark.django_db
def test_a_call_of_which_nothing_was_written_down_goes_by_itself() -> None:
    call = missed(at=START, caller=CALLER)
    CallBack.objects.update(settled_at=START + HOUR, outcome="reached")
    assert sweep(START.replace(year=START.year + 2)) == []
    assert sweep(START.replace(year=START.year + 3, day=20)) == ["1 call erased, past their time"]
    call.refresh_from_db()
    assert (call.caller, bytes(call.caller_index), CallBack.objects.get().number) == ("", b"", "")
