"""Signing in and choosing a post, in a browser."""

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import expect

from hutong.hotline.network.models import Post, Role
from hutong.project.database import Addresses
from tests import cast
from tests.browser import DESK, PHONE, Site, check_accessibility, shoot

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@SIZES
def test_a_wrong_password_is_told_and_the_name_stays(site: Site, size: dict[str, int]) -> None:
    page = site.page(size)
    page.goto(site.url("account:sign_in"))
    shoot(page, f"sign-in-{size['width']}")
    page.get_by_label("登录名").fill("xu")
    page.get_by_label("密码").fill("guess")
    page.keyboard.press("Enter")

    expect(page.get_by_text("登录名或密码不对。请检查大小写后再试。")).to_be_visible()
    expect(page.get_by_label("登录名")).to_have_value("xu")
    expect(page.get_by_label("密码")).to_have_value("")
    shoot(page, f"sign-in-wrong-{size['width']}")
    check_accessibility(page)


@pytest.fixture
def second_post(committed: Addresses) -> Iterator[Post]:
    """Gao administers two offices. Posts are not swept and the working role does not delete them."""
    post = Post.objects.create(staff=cast.post("gao").staff, office=cast.office("xian"), role=Role.ADMINISTRATOR, valid_from=cast.SINCE)
    yield post
    with psycopg.connect(committed.owner) as owner:
        owner.execute("DELETE FROM network_seen")
        owner.execute("DELETE FROM network_session WHERE post_id = %s", [post.pk])
        owner.execute("DELETE FROM network_post WHERE id = %s", [post.pk])


@SIZES
def test_a_person_of_two_offices_chooses_and_changes(site: Site, second_post: Post, size: dict[str, int]) -> None:
    page = site.by_form("gao", size)
    shoot(page, f"choose-post-{size['width']}")
    check_accessibility(page)
    with page.expect_navigation():
        page.get_by_role("button", name="西安市12349热线中心").click()
    page.goto(site.url("components:gallery"))
    page.locator(".menu summary").click()
    expect(page.locator(".menu")).to_contain_text("西安市12349热线中心")
    shoot(page, f"menu-{size['width']}")

    page.get_by_role("link", name="切换岗位").click()

    expect(page.locator("[aria-current=true]")).to_contain_text("西安市12349热线中心")


def test_a_demo_sign_in_fills_the_form(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
    page = site.page()
    page.goto(site.url("account:sign_in"))
    shoot(page, "sign-in-demo")
    page.locator("[data-fills]").first.click()

    expect(page.get_by_label("登录名")).not_to_have_value("")
    expect(page.get_by_label("密码")).not_to_have_value("")
    check_accessibility(page)


def test_english_is_one_press_away_and_comes_along(site: Site) -> None:
    page = site.sign_in("gao")
    page.goto(site.url("components:gallery"))
    page.locator(".menu summary").click()

    page.get_by_role("button", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_signing_out_leaves_nothing_to_come_back_to(site: Site) -> None:
    page = site.sign_in("gao")
    page.goto(site.url("components:gallery"))
    page.locator(".menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()

    page.go_back()

    expect(page.get_by_role("heading", name="登录")).to_be_visible()
