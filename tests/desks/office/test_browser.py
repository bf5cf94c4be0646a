"""The administrator's work in a real browser."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hutong.hotline.network import factors
from hutong.hotline.network.models import ApiToken, Division, Office
from tests import cast
from tests.browser import DESK, PHONE, Site, look
from tests.clients import OWN

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("network_put_back")]
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@SIZES
def test_a_countys_office_a_person_a_password_and_that_person_signs_in(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    page.get_by_role("link", name="西安市12349热线中心").click()
    page.get_by_role("link", name="增加下级机构").click()
    page.get_by_label("名称").fill("周至县民政局")
    page.get_by_label("机构代码").fill("zhouzhi")
    page.get_by_label("类型").select_option("county_bureau")
    page.get_by_role("combobox", name="行政区划").fill("周至")
    page.get_by_role("option", name="陕西省西安市周至县").click()
    look(page, "office-new-office")
    page.get_by_role("button", name="增加").click()
    expect(page.locator("#messages")).to_contain_text("机构已增加。")

    page = site.sign_in("ning", size)
    page.goto(site.url("office:office", cast.office("zhouzhi").pk))
    page.get_by_role("link", name="增加人员").click()
    page.get_by_label("姓名").fill("雷鸣")
    page.get_by_label("登录名").fill("lei")
    page.get_by_label("岗位").select_option(label="个案专员")
    page.get_by_role("button", name="增加").click()
    page.get_by_role("link", name="雷鸣").click()
    page.get_by_role("link", name="给予岗位").click()
    page.get_by_role("combobox", name="机构").fill("周至")
    page.get_by_role("option", name="周至县民政局").click()
    page.get_by_label("岗位").select_option(label="协调员")
    page.get_by_role("button", name="给予岗位").click()
    look(page, "office-person")
    page.get_by_role("link", name="设置密码").click()
    page.get_by_role("button", name="生成新密码").click()
    look(page, "office-password")
    password = page.locator(".secret").inner_text()
    page.get_by_role("link", name="我已记下").click()
    expect(page.get_by_text("还没有密码")).to_have_count(0)

    lei = site.page(size)
    lei.goto(site.url("account:sign_in"))
    lei.get_by_label("登录名").fill("LEI")
    lei.get_by_label("密码").fill(password)
    lei.keyboard.press("Enter")
    set_up(lei, size)
    expect(lei.get_by_role("heading", name="雷鸣，您现在以哪个岗位工作？")).to_be_visible()
    lei.get_by_role("button", name="周至县民政局 · 协调员").click()
    expect(lei.get_by_role("heading", name="还没有获准查看未成年人资料")).to_be_visible()  # and whom to ask


def set_up(page: Page, size: dict[str, int]) -> None:
    """The first sign-in with a told password: one of one's own, a second factor, recovery codes."""
    expect(page.get_by_label("新密码")).to_be_visible()
    look(page, "office-own-password")
    page.get_by_label("新密码").fill(OWN)
    page.get_by_label("再输入一次").fill(OWN)
    page.get_by_role("button", name="更改密码").click()
    expect(page.get_by_role("heading", name="设置第二验证方式")).to_be_visible()
    look(page, "office-set-up")
    page.get_by_role("link", name="添加动态验证码").click()
    expect(page.get_by_role("heading", name="添加动态验证码")).to_be_visible()
    look(page, "office-code")
    secret = "".join(page.locator(".key-groups").inner_text().split())
    page.get_by_label("手机上显示的 6 位验证码").fill(factors.code_at(secret, factors.step_of(timezone.now())))
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".codes li")).to_have_count(10)
    look(page, "office-recovery")
    page.get_by_role("link", name="我已记下，继续").click()


def test_two_divisions_are_merged_with_the_keyboard_alone(site: Site) -> None:
    page = site.sign_in("gao")
    page.goto(site.url("office:divisions"))
    page.get_by_role("searchbox").focus()
    page.keyboard.type("周至县")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="陕西省西安市周至县").press("Enter")
    page.get_by_role("link", name="停用或合并").press("Enter")
    page.get_by_role("combobox", name="继任区划").focus()
    page.keyboard.type("鄠邑")
    expect(page.get_by_role("option", name="陕西省西安市鄠邑区").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="继任区划")).to_have_value("陕西省西安市鄠邑区")
    look(page, "office-merge")
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("区划已停用。")
    assert Division.objects.get(pk="610124").successor_id == "610118"
    look(page, "office-merged")


