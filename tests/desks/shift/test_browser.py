"""Both boards before a person: on a desk, on a phone, on a wall, and renewed by themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers
from hutong.hotline.contacts.models import Contact
from tests.browser import DESK, PHONE, Site, check_accessibility, fits, shoot
from tests.cast import office, post
from tests.loop import case_at, opened

pytestmark = pytest.mark.browser
WALL = {"width": 1920, "height": 1080}
BOARDS = {"shift": ("lu", "shift:board"), "province": ("song", "province:board")}


def busy() -> None:
    """Days of work, and something of everything now."""
    now = timezone.now()
    for days in (25, 18, 11, 6, 4, 3, 2):
        case_at("closed", tier="II", at=now - timedelta(days=days))
        case_at("handling", tier="II", at=now - timedelta(days=days, hours=3))
    returned = case_at("acceptance", at=now - timedelta(days=2))
    for who in ("ma", "cui"):
        assignments.return_(returned.pk, by=post(who), at=now - timedelta(days=1), seen=None, text="不在本区")
        if who == "ma":
            assignments.dispatch(returned.pk, office=office("changan"), by=post("zhou"), at=now - timedelta(days=1), seen=None)
    moving = case_at("dispatch", at=now - timedelta(hours=5))
    assignments.propose_transfer(moving.pk, office=office("baoji"), by=post("zhou"), at=now, seen=None, text="去了岐山")
    for minutes in (30, 9):
        opened(tier="I", at=now - timedelta(minutes=minutes))
    Contact.objects.create(
        centre=office("xian"), channel="web", received_at=now - timedelta(minutes=2), narrative="楼下孩子走失了，穿红色外套",
        outcome="pending", due_at=now + timedelta(minutes=3),
    )  # fmt: skip
    while timers.sweep(at=now):
        pass


def look(page: Page, name: str) -> None:
    shoot(page, name)
    fits(page)
    check_accessibility(page)


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_fits_a_desk_a_phone_and_a_wall(site: Site, name: str) -> None:
    busy()
    who, address = BOARDS[name]
    for size in (DESK, PHONE, WALL):
        page = site.sign_in(who, size)
        page.goto(site.url(address, **({"wall": 1} if size == WALL else {})))
        look(page, f"board-{name}-{size['width']}")
        if size == WALL:
            assert page.evaluate("document.documentElement.scrollHeight") <= WALL["height"]
            heights = page.locator(".wall-figure strong").evaluate_all(
                "all => all.map((each) => parseFloat(getComputedStyle(each).fontSize))"
            )
            assert min(heights) >= 100  # a figure of 100 px on a wall of 1080 is read from three metres


def test_counties_and_a_list_fit_and_are_accessible(site: Site) -> None:
    busy()
    for size in (DESK, PHONE):
        page = site.sign_in("song", size)
        page.goto(site.url("province:board", by="county"))
        look(page, f"board-counties-{size['width']}")
        page.locator(".tile", has_text="莲湖区").get_by_role("link", name="按时率").click()
        look(page, f"board-overran-{size['width']}")


def test_a_missed_limit_of_tier_ii_reaches_the_province_and_its_wall_without_a_reload(site: Site) -> None:
    start = timezone.now() - timedelta(hours=2)
    case = case_at("assessment", tier="II", at=start)
    desk, wall = site.sign_in("song"), site.sign_in("song", WALL)
    desk.goto(site.url("province:board"))
    wall.goto(site.url("province:board", wall=1))
    late = wall.locator(".wall-figure", has_text="逾期")
    expect(late).to_have_text("0逾期")
    expect(desk.get_by_text("没有逾期")).to_be_visible()
    timers.sweep(at=timezone.now())
    expect(desk.get_by_role("link", name=case.title)).to_be_visible()
    expect(late).to_have_text("1逾期")


def test_a_report_from_the_web_reaches_the_shift_without_a_reload_and_is_opened_from_its_number(site: Site) -> None:
    page = site.sign_in("lu")
    page.goto(site.url("shift:board"))
    number = page.get_by_role("link", name="待处理来访")
    expect(number).to_have_text("0待处理来访")
    from hutong.hotline.kernel.live import tell

    now = timezone.now()
    Contact.objects.create(
        centre=office("xian"), channel="web", received_at=now, narrative="孩子走失", outcome="pending", due_at=now + timedelta(minutes=5)
    )
    tell(f"office:{office('xian').pk}")
    expect(number).to_have_text("1待处理来访")
    number.click()
    expect(page.get_by_role("link", name="孩子走失")).to_be_visible()


def test_what_is_unfolded_stays_unfolded_when_the_board_is_renewed(site: Site) -> None:
    page = site.sign_in("song")
    page.goto(site.url("province:board"))
    page.get_by_text("逐日数字").click()
    table = page.locator("#trend-days table")
    expect(table).to_be_visible()
    before = page.locator(".trend").element_handle()
    opened(tier="III", at=timezone.now())
    expect(page.get_by_role("link", name="1 在办").first).to_be_visible()
    assert before
    assert not before.is_visible()
    expect(table).to_be_visible()
