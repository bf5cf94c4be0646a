"""为什么是这个时间？ The sum behind a deadline, in words, for whoever may see the case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from hutong.desks.cases import why
from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import timers
from hutong.hotline.cases.actions import judging
from hutong.hotline.cases.models import Case
from hutong.hotline.clocks import actions, queries
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network.models import Division
from tests.browser import DESK, PHONE, Site, check_accessibility, fits, shoot
from tests.cast import office, post
from tests.clients import signed_in
from tests.hotline.clocks.model import moment
from tests.loop import case_at
from tests.rulebooks import in_force

AT = moment("2026-09-14 10:00")
LATER = AT + timedelta(hours=2)


def told(case: Case) -> dict[str, Any]:
    case.refresh_from_db()
    assert case.deadline is not None
    return why.told(queries.why(case.deadline, office=case.holder))


def page(who: str, case: Case, **headers: str) -> str:
    answer = signed_in(who).get(reverse("cases:why", args=[case.pk]), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def reasons(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row.day.split("年")[-1].split()[0], row.reason) for row in said["rows"]]


def extended() -> Case:
    case = case_at("handling", at=AT)
    assignments.ask_extension(case.pk, days=3, by=post("wang"), at=LATER, seen=None, text="对象外出")
    assignments.grant_extension(case.pk, by=post("zhou"), at=LATER, seen=None)
    return case


def raised() -> Case:
    case = case_at("handling", at=AT)
    judging.raise_tier(case.pk, tier="II", by=post("zhou"), at=LATER, seen=None, text="孩子受伤")
    return case


def lowered() -> Case:
    case = case_at("handling", at=AT)
    judging.propose_lower(case.pk, tier="IV", by=post("zhou"), at=LATER, seen=None, text="只是咨询")
    judging.confirm_lower(case.pk, by=post("tan"), at=LATER, seen=None)
    return case


@pytest.mark.django_db
def test_working_days_are_counted_one_by_one_over_weekends_holidays_and_make_up_days() -> None:
    said = told(case_at("handling", at=AT))
    assert (said["amount"], said["since"], said["due"], said["ends"]) == (
        "15 个工作日", "2026年9月14日 星期一 10:30", "2026年10月10日 星期六 17:30", "2026年10月10日 星期六 17:30",
    )  # fmt: skip
    assert reasons(said)[:8] == [
        ("9月14日", "起算当日，不计"), ("9月15日", "工作日"), ("9月16日", "工作日"), ("9月17日", "工作日"), ("9月18日", "工作日"),
        ("9月19日", "周末"), ("9月20日", "调休上班 国庆节调休"), ("9月21日", "工作日"),
    ]  # fmt: skip
    assert ("9月25日", "放假 中秋") in reasons(said)
    assert [row.counted for row in said["rows"]].count("1 天") == 15
    assert said["rows"][-1].total == "15 天"
    assert said["hours"] == "09:00-12:00，13:30-17:30（全国通用）"
    assert said["verdict"] == why.VERDICTS["sum"]


@pytest.mark.django_db
def test_working_minutes_are_counted_window_by_window() -> None:
    said = told(case_at("assessment", at=moment("2026-09-18 16:00")))
    assert said["amount"] == "4 小时，只计工作时间"
    assert [(row.reason, row.times, row.counted, row.total) for row in said["rows"]] == [
        ("工作日", "16:00–17:30", "1 小时 30 分", "1 小时 30 分"),
        ("周末", "", "—", "1 小时 30 分"),
        ("调休上班 国庆节调休", "09:00–11:30", "2 小时 30 分", "4 小时"),
    ]
    assert said["due"] == "2026年9月20日 星期日 11:30"


@pytest.mark.django_db
def test_real_time_is_one_line() -> None:
    said = told(case_at("handling", tier="I", at=AT))
    assert said["amount"] == "5 个自然日，每日 24 小时，昼夜连续计时"
    assert [(row.reason, row.times, row.total) for row in said["rows"]] == [
        ("昼夜连续计时", "10:30 至 2026年9月19日 星期六 10:30", "120 小时")
    ]
    assert said["hours"] == ""


@pytest.mark.django_db
def test_what_a_place_decided_and_its_hours_are_named() -> None:
    actions.set_local_days(
        division=Division.objects.get(pk="6101"), days=[SpecialDay(date(2026, 9, 16), False, "台风")], basis="停工通知", by=None, at=AT
    )
    actions.set_hours(office=office("xian"), windows=[(480, 720), (1080, 1440)], by=None, at=AT)
    said = told(case_at("handling", at=AT))
    assert ("9月16日", "本地放假 台风") in reasons(said)
    assert said["hours"] == "08:00-12:00，18:00-24:00（西安市12349热线中心）"
    assert said["due"] == "2026年10月12日 星期一 24:00"


@pytest.mark.django_db
def test_an_old_deadline_is_explained_by_what_held_when_it_was_set() -> None:
    case = case_at("handling", at=AT)
    before = told(case)
    actions.set_hours(office=office("lianhu"), windows=[(0, 1440)], by=None, at=LATER)
    actions.publish_year(year=2026, source="更正", days=[SpecialDay(date(2026, 9, 21), False, "更正")], by=None, at=LATER)
    actions.set_local_days(
        division=Division.objects.get(pk="61"), days=[SpecialDay(date(2026, 9, 22), False, "台风")], basis="停工", by=None, at=LATER
    )
    in_force(None, {"amount": 1, "warn_at": [50], "basis": "新规"}, at=LATER)
    after = told(case)
    assert [after[key] for key in ("rows", "hours", "amount", "due", "verdict")] == [
        before[key] for key in ("rows", "hours", "amount", "due", "verdict")
    ]
    fresh = told(case_at("handling", at=LATER + timedelta(hours=1)))
    assert fresh["amount"] == "1 个工作日"
    assert fresh["due"].endswith("24:00")


@pytest.mark.django_db
def test_a_provisional_deadline_says_where_it_guessed_and_once_settled_why_it_moved() -> None:
    case = case_at("handling", at=moment("2026-12-14 10:00"))
    said = told(case)
    assert said["each"].clock.is_provisional
    assert ("1月1日", "工作日（放假安排未公布，先按周一至周五）") in reasons(said)
    actions.publish_year(
        year=2027, source="通知", days=[SpecialDay(date(2027, 1, 1), False, "元旦")], by=None, at=moment("2026-12-15 10:00")
    )  # fmt: skip
    timers.sweep(at=moment("2026-12-15 11:00"))
    after = told(case)
    assert ("1月1日", "放假 元旦") in reasons(after)
    assert (after["verdict"], len(after["replaced"])) == (why.VERDICTS["sum"], 1)
    assert after["due"] != said["due"]
    assert after["ends"] == after["due"]


@pytest.mark.django_db
def test_an_extension_is_counted_from_the_deadline_that_it_makes_longer() -> None:
    said = told(extended())
    assert (said["amount"], said["since"], said["due"]) == ("3 个工作日", "2026年10月10日 星期六 17:30", "2026年10月14日 星期三 17:30")
    assert said["longer_than"]["due"] == "2026年10月10日 星期六 17:30"
    assert len(said["longer_than"]["rows"]) > 15
    (clock, before), *none = said["replaced"]
    assert (clock.why, clock.set_by, before, none) == ("延期 3 个工作日", post("zhou"), "2026年10月10日 星期六 17:30", [])


@pytest.mark.django_db
def test_after_a_change_of_tier_it_says_which_of_the_two_counts() -> None:
    assert told(raised())["verdict"] == why.VERDICTS["sum"]
    said = told(lowered())
    assert said["verdict"] == why.LOWER
    assert (said["ends"], said["due"]) == ("2026年9月17日 星期四 17:30", "2026年10月10日 星期六 17:30")
    near = case_at("review", tier="IV", at=moment("2026-09-11 17:00"))
    judging.raise_tier(near.pk, tier="III", by=post("zhou"), at=moment("2026-09-14 17:00"), seen=None, text="有新情况")
    assert told(near)["verdict"] == why.HIGHER
    late = case_at("intake", at=AT)
    judging.raise_tier(late.pk, tier="I", by=post("xu"), at=AT + timedelta(days=3), seen=None, text="危险")
    assert told(late)["verdict"] == why.VERDICTS["at_once"]


HOLDS: dict[str, Callable[[], Case]] = {"extended": extended, "raised": raised, "lowered": lowered}


@pytest.mark.django_db
@pytest.mark.parametrize("how", HOLDS)
def test_the_page_says_it_in_the_dialog_and_alone(how: str) -> None:
    case = HOLDS[how]()
    whole, part = page("zhou", case), page("wang", case, **{"HX-Request": "true"})
    for shown in (whole, part):
        assert told(case)["due"] in shown
        assert "第 1 版" in shown
        assert "替代过的期限" in shown
    assert "<html" not in part
    assert reverse("cases:why", args=[case.pk]) in signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()


@pytest.mark.django_db
def test_only_who_may_see_the_case_is_told_and_the_look_is_recorded() -> None:
    case = case_at("handling", at=AT)
    client = signed_in("bai")
    assert client.get(reverse("cases:why", args=[case.pk])).status_code == 404
    page("wang", case)
    assert AuditEntry.objects.filter(verb="looked", subject_id=case.pk, post_id=post("wang").pk).count() == 1


@pytest.mark.django_db
def test_a_closed_case_has_no_deadline_to_explain() -> None:
    case = case_at("closed", at=AT)
    assert signed_in("zhou").get(reverse("cases:why", args=[case.pk])).status_code == 404
    assert "为什么是这个时间" not in signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()


@pytest.mark.django_db
def test_it_asks_the_same_number_of_questions_however_long_the_sum_is() -> None:
    counts = []
    for amount in (1, 40, 200):
        in_force(None, {"amount": amount, "warn_at": [50], "basis": "试"}, at=AT)
        case, client = case_at("handling", at=AT), signed_in("zhou")
        for change in range(amount // 20):
            judging.raise_tier(case.pk, tier="II", by=post("zhou"), at=LATER + timedelta(minutes=change), seen=None, text="升")
            judging.propose_lower(case.pk, tier="III", by=post("zhou"), at=LATER + timedelta(minutes=change), seen=None, text="降")
            judging.confirm_lower(case.pk, by=post("tan"), at=LATER + timedelta(minutes=change), seen=None)
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("cases:why", args=[case.pk]))
        counts.append(len(caught))
    assert counts[0] == counts[1] == counts[2]


stages = st.sampled_from(["intake", "assessment", "dispatch", "acceptance", "handling", "review", "reply", "follow_up"])
starts = st.integers(0, 120 * 24 * 60).map(lambda minutes: moment("2026-08-20 00:00") + timedelta(minutes=minutes))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stages, st.sampled_from(["I", "II", "III", "IV"]), starts)
def test_every_deadline_of_the_loop_is_explained_to_the_second(stage: str, tier: str, at: datetime) -> None:
    case = case_at(stage, tier=tier, at=at)
    assert case.deadline is not None
    said = queries.why(case.deadline, office=case.holder)
    assert (said.ends_at, said.verdict) == (case.due_at, "sum")


# --- in a browser


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_person_asks_why_and_reads_the_sum(site: Site, size: dict[str, int]) -> None:
    case = extended()
    page = site.sign_in("zhou", size)
    page.goto(site.url("cases:case", case.pk))
    page.get_by_role("link", name="为什么是这个时间？").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("2026年10月14日 星期三 17:30").first.wait_for()
    shoot(page, f"why-dialog-{size['width']}")
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.goto(site.url("cases:why", case_at("assessment", at=moment("2026-09-18 16:00")).pk))
    shoot(page, f"why-hours-{size['width']}")
    check_accessibility(page)
    page.goto(site.url("cases:why", case.pk))
    shoot(page, f"why-page-{size['width']}")
    check_accessibility(page)
    fits(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    shoot(page, f"why-print-{size['width']}")
    expect(page.locator("main")).to_contain_text("15 天")
