"""Orders by what people see: three people and one order, a ladder that arrives by itself, and an addressee on a phone."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from hutong.hotline.cases import timers as cases_timers
from hutong.hotline.cases.models import Case, Clock
from hutong.hotline.contacts.models import Draft
from hutong.hotline.supervision import actions, timers
from hutong.hotline.supervision.models import Order
from tests.browser import PHONE, Site, check_accessibility, fits, shoot, wait_until
from tests.cast import office, post
from tests.journeys.people import act
from tests.loop import case_at

pytestmark = pytest.mark.browser
WORDS = "请查明没有按时上门的原因，今天见到孩子本人。"
DEEDS = (*cases_timers.DEEDS, *timers.DEEDS)


def sweep() -> None:
    """What the worker does, until nothing is due."""
    while cases_timers.sweep(at=timezone.now(), deeds=DEEDS):
        pass


def recently(stage: str, *, tier: str, missed_ago: timedelta) -> Case:
    """A case whose deadline passed so long ago: when it must have been opened is tried out first, and taken back."""
    then = timezone.now() - timedelta(days=30)
    with transaction.atomic():
        length = Clock.objects.get(case=case_at(stage, tier=tier, at=then), ended_at=None).due_at - then
        transaction.set_rollback(True)
    return case_at(stage, tier=tier, at=timezone.now() - missed_ago - length)


def test_an_order_walks_from_issue_to_acceptance_between_three_people(site: Site) -> None:
    case = case_at("handling", tier="II", at=timezone.now() - timedelta(hours=3))
    zhou, lu, ma = site.sign_in("zhou"), site.sign_in("lu"), site.sign_in("ma", PHONE)
    ma.goto(site.url("supervision:orders"))
    expect(ma.get_by_text("这里没有督办单")).to_be_visible()
    zhou.goto(site.url("cases:case", case.pk))
    act(zhou, "发督办单", office="莲湖区民政局", subject="尽快见到孩子", text=WORDS)
    expect(zhou.locator("#top").get_by_text("发给“莲湖区民政局”，待签收")).to_be_visible()
    shoot(zhou, "order-on-case-1440")

    ma.get_by_role("link", name="尽快见到孩子").click()
    expect(ma.locator(".bar-desks .count")).to_contain_text("1")
    fits(ma)
    shoot(ma, "order-390")
    check_accessibility(ma)
    act(ma, "签收督办单")
    act(ma, "答复督办单", text="已派人上门。")

    lu.goto(site.url("supervision:orders", list="answered"))
    lu.get_by_role("link", name="尽快见到孩子").click()
    shoot(lu, "order-1440")
    act(lu, "退回答复", text="请写明有没有见到孩子本人。")
    expect(ma.get_by_role("link", name="答复督办单")).to_be_visible()
    expect(ma.get_by_text("请写明有没有见到孩子本人。")).to_be_visible()
    act(ma, "答复督办单", text="今天 15 时见到孩子，由外婆照料，平安。")
    expect(lu.get_by_role("link", name="认可答复，了结")).to_be_visible()
    act(lu, "认可答复，了结")
    expect(ma.locator("#top").get_by_text("已了结", exact=True)).to_be_visible()
    expect(ma.locator(".bar-desks .count")).to_have_count(0)
    assert Order.objects.get().state == "accepted"
    for page in (zhou, lu, ma):
        fits(page)
        check_accessibility(page)


def test_a_missed_tier_ii_climbs_to_the_province_without_a_reload(site: Site) -> None:
    case = recently("acceptance", tier="II", missed_ago=timedelta(days=3))
    song, zhou = site.sign_in("song"), site.sign_in("zhou")
    song.goto(site.url("cases:work", list="notices"))
    zhou.goto(site.url("supervision:orders"))
    sweep()
    clock = Clock.objects.get(case=case, ended_at=None)
    assert clock.missed_at is not None
    expect(song.get_by_role("link", name=case.title)).to_be_hidden()
    while lines := cases_timers.sweep(at=clock.missed_at + timedelta(days=2), deeds=DEEDS):
        assert lines
    expect(song.get_by_text("逐级督促")).to_be_visible()
    expect(zhou.get_by_role("link", name=f"个案 {case.number}“签收”逾期未办")).to_be_visible()
    shoot(zhou, "orders-1440")
    song.get_by_role("link", name=case.title).first.click()
    expect(song.get_by_text("期限已过，正在逐级督促")).to_be_visible()
    expect(song.locator("#top").get_by_text("过问，必要时督办")).to_be_visible()
    shoot(song, "climb-1440")
    check_accessibility(song)


def test_the_province_orders_an_office_from_its_page_and_what_is_typed_survives(site: Site) -> None:
    song, lu = site.sign_in("song"), site.sign_in("lu", PHONE)
    song.goto(site.url("supervision:office", office("xian").pk))
    shoot(song, "order-office-1440")
    song.get_by_role("link", name="发督办单").click()
    song.locator("[name=subject]").fill("夜间值班无人接听")
    song.locator("[name=text]").fill("请三日内说明")
    song.goto("about:blank")
    wait_until(lambda: song.wait_for_timeout(20) or ["请三日内说明"] in [draft.fields.get("text") for draft in Draft.objects.all()])
    song.goto(site.url("supervision:new", office=office("xian").pk))
    expect(song.get_by_text("这是您上次没有发出的内容。")).to_be_visible()
    expect(song.locator("[name=text]")).to_have_value("请三日内说明")
    shoot(song, "order-new-1440")
    check_accessibility(song)
    song.get_by_role("button", name="发出").click()
    expect(song.locator(".message").get_by_text("督办单已发出")).to_be_visible()
    lu.goto(site.url("supervision:orders"))
    fits(lu)
    shoot(lu, "orders-390")
    lu.get_by_role("link", name="夜间值班无人接听").click()
    with lu.expect_download() as letter:
        lu.get_by_role("button", name="下载公函").click()
    assert letter.value.suggested_filename == f"陕西省督办〔{timezone.localdate().year}〕1号.docx"
    check_accessibility(lu)


def test_a_case_that_is_late_shows_a_phone_who_was_told(site: Site) -> None:
    case = recently("handling", tier="I", missed_ago=timedelta(minutes=20))
    sweep()
    actions.order(case.pk, office=office("lianhu"), subject="马上见到孩子", text=WORDS, by=post("zhou"), at=timezone.now())
    ma = site.sign_in("ma", PHONE)
    ma.goto(site.url("cases:case", case.pk))
    expect(ma.get_by_text("期限已过，正在逐级督促")).to_be_visible()
    fits(ma)
    shoot(ma, "climb-390")
    check_accessibility(ma)
