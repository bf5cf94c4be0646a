"""A rulebook changed, tried and approved in a real browser, by two people."""

import io
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import Role
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.rulebook.tables import TABLES
from hutong.hotline.trials import timers
from tests import network
from tests.browser import DESK, PHONE, Site, look
from tests.loop import ONWARD, case_at, opened
from tests.network import administrator

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("network_put_back")]
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def worker() -> Iterator[None]:
    """The worker's part, once asked for, in a thread of its own."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.3):
            timers.advance(at=timezone.now())
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def handled(hours: int) -> Case:
    """A case whose handling began so many hours ago."""
    return case_at("handling", at=timezone.now() - timedelta(hours=hours, minutes=40))


@SIZES
@pytest.mark.usefixtures("worker")
def test_a_limit_is_changed_tried_and_approved_and_new_cases_carry_it(site: Site, size: dict[str, int]) -> None:
    administrator("nan", "xian")
    network.post("bei", "北辰", Role.ADMINISTRATOR, "xian")
    old = handled(24 * 4)
    page = site.sign_in("nan", size)
    page.goto(site.url("rulebook:index"))
    look(page, "rulebook-none")
    page.get_by_role("button", name="起草新的一版").click()
    look(page, "rulebook-draft")
    page.get_by_role("link", name="修改“III 一般 处置”").click()
    page.get_by_label("时限", exact=True).fill("两天")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("“两天”不是整数。")).to_be_visible()
    look(page, "rulebook-row")
    page.get_by_label("时限", exact=True).fill("2")
    page.get_by_label("依据").fill("西安市民政局2026年第3号通知")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("tr.own")).to_contain_text("2")

    page.get_by_role("link", name="与现行对比").click()
    expect(page.locator("#changes tbody tr")).to_have_count(1)
    look(page, "rulebook-changes")
    page.get_by_role("link", name="试算", exact=True).click()
    look(page, "rulebook-trials")
    page.get_by_role("button", name="试算最近 7 天").click()
    expect(page.locator("#trial .figures")).to_be_visible()
    expect(page.locator("#trial .figures")).to_contain_text("1个时限提前")
    expect(page.locator("#trial")).to_contain_text(old.number)
    look(page, "rulebook-trial")
    expect(page.get_by_role("button", name="批准")).to_have_attribute("aria-disabled", "true")

    second = site.sign_in("bei", size)
    second.goto(site.url("rulebook:index"))
    second.get_by_role("link", name="第 1 版", exact=True).click()
    second.get_by_role("link", name="批准").click()
    look(second, "rulebook-approve")
    second.get_by_role("button", name="批准").click()
    expect(second.locator("#messages")).to_contain_text("已批准第 1 版。")
    look(second, "rulebook-approved")
    second.get_by_role("link", name="制度").first.click()
    look(second, "rulebook-index")

    new = opened(at=timezone.now())
    while new.stage != "handling":
        ONWARD[new.stage](new, timezone.now())
        new.refresh_from_db()
    old.refresh_from_db()
    assert [(case.deadline.limit.amount, case.deadline.limit.rulebook.division_id) for case in (old, new)] == [(15, None), (2, "6101")]
    worker = site.sign_in("wang", size)
    for case, said in ((old, "15 工作日"), (new, "2 工作日")):
        worker.goto(site.url("cases:case", case.pk))
        worker.locator("summary", has_text="时限").click()
        expect(worker.get_by_text(said)).to_be_visible()


@SIZES
def test_a_spreadsheet_goes_out_and_a_changed_one_in(site: Site, size: dict[str, int]) -> None:
    administrator("nan", "xian")
    page = site.sign_in("nan", size)
    page.goto(site.url("rulebook:index"))
    page.get_by_role("button", name="起草新的一版").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    workbook = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    questions = workbook["接着问"]
    questions.append(["都要先问", 9, "孩子今天吃过饭吗？", "市里"])
    questions.append(["没有这一类", 1, "？", "市里"])
    out = io.BytesIO()
    workbook.save(out)
    page.get_by_role("link", name="导入").click()
    hand_in(page, out.getvalue())
    expect(page.locator("#report")).to_contain_text("没有“没有这一类”这个选项。")
    look(page, "rulebook-refused")
    questions.delete_rows(questions.max_row)
    out = io.BytesIO()
    workbook.save(out)
    hand_in(page, out.getvalue())
    look(page, "rulebook-dry-run")
    page.get_by_role("button", name="确认导入").click()

    expect(page.locator("#changes")).to_contain_text("孩子今天吃过饭吗？")
    assert Rulebook.objects.get(division="6101").state == "draft"


def hand_in(page: Page, content: bytes) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.get_by_label("表格文件").set_input_files({"name": "制度.xlsx", "mimeType": kind, "buffer": content})
    page.get_by_role("button", name="试导入").click()


@SIZES
def test_every_table_can_be_read(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    page.goto(site.url("rulebook:index"))
    page.get_by_role("button", name="起草新的一版").click()
    for table in TABLES.values():
        page.get_by_role("link", name=str(table.label), exact=True).click()
        expect(page.get_by_role("heading", name=str(table.label))).to_be_visible()
        look(page, f"rulebook-table-{table.name}")
        page.get_by_role("link", name="增加一条").click()
        look(page, f"rulebook-new-{table.name}")
        page.get_by_role("link", name="取消").click()
