"""Clocks beside the deadline: what the office that acts owes, what other offices owe, and pauses of the deadline."""

from datetime import datetime, timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from hutong.desks.cases.wording import particulars
from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers
from hutong.hotline.cases.actions import judging, recording
from hutong.hotline.cases.models import Case, Notice, PartClock, Pause
from hutong.hotline.clocks.rules import SHANGHAI
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.rulebook.models import Limit
from tests.cast import office, post
from tests.loop import ONWARD, START, case_at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def owed(case: Case) -> list[tuple[str, str]]:
    """What offices owe now: step and office, in order of name."""
    rows = PartClock.objects.filter(case=case, ended_at=None)
    return sorted(rows.values_list("step", "office__code"))


def since(case: Case) -> datetime:
    case.refresh_from_db()
    return case.stage_since


def refuses(code: str, verb: object, *args: object, **given: object) -> None:
    with pytest.raises(Refusal) as caught:
        verb(*args, **given)  # type: ignore[operator]
    assert caught.value.reason.code == code


# --- what the office that acts owes


@pytest.mark.parametrize(("tier", "hours"), [("I", (2, 24)), ("II", (24, 72))])
def test_who_accepts_owes_a_first_contact_and_a_first_report(tier: str, hours: tuple[int, int]) -> None:
    case = case_at("handling", tier=tier)
    assert owed(case) == [("first_contact", "lianhu"), ("first_report", "lianhu")]
    found = [clock.due_at - clock.started_at for clock in PartClock.objects.filter(case=case).order_by("step")]
    assert found == [timedelta(hours=each) for each in hours]


def test_a_question_owes_neither() -> None:
    assert owed(case_at("handling", tier="IV")) == []


def test_each_is_done_once_and_by_who_owes_it() -> None:
    case = case_at("handling")
    at = since(case) + timedelta(hours=1)
    recording.see_child(case.pk, by=post("wang"), at=at, text="在家，由外婆陪着，精神好")
    assert owed(case) == [("first_report", "lianhu")]
    refuses("seen", recording.see_child, case.pk, by=post("wang"), at=at, text="又见")
    refuses("not_yours", recording.report_first, case.pk, by=post("zhou"), at=at, text="安全")
    recording.report_first(case.pk, by=post("wang"), at=at, text="安全，明天再访")
    assert owed(case) == []
    assert Notice.objects.filter(case=case, office=office("xian"), event__action="report_first").exists()


def test_what_is_not_written_down_is_refused() -> None:
    case = case_at("handling")
    refuses("needs_text", recording.see_child, case.pk, by=post("wang"), at=since(case), text=" ")


def test_the_report_of_the_whole_ends_what_was_owed_and_a_sending_back_asks_for_neither() -> None:
    case = case_at("review")
    assert owed(case) == []
    assignments.send_back(case.pk, by=post("zhou"), at=since(case) + DAY, seen=None, text="写明夜班")
    assert owed(case) == []


def test_a_higher_tier_asks_for_it_sooner_and_never_later() -> None:
    case = case_at("handling")
    before = PartClock.objects.get(case=case, step="first_contact")
    judging.raise_tier(case.pk, tier="I", by=post("zhou"), at=since(case) + timedelta(minutes=30), seen=None, text="施害人今晚回家")
    now = PartClock.objects.get(case=case, step="first_contact", ended_at=None)
    assert (now.replaces, now.tier, now.started_at, now.why) == (before, "I", before.started_at, "提级")
    assert now.due_at == before.started_at + timedelta(hours=2) < before.due_at


def test_what_another_tier_does_not_ask_for_ends_and_leaves_the_other_clocks_their_own_past() -> None:
    case = case_at("handling")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("wang"), at=since(case), seen=None, text="请核实")
    before = PartClock.objects.get(case=case, step="part_acceptance")
    judging.propose_lower(case.pk, tier="IV", by=post("zhou"), at=since(case), seen=None, text="只是咨询")
    judging.confirm_lower(case.pk, by=post("tan"), at=since(case), seen=None)
    assert owed(case) == [("part_acceptance", "lianhu-education")]
    assert PartClock.objects.get(case=case, ended_at=None).replaces == before


