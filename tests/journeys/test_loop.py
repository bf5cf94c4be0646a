"""Four people walk one report from the first keystroke to the closed case, each in their own browser."""

import pytest
from playwright.sync_api import Page, expect

from hutong.hotline.cases.models import Case
from tests.browser import PHONE, Site, check_accessibility, fits, shoot
from tests.journeys.people import act, fill

pytestmark = pytest.mark.browser
WORDS = "楼上七岁男孩连着三晚一个人在家，今晚哭了很久。他妈妈上夜班。"


def test_a_report_walks_from_the_first_keystroke_to_the_closed_case(site: Site) -> None:
    xu, zhou, wang, shi = site.sign_in("xu"), site.sign_in("zhou"), site.sign_in("wang", PHONE), site.sign_in("shi")
    take(xu)
    case = Case.objects.get()

    appears(zhou, case)
    zhou.get_by_role("link", name=case.title).click()
    act(zhou, "完成研判", category="侵害未成年人权益案件线索", phase="应急处置", text="请今天上门看孩子，联系亲属临时照料。")
    act(zhou, "派单", office="莲湖区民政局", text="请 18 时前上门。")

    appears(wang, case)
    wang.get_by_role("link", name=case.title).click()
    act(wang, "退单", text="门牌号不在本区，请核对。")
    expect(zhou.get_by_text("已被退单 1 次。")).to_be_visible()
    act(zhou, "派单", office="莲湖区民政局", text="已核对，是莲湖区。")
    expect(wang.get_by_role("link", name="签收")).to_be_visible()
    act(wang, "签收", worker="王海 · 个案专员")

    act(wang, "申请延期", days="3", text="孩子母亲明天才回来。")
    expect(zhou.get_by_text("已申请延期 3 个工作日，等待上级批准。")).to_be_visible()
    act(zhou, "同意延期")
    act(zhou, "转介部门", office="莲湖区教育局", text="请核实孩子是否在校，落实课后托管。")

    appears(shi, case)
    shi.get_by_role("link", name=case.title).click()
    act(shi, "签收办件")
    act(shi, "办结办件", text="在校就读，已安排课后托管到十九点。")

    act(wang, "提交处置报告", child_state="watched", text="已上门，孩子由外婆接走。")
    act(zhou, "退回补充", text="请写明母亲的夜班怎么安排。")
    expect(wang.get_by_role("link", name="提交处置报告")).to_be_visible()
    act(wang, "提交处置报告", child_state="safe", text="母亲已调白班，外婆同住一个月。")
    act(zhou, "审核通过")

    xu.goto(site.url("cases:case", case.pk))
    act(xu, "答复报告人", outcome="answered", text="已告知报告人：孩子有人照料，谢谢您。")
    act(xu, "确认安全并办结", is_safe="yes", is_solved="yes", satisfaction="satisfied", text="回访外婆，孩子近两周都有人陪。")

    expect(zhou.locator("#top").get_by_text("已解决")).to_be_visible()
    done = list(case.events.order_by("seq").values_list("action", flat=True))
    assert done == [
        "register", "assess", "dispatch", "return", "dispatch", "accept", "ask_extension", "grant_extension", "refer", "accept_part",
        "finish_part", "report", "send_back", "report", "approve", "answer", "close",
    ]  # fmt: skip
    for page in (xu, zhou, wang, shi):
        check_accessibility(page)


def take(page: Page) -> None:
    """The operator writes down a call with the keyboard alone, and opens a case."""
    page.keyboard.press("Alt+n")
    page.keyboard.type(WORDS)
    page.get_by_role("combobox", name="儿童现在何处").fill("莲湖")
    page.get_by_role("option", name="陕西省西安市莲湖区").click()
    page.keyboard.press("Alt+p")
    page.keyboard.type("１３９００００１２３４")
    page.get_by_label("要不要答复").select_option(label="电话答复")
    page.locator("[name='children-0-name']").fill("小宇")
    page.locator("[name='children-0-age']").fill("7")
    page.locator("[name=tier][value=III]").check()
    shoot(page, "operator")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message").get_by_text("已立案")).to_be_visible()


def appears(page: Page, case: Case) -> None:
    """A case that was handed over comes to the list by itself: nobody reloads the page."""
    expect(page.get_by_role("link", name=case.title)).to_be_visible()


def test_a_county_worker_does_everything_on_a_phone(site: Site) -> None:
    xu, zhou = site.sign_in("xu"), site.sign_in("zhou")
    take(xu)
    case = Case.objects.get()
    zhou.goto(site.url("cases:case", case.pk))
    act(zhou, "完成研判", category="生活困难求助", phase="评估帮扶", text="请上门。")
    act(zhou, "派单", office="莲湖区民政局")
    wang = site.sign_in("wang", PHONE)
    fits(wang)
    shoot(wang, "county-list")
    wang.get_by_role("link", name="签收").click()
    fits(wang)
    wang.locator("#deed-body button[type=submit]").click()
    expect(wang.get_by_text("签收 · ")).to_be_visible()
    fits(wang)
    shoot(wang, "county-case")
    check_accessibility(wang)
    fill(wang, "提交处置报告", child_state="safe", text="孩子由外婆照料。")
    fits(wang)
    check_accessibility(wang)
    wang.locator("#deed-body button[type=submit]").click()
    expect(wang.get_by_text("提交处置报告 · ")).to_be_visible()
    assert Case.objects.get().stage == "review"
