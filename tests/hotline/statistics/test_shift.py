"""The shift's board: what waits, what nobody touched, what will be late, what was missed, who is there."""

from datetime import timedelta

import pytest

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers
from hutong.hotline.cases.actions import judging, recording, recusing
from hutong.hotline.cases.models import Clock
from hutong.hotline.clocks import rules as clocks
from hutong.hotline.contacts.models import Contact
from hutong.hotline.network.signing_in import be_seen, signed_out
from hutong.hotline.statistics import shift
from tests.cast import office, post
from tests.loop import ONWARD, START, case_at, opened

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def untouched() -> list[str]:
    return [case.number for case in shift.untouched(post("lu"), START)]


def test_a_case_is_untouched_until_somebody_of_the_centre_acts() -> None:
    case = opened()
    assert untouched() == [case.number]
    recording.note(case.pk, by=post("zhou"), at=START + MINUTE, text="已看")
    assert untouched() == []


def test_what_comes_back_from_the_county_is_untouched_until_it_is_read() -> None:
    case = case_at("review")
    assert untouched() == [case.number]
    recording.note(case.pk, by=post("ma"), at=START + 2 * MINUTE * 60, text="补充一句")
    assert untouched() == [case.number]  # the county's word is not the centre's
    case.refresh_from_db()
    ONWARD["review"](case, START + 3 * MINUTE * 60)
    assert untouched() == []


def test_a_warning_by_the_system_is_not_somebody_who_acts() -> None:
    case = opened(tier="I")
    timers.sweep(at=START + 9 * MINUTE)
    assert untouched() == [case.number]


def test_the_longest_untouched_stands_first_and_what_is_with_the_county_does_not() -> None:
    later, first = opened(at=START + MINUTE), opened(at=START)
    case_at("handling")
    assert untouched() == [first.number, later.number]


def test_what_the_province_takes_up_again_is_untouched() -> None:
    case = case_at("closed")
    judging.reopen(case.pk, by=post("song"), at=START + 300 * MINUTE, seen=None, text="家属来信")
    assert untouched() == [case.number]


def test_who_takes_over_a_case_from_another_centre_has_touched_it() -> None:
    case, facts = case_at("dispatch"), {"at": START + 300 * MINUTE, "seen": None}
    assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), text="去了岐山", **facts)
    assignments.settle_transfer(case.pk, by=post("song"), **facts)
    assignments.accept_transfer(case.pk, by=post("qin"), **facts)
    assert list(shift.untouched(post("qin"), START)) == []


def low(minutes: float) -> list[Clock]:
    return list(shift.low(post("lu"), START + timedelta(minutes=minutes)))


def test_a_limit_is_low_in_its_last_fifth_and_no_longer_when_it_is_missed() -> None:
    case = opened(tier="I")  # ten minutes to assess
    assert low(7.9) == []
    assert [clock.case for clock in low(8)] == [case]
    assert [clock.case for clock in low(9.9)] == [case]
    assert low(10) == []
    timers.sweep(at=START + 10 * MINUTE)
    assert low(9.9) == []


def test_in_working_time_the_last_fifth_is_of_working_time() -> None:
    case = opened(tier="III")
    clock = case.clocks.get()
    share = clocks.alarms(
        clock.started_at,
        clock.due_at,
        clock.unit,
        calendar=clocks.Calendar(frozenset({2026})),
        windows=clocks.DEFAULT_WINDOWS,
        warn_at=[80],
    )
    assert clock.low_at == share[0][1]
    assert clock.low_at < clock.due_at


def test_a_limit_that_the_county_must_keep_is_on_the_centres_board() -> None:
    case = case_at("handling", tier="II")
    clock = Clock.objects.get(case=case, ended_at=None)
    assert [each.office.code for each in shift.low(post("lu"), clock.low_at)] == ["lianhu"]
    assert list(shift.low(post("qin"), clock.low_at)) == []


def test_what_was_missed_today_says_who_was_told() -> None:
    opened(tier="I")
    timers.sweep(at=START + 10 * MINUTE)
    event = shift.missed_today(post("lu"), START + 20 * MINUTE).get()
    assert [notice.office.code for notice in event.told] == ["shaanxi", "xian"]
    assert list(shift.missed_today(post("lu"), START + timedelta(days=1))) == []
    assert list(shift.missed_today(post("qin"), START + 20 * MINUTE)) == []


def test_a_person_who_must_keep_away_sees_no_trace_of_the_case() -> None:
    case = opened(tier="I")
    recusing.recuse(case.pk, staff=post("lu").staff, by=post("zhou"), at=START, seen=None, text="邻居")
    timers.sweep(at=START + 10 * MINUTE)
    for name in ("untouched", "low", "missed_today"):
        assert list(shift.LISTS[name](post("lu"), START + 9 * MINUTE)) == []
    assert len(shift.missed_today(post("zhou"), START + 20 * MINUTE)) == 1


def test_what_waits_is_counted_by_channel_with_the_longest() -> None:
    for minutes, channel in ((3, "web"), (1, "web"), (2, "wechat")):
        Contact.objects.create(
            centre=office("xian"), channel=channel, received_at=START - minutes * MINUTE, narrative="孩子走失", outcome="pending",
            due_at=START + MINUTE,
        )  # fmt: skip
    found = {each.code: (each.many, each.since) for each in shift.channels(post("xu"))}
    assert found == {"phone": (0, None), "web": (2, START - 3 * MINUTE), "wechat": (1, START - 2 * MINUTE)}
    assert shift.waiting(post("xu"), START).count() == 3
    assert shift.waiting(post("qin"), START).count() == 0


def test_who_did_something_in_the_last_minutes_is_at_work() -> None:
    be_seen(post("xu"), at=START - 2 * MINUTE)
    be_seen(post("he"), at=START - 6 * MINUTE)
    be_seen(post("zhou"), at=START)
    be_seen(post("qin"), at=START)
    assert [each.staff.username for each in shift.at_work(post("lu"), START)] == ["zhou", "xu"]


def test_who_signs_out_is_gone() -> None:
    be_seen(post("xu"), at=START)
    signed_out(post("xu").staff, post("xu"), at=START)
    assert list(shift.at_work(post("lu"), START)) == []


def test_to_be_seen_is_written_once_a_minute() -> None:
    be_seen(post("xu"), at=START)
    be_seen(post("xu"), at=START + 0.5 * MINUTE)
    assert post("xu").seen.at == START
    be_seen(post("xu"), at=START + MINUTE)
    assert post("xu").seen.at == START + MINUTE
