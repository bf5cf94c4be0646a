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
from hutong.hotline.cases.actions import judging, recording
from hutong.hotline.cases.door import door
from hutong.hotline.cases.letting_in import Emergency, Reveal
from hutong.hotline.cases.models import Case, CaseContact, Event, PartyRole, Recusal
from hutong.hotline.cases.rules import ACTIONS, AFTER_ERASURE
from hutong.hotline.cases.searching import search
from hutong.hotline.contacts.models import Contact
from hutong.hotline.holds import actions as holds
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people.models import Person
from hutong.hotline.recordings import actions as recordings
from hutong.hotline.recordings.models import Gap, Play, Recording
from hutong.hotline.replies import actions as replies
from hutong.hotline.retention import rules
from hutong.hotline.retention.models import Erasure
from hutong.hotline.supervision import actions as supervision
from hutong.project import auditing, check
from hutong.project.database import Addresses
from tests import cast
from tests.abuse.marked import ADDRESS, CALLER, HOUSE, MARKED, PHONE, REPORTER, SUSPECTED, TOLD, found, stored
from tests.clients import signed_in
from tests.hotline.retention.test_erasing import LATER, sweep
from tests.loop import ONWARD, START, contact, opened
from tests.talks import a_call, kept, missed

HOUR = timedelta(hours=1)


def told_everywhere(folder: Path) -> Case:
    """A closed case that holds marked words wherever a person can write some."""
    case, wang, zhou, he = opened(narrative=TOLD), cast.post("wang"), cast.post("zhou"), cast.post("he")
    contact = case.contact_links.get().contact
    contact.place_text = HOUSE
    contact.save()
    contact.reporter.name, contact.reporter.phone = REPORTER, PHONE
    contact.reporter.save()
    talk = kept(a_call(case=case), folder)
    Gap.objects.create(recording=talk, started_at=talk.started_at, ended_at=talk.ended_at, by=zhou, why=TOLD)
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
    holds.end(held, why=TOLD, by=cast.post("lu"), at=at)
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
    assert auditing.run(Namespace(what="verify", case=None, since=None, checkpoints=None, keys=None)) == 0
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


# --- afterwards it stays shut


def stop() -> None:
    raise LookupError


def refused(case: Case, code: str, who: str | None) -> str:
    """Why the door stays closed to a deed; empty where it opens, of which nothing is kept."""
    try:
        with door(case.pk, code, by=cast.post(who) if who else None, at=LATER, text="又有新情况"):
            stop()
    except Refusal as refusal:
        return refusal.reason.code
    except LookupError:
        pass
    return ""


def test_the_one_door_opens_for_nobody_but_the_end_of_its_recordings(case: Case) -> None:
    before = {code for code in ACTIONS if not refused(case, code, "zhou")}
    assert {"note", "reopen", "add_contact"} <= before
    sweep(LATER)
    assert {refused(case, code, "zhou") for code in set(ACTIONS) - AFTER_ERASURE} == {"erased"}
    assert {refused(case, code, None) for code in set(ACTIONS) - AFTER_ERASURE} == {"erased"}
    for deed in (
        lambda: recording.note(case.pk, by=cast.post("zhou"), at=LATER, text=TOLD),
        lambda: judging.reopen(case.pk, by=cast.post("zhou"), at=LATER, seen=None, text=TOLD),
        lambda: holds.hold(case, reason=TOLD, review_on=timezone.localdate(LATER) + timedelta(9), by=cast.post("zhou"), at=LATER),
    ):
        with pytest.raises(Refusal) as told:
            deed()
        assert "另立新案" in str(told.value)
    assert recordings.destroy(Recording.objects.get().pk, at=LATER)
    assert list(Event.objects.filter(case=case).order_by("-seq").values_list("action", flat=True)[:2]) == ["destroy_recording", "erase"]


def test_nor_does_the_database_take_anything_up(case: Case) -> None:
    sweep(LATER)
    case.refresh_from_db()
    zhou = cast.post("zhou")
    with pytest.raises(DatabaseError, match="is erased"), transaction.atomic():
        Event.objects.create(id=new_id(), case=case, seq=case.version + 1, at=LATER, action="note", by=zhou, text=TOLD)
    with pytest.raises(DatabaseError, match="is erased"), transaction.atomic():
        CaseContact.objects.create(case=case, contact=contact(), at=LATER)
    with pytest.raises(DatabaseError, match="is erased"), transaction.atomic():
        Recusal.objects.create(case=case, office=cast.office("qishan"), reason=TOLD, by=zhou, at=LATER)
    with pytest.raises(DatabaseError, match="is erased"), transaction.atomic():
        case.assignments.create(office=cast.office("lianhu"), kind="assist", request=TOLD, given_by=zhou, given_at=LATER)
    for change in ("title = 'x'", "erased_at = NULL", "plan = 'x'", "stage = 'assessment'"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(f"UPDATE cases_case SET version = version + 1, {change} WHERE id = %s", case.pk)  # noqa: S608 constants


def test_its_page_says_so_and_offers_nothing(case: Case) -> None:
    sweep(LATER)
    page = signed_in("zhou").get(f"/cases/{case.pk}").content.decode()
    assert "内容已按规定删除，只留下谁在何时做了什么" in page
    assert [code for code in ("note", "reopen", "psychology_note") if f"/cases/{case.pk}/do/{code}" in page] == []
    assert f"/cases/{case.pk}/hold" not in page


def test_a_recording_that_the_law_needs_holds_its_call_and_its_case(case: Case) -> None:
    talk = Recording.objects.get()
    recordings.hold(talk, by=cast.post("lu"), at=LATER, why=TOLD)
    assert sweep(LATER) == []
    for kind, row in (("case", case.pk), ("call", talk.call_id)):
        with pytest.raises(DatabaseError, match="held by law"), transaction.atomic():
            Erasure.objects.create(kind=kind, row_id=row, at=LATER)
    recordings.release(talk, by=cast.post("song"), at=LATER)
    assert len(sweep(LATER)) == 5
    assert (Recording.objects.get().held_why, Gap.objects.get().why) == ("", "")


def test_why_a_recording_was_paused_goes_with_its_call_and_not_before(case: Case) -> None:
    with pytest.raises(DatabaseError, match="only ends"), transaction.atomic():
        Gap.objects.update(why="")
    sweep(LATER)
    with pytest.raises(DatabaseError, match="only ends"), transaction.atomic():
        Gap.objects.update(why="x")
    assert Gap.objects.get().why == ""