# --- when it passes


def test_what_is_owed_warns_and_is_missed_and_the_case_carries_it() -> None:
    case = case_at("handling", tier="II")
    start = since(case)
    lines = [timers.sweep(at=start + timedelta(hours=hours)) for hours in (12, 19, 20, 24)]
    assert [[line.partition(" ")[2] for line in done] for done in lines] == [
        ["first_contact 50%"], [], ["first_contact 80%"], ["first_contact 100%"],
    ]  # fmt: skip
    case.refresh_from_db()
    assert case.missed_at == start + DAY
    told = Notice.objects.filter(case=case, event__action="miss").values_list("office__code", flat=True)
    assert sorted(told) == ["lianhu", "xian"]


def test_two_clocks_of_one_case_that_ring_at_once_are_two_events() -> None:
    case = case_at("handling", tier="II")
    at = since(case) + timedelta(days=6, hours=23)
    done = [*timers.sweep(at=at), *timers.sweep(at=at), *timers.sweep(at=at)]
    assert sorted(line.partition(" ")[2] for line in done) == ["first_contact 100%", "first_report 100%", "handling 80%"]
    assert timers.sweep(at=at) == []


# --- what other offices owe


def test_a_part_is_signed_for_and_reported_on_by_its_office() -> None:
    case = case_at("handling")
    at = since(case)
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("wang"), at=at, seen=None, text="请核实在校情况")
    assert ("part_acceptance", "lianhu-education") in owed(case)
    assignments.accept_part(case.pk, by=post("shi"), at=at + DAY, seen=None)
    assert ("part_report", "lianhu-education") in owed(case)
    assert Limit.objects.get(pk=PartClock.objects.get(case=case, step="part_report").limit_id).kind == "referral"
    assignments.finish_part(case.pk, by=post("shi"), at=at + 2 * DAY, seen=None, text="在校")
    assert [code for _step, code in owed(case)] == ["lianhu", "lianhu"]


def test_a_part_that_is_taken_back_owes_nothing() -> None:
    case = case_at("handling")
    at = since(case)
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("wang"), at=at, seen=None, text="请核实")
    assignments.withdraw_part(case.pk, office=office("lianhu-education"), by=post("zhou"), at=at, seen=None, text="不必了")
    assert [code for _step, code in owed(case)] == ["lianhu", "lianhu"]


def test_a_closed_case_owes_nothing() -> None:
    case = case_at("closed")
    assert owed(case) == []
    assert case.deadline is None


def test_a_case_that_closes_ends_whatever_is_still_owed() -> None:
    case = case_at("follow_up")
    limit, at = Limit.objects.get(tier="III", step="first_contact"), since(case)
    PartClock.objects.create(
        case=case, office=office("lianhu"), limit=limit, tier="III", step="first_contact", unit=limit.unit, started_at=at, due_at=at + DAY
    )
    ONWARD["follow_up"](case, at)
    assert owed(case) == []


# --- pauses


def asked(case: Case, days: int = 5) -> datetime:
    at = since(case) + timedelta(hours=2)
    assignments.ask_pause(case.pk, days=days, by=post("wang"), at=at, seen=None, text="家属三天后才回来")
    return at


def due(case: Case) -> datetime:
    case.refresh_from_db()
    assert case.due_at is not None
    return case.due_at