@SIZES
def test_a_file_is_tried_put_right_and_agreed_to(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    page.goto(site.url("office:files"))
    look(page, "office-files")
    header = "机构代码,名称,类型,行政区划代码,上级机构代码,启用日期"
    lines = [
        "zhouzhi,周至县民政局,县级民政部门,610124,xian,2026-09-01",
        "lianhu,莲湖民政,县级民政部门,610104,xian,2020-01-01",
        "lantian,蓝田县民政局,县级民政部门,610122,nowhere,2026-09-01",
    ]
    content = "\r\n".join([header, *lines]).encode("gb18030")
    page.get_by_label("CSV 文件").set_input_files({"name": "offices.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="试导入").click()
    rows = page.locator("#report tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text(re.compile(r"4\s*拒绝\s*lantian\s*您的管理范围内没有代码为“nowhere”的机构。"))
    expect(rows.nth(1)).to_contain_text(re.compile(r"3\s*修改\s*lianhu\s*名称\s*莲湖区民政局\s*→\s*莲湖民政"))
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    look(page, "office-report")

    text = page.get_by_label("或粘贴文字")
    text.fill(text.input_value().replace("nowhere", "xian"))
    page.get_by_role("button", name="重新试导入").click()
    look(page, "office-report-good")
    page.get_by_role("button", name="确认导入").click()

    expect(page.locator("#messages")).to_contain_text("已导入：新增 2、修改 1。")
    assert (cast.office("lantian").division_id, cast.office("lianhu").name) == ("610122", "莲湖民政")


def test_two_who_change_one_office_at_once_are_told(site: Site) -> None:
    one, two = site.sign_in("gao"), site.sign_in("gao")
    for page in (one, two):
        page.goto(site.url("office:change_office", cast.office("lianhu").pk))
    one.get_by_label("名称").fill("甲")
    one.get_by_role("button", name="保存").click()
    two.get_by_label("名称").fill("乙")
    two.get_by_role("button", name="保存").click()
    expect(two.get_by_text("刚有他人改为“甲”。您填的还在；再次保存，即以您填的为准。")).to_be_visible()
    expect(two.get_by_label("名称")).to_be_focused()
    look(two, "office-told")
    two.get_by_role("button", name="保存").click()

    expect(two.get_by_role("heading", name="乙")).to_be_visible()


def test_a_key_is_shown_once_and_can_be_copied(site: Site) -> None:
    page = site.sign_in("ning")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.url("office:new_token", cast.office("xian").pk))
    page.get_by_label("用途").fill("市 12345 平台")
    page.get_by_label("以谁的岗位办理").select_option(label="周敏 · 协调员")
    look(page, "office-new-key")
    page.get_by_role("button", name="建立密钥").click()
    key = page.locator(".secret").inner_text()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    look(page, "office-key")
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key

    page.get_by_role("link", name="我已记下").click()
    expect(page.get_by_role("row", name="市 12345 平台")).to_contain_text("周敏 · 协调员")
    assert key not in page.content()
    assert ApiToken.objects.get().ended_at is None


@SIZES
def test_every_page_can_be_read_at_every_size_and_with_long_names(site: Site, size: dict[str, int]) -> None:
    Office.objects.filter(code="lianhu").update(name="莲湖区民政局（莲湖区未成年人救助保护工作领导小组办公室、莲湖区儿童福利指导中心）")
    page, rights = site.sign_in("gao", size), site.sign_in("ning", size)
    lianhu, wang = cast.office("lianhu").pk, cast.post("wang")
    for name, args, query in (
        ("index", (), {}),
        ("index", (), {"q": "莲湖"}),
        ("index", (), {"q": "不存在"}),
        ("office", (lianhu,), {}),
        ("change_office", (lianhu,), {}),
        ("end_office", (lianhu,), {}),
        ("new_staff", (lianhu,), {}),
        ("staff", (wang.staff_id,), {}),
        ("end_post", (wang.pk,), {}),
        ("divisions", (), {}),
        ("divisions", (), {"q": "鼓楼"}),
        ("division", (6101,), {}),
        ("new_division", (6101,), {}),
    ):
        here = rights if name in {"new_staff", "staff", "end_post"} else page
        here.goto(site.url(f"office:{name}", *args, **query))
        look(here, "-".join(["office", name, *query.values()]))
