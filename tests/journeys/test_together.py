"""Two people on one case: they see each other, and neither overwrites the other."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Draft
from tests.browser import Site, wait_until
from tests.journeys.people import act, fill
from tests.loop import case_at

pytestmark = pytest.mark.browser


def test_two_people_on_one_case_see_each_other_and_what_the_other_fills_in(site: Site) -> None:
    case = case_at("review")
    zhou, tan = site.sign_in("zhou"), site.sign_in("tan")
    for page in (zhou, tan):
        page.goto(site.url("cases:case", case.pk))
    expect(zhou.locator("#beside").get_by_text("谭新")).to_be_visible()
    fill(tan, "退回补充")
    expect(zhou.get_by_text("正在填“退回补充”")).to_be_visible()
    tan.keyboard.press("Escape")
    expect(zhou.get_by_text("正在填“退回补充”")).to_be_hidden()
    tan.goto("about:blank")
    expect(zhou.locator("#beside").get_by_text("谭新")).to_be_hidden()


def test_a_save_on_a_stale_page_shows_what_changed_and_keeps_what_was_typed(site: Site) -> None:
    case = case_at("review")
    zhou, tan = site.sign_in("zhou"), site.sign_in("tan")
    for page in (zhou, tan):
        page.goto(site.url("cases:case", case.pk))
    fill(zhou, "审核通过", text="材料齐全")
    tan.get_by_label("记录内容").fill("报告人又来电，孩子受伤了")
    tan.get_by_role("button", name="记一笔").click()
    expect(zhou.locator("#story").get_by_text("报告人又来电，孩子受伤了")).to_be_visible()
    zhou.locator("#deed-body button[type=submit]").click()
    expect(zhou.locator("#deed-body").get_by_text("报告人又来电，孩子受伤了")).to_be_visible()
    expect(zhou.locator("#deed-body [name=text]")).to_have_value("材料齐全")
    assert Case.objects.get().stage == "review"
    zhou.locator("#deed-body button[type=submit]").click()
    expect(zhou.locator("#top").get_by_text("答复").first).to_be_visible()
    wait_until(lambda: Case.objects.get().stage == "reply")


def test_a_countdown_ticks(site: Site) -> None:
    case = case_at("review", tier="I", at=timezone.now() - timedelta(hours=1))
    page = site.sign_in("zhou")
    page.clock.install()
    page.goto(site.url("cases:case", case.pk))
    clock = page.locator("#top case-clock")
    expect(clock).to_have_text(re.compile("^还剩 1 小时"))
    page.clock.fast_forward("01:30:00")
    expect(clock).to_have_text(re.compile(r"^还剩 \d+ 分$"))


def test_what_is_typed_into_a_form_survives_a_closed_dialog_and_a_closed_tab(site: Site) -> None:
    case = case_at("handling")
    page = site.sign_in("wang")
    page.goto(site.url("cases:case", case.pk))
    fill(page, "提交处置报告", text="写到一半")
    page.keyboard.press("Escape")
    kept(page, "写到一半")
    fill(page, "提交处置报告")
    expect(page.locator("#deed-body [name=text]")).to_have_value("写到一半")
    page.locator("#deed-body [name=text]").fill("写到一半，关了页面")
    page.goto("about:blank")
    kept(page, "写到一半，关了页面")
    page.goto(site.url("cases:case", case.pk))
    act(page, "提交处置报告", child_state="safe")
    assert case.events.get(action="report").text == "写到一半，关了页面"


def kept(page: Page, text: str) -> None:
    """The draft has reached the server."""
    wait_until(lambda: page.wait_for_timeout(20) or [text] in [draft.fields.get("text") for draft in Draft.objects.all()])