def test_a_pause_moves_the_deadline_by_what_it_took_and_says_so() -> None:
    case = case_at("handling")
    before = due(case)
    at = asked(case, 7)
    assignments.grant_pause(case.pk, by=post("zhou"), at=at, seen=None)
    # The 15th to the 18th and the Sunday at work (20 September) do not count: five working days more, from 10 October on.
    assert (before, due(case)) == (datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI), datetime(2026, 10, 16, 17, 30, tzinfo=SHANGHAI))
    clock = case.clocks.get(ended_at=None)
    assert (clock.why, clock.set_by, clock.replaces.due_at) == ("暂停 7 天", post("zhou"), before)
    assert case.events.get(action="grant_pause").detail["due"][0] != case.events.get(action="grant_pause").detail["due"][1]


def test_the_story_says_for_how_long_and_of_which_step() -> None:
    case = case_at("handling", tier="II")
    timers.sweep(at=since(case) + DAY)
    told = case.events.get(action="miss")
    assert [(str(label), str(words)) for label, words in particulars(told, {})] == [("环节", "首次见到儿童"), ("时限已用", "100%")]
    case = case_at("handling")
    asked(case, 7)
    assert [(str(label), str(words)) for label, words in particulars(case.events.get(action="ask_pause"), {})] == [("暂停", "7 天")]


def test_an_early_return_brings_it_back() -> None:
    case = case_at("handling")
    before = due(case)
    at = asked(case, 7)
    assignments.grant_pause(case.pk, by=post("zhou"), at=at, seen=None)
    assignments.resume(case.pk, by=post("wang"), at=at + timedelta(minutes=1), seen=None)
    assert due(case) - before < DAY
    refuses("not_paused", assignments.resume, case.pk, by=post("wang"), at=at + DAY, seen=None)


def test_no_alarm_rings_in_a_pause_and_it_ends_by_itself() -> None:
    case = case_at("handling")
    recording.see_child(case.pk, by=post("wang"), at=since(case), text="见到")
    recording.report_first(case.pk, by=post("wang"), at=since(case), text="安全")
    half = case.clocks.get(ended_at=None).warnings_at[0]
    at = asked(case, 10)
    assignments.grant_pause(case.pk, by=post("zhou"), at=at, seen=None)
    assert case.clocks.get(ended_at=None).warnings_at[0] > half
    assert timers.sweep(at=at + 9 * DAY) == []
    assert timers.sweep(at=at + 10 * DAY) == [f"{case.number} runs again"]
    assert timers.sweep(at=at + 10 * DAY) == []


def test_only_where_the_rulebook_allows_no_longer_than_it_says_and_by_another_person() -> None:
    case = case_at("handling")
    refuses("too_long", assignments.ask_pause, case.pk, days=11, by=post("wang"), at=since(case), seen=None, text="很久")
    refuses("no_pause", assignments.ask_pause, case_at("handling", tier="II").pk, days=1, by=post("wang"), at=START, seen=None, text="急")
    asked(case)
    refuses("pause", assignments.ask_pause, case.pk, days=1, by=post("wang"), at=since(case), seen=None, text="再来")
    refuses("not_yours", assignments.grant_pause, case.pk, by=post("wang"), at=since(case), seen=None)
    assignments.refuse_pause(case.pk, by=post("zhou"), at=since(case), seen=None, text="不能停")
    assert Pause.objects.get(case=case).state == "refused"


def test_a_stage_that_ends_ends_its_pause() -> None:
    case = case_at("handling")
    at = asked(case)
    assignments.grant_pause(case.pk, by=post("zhou"), at=at, seen=None)
    case.refresh_from_db()
    ONWARD["handling"](case, at + DAY)
    pause = Pause.objects.get(case=case)
    assert (pause.state, pause.ends_at) == ("ended", at + DAY)


@pytest.mark.parametrize(
    "change", ["ends_at = ends_at + interval '1 day'", "days = 20", "granted_at = granted_at - interval '1 day'", "state = 'asked'"]
)
def test_the_database_keeps_a_pause_as_it_was_granted(change: str) -> None:
    case = case_at("handling")
    at = asked(case)
    assignments.grant_pause(case.pk, by=post("zhou"), at=at, seen=None)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE clocks_pause SET {change}")  # noqa: S608 the test's own words
