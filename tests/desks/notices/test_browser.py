"""Ways and alerts as people see them: a way is set up and tried; an alert comes by itself, and goes when somebody has confirmed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hutong.hotline.cases.models import Case
from hutong.hotline.notices import timers
from hutong.hotline.notices.models import Delivery, Way
from hutong.project.database import Addresses
from tests.browser import DESK, PHONE, Site, look
from tests.cast import office
from tests.hotline.notices.provider import Provider, provider
from tests.loop import case_at
from tests.project.test_sender import sender

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
BY_ITSELF = 30_000  # milliseconds


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as server:
        yield server


def urgent() -> Case:
    """A case of tier I that Lianhu is given now."""
    case = case_at("acceptance", tier="I", at=datetime.now(UTC) - timedelta(minutes=20))
    timers.sweep(at=datetime.now(UTC))
    return case


@SIZES
def test_a_way_is_set_up_and_a_test_really_arrives(
    site: Site, committed: Addresses, there: Provider, size: dict[str, int], tmp_path: Path
) -> None:
    page = site.sign_in("gao", size)
    page.goto(site.url("office:office", office("lianhu").pk))
    page.get_by_role("link", name="通知渠道").last.click()
    look(page, "notices-none")
    page.get_by_role("link", name="增加渠道").click()
    page.get_by_label("名称").fill("值班群")
    page.get_by_label("地址").fill(there.address)
    page.get_by_label("免打扰开始").fill("22:00")
    page.get_by_label("免打扰结束").fill("07:00")
    look(page, "notices-form")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("已保存。")
    with sender(committed, tmp_path / "log"):
        page.get_by_role("button", name="发送测试").click()
        expect(page.locator("#ways")).to_contain_text("已发出", timeout=BY_ITSELF)
    assert [each.startswith("这是“值班群”的测试通知") for each in there.texts] == [True]
    assert there.address not in page.content()
    assert "3f9a77e1c0de" not in page.content()

    there.status = 403
    with sender(committed, tmp_path / "log"):
        page.get_by_role("button", name="发送测试").click()
        expect(page.locator("#ways")).to_contain_text("对方拒收（403）", timeout=BY_ITSELF)
    urgent()
    Way.objects.update(failures=4)
    Delivery.objects.filter(state="waiting").update(state="given_up", next_try_at=None, tries=8, last_error="refused 403")
    page.reload()
    expect(page.get_by_text("连续 4 次没有发出去")).to_be_visible()
    look(page, "notices-failing")
    page.get_by_role("link", name="修改").click()
    look(page, "notices-change")
    page.get_by_role("button", name="删除渠道").click()
    expect(page.get_by_text("还没有通知渠道")).to_be_visible()


def test_a_persons_own_way_is_in_their_menu(site: Site) -> None:
    page = site.sign_in("wang", PHONE)
    page.locator("details[data-menu] summary").click()
    page.get_by_role("link", name="通知渠道").click()
    expect(page.get_by_role("heading", name="我的通知渠道")).to_be_visible()


@SIZES
def test_an_alert_comes_by_itself_and_goes_for_all_when_one_has_confirmed(site: Site, size: dict[str, int]) -> None:
    wang, ma = site.sign_in("wang", size), site.sign_in("ma")
    for page in (wang, ma):
        page.wait_for_timeout(500)
        expect(page.locator(".alert")).to_have_count(0)
    case = urgent()
    for page in (wang, ma):
        expect(page.locator(".alert")).to_contain_text(case.number, timeout=BY_ITSELF)
    look(wang, "notices-alert")
    wang.get_by_role("button", name="知道了").click()
    for page in (wang, ma):
        expect(page.locator(".alert")).to_have_count(0, timeout=BY_ITSELF)


@SIZES
def test_where_nobody_confirms_the_second_person_is_asked_by_name_and_the_case_says_so(site: Site, size: dict[str, int]) -> None:
    ma, zhou = site.sign_in("ma", size), site.sign_in("zhou", size)
    case = urgent()
    zhou.goto(site.url("cases:case", case.pk))
    expect(ma.locator(".alert")).to_contain_text(case.number, timeout=BY_ITSELF)
    expect(zhou.get_by_text("已通知莲湖区民政局，未确认")).to_be_visible(timeout=BY_ITSELF)
    timers.sweep(at=datetime.now(UTC) + timedelta(minutes=6))
    expect(ma.locator(".alert")).to_contain_text("五分钟内无人确认，请您确认", timeout=BY_ITSELF)
    expect(zhou.locator("#top")).to_contain_text("另通知马兰", timeout=BY_ITSELF)
    look(ma, "notices-second")
    look(zhou, "notices-case")
    ma.locator(".alert a").click()
    expect(zhou.get_by_text("已通知莲湖区民政局，未确认")).to_have_count(0, timeout=BY_ITSELF)
    zhou.get_by_text("特急确认").click()
    expect(zhou.locator("#file")).to_contain_text("马兰已确认")
    look(zhou, "notices-confirmed")


@SIZES
def test_many_alerts_leave_room_for_the_work(site: Site, size: dict[str, int]) -> None:
    for _each in range(5):
        urgent()
    page = site.sign_in("wang", size)
    expect(page.locator(".alert")).to_have_count(4)
    look(page, "notices-many")
