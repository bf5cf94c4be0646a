"""A passkey in a real browser, with a device that the browser plays: made once, then enough by itself."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from playwright.sync_api import Page, expect

from hutong.hotline.network.models import Session
from tests.browser import Site, check_accessibility, shoot
from tests.clients import signed_in

pytestmark = pytest.mark.browser
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
          "automaticPresenceSimulation": True}  # fmt: skip


@pytest.fixture(autouse=True)
def at_localhost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The live stream answers pages of this name, too."""
    monkeypatch.setattr(settings, "WEB_ORIGIN", here(site, ""))


def here(site: Site, path: str) -> str:
    """A passkey is of a name, and an address of digits is none."""
    return site.servers.origin.replace("127.0.0.1", "localhost") + path


def with_device(page: Page, **more: Any) -> Page:
    """A page whose browser has a device."""
    developer = page.context.new_cdp_session(page)
    developer.send("WebAuthn.enable")
    developer.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **more}})
    return page


def at_desk(site: Site, username: str) -> Page:
    page = site.page()
    session = signed_in(username).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": here(site, "/")}])
    return page


def add(site: Site, page: Page) -> None:
    page.goto(here(site, "/account/factors/passkey"))
    page.get_by_label("给它起个名字").fill("值班室 2 号机")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()


def test_it_is_made_and_opens_the_door_by_itself_and_the_lock(site: Site) -> None:
    page = with_device(at_desk(site, "xu"))
    add(site, page)
    shoot(page, "recovery-codes")
    page.goto(here(site, "/account/security"))
    expect(page.get_by_text("值班室 2 号机")).to_be_visible()
    shoot(page, "security")
    check_accessibility(page)
    page.context.clear_cookies()

    page.goto(here(site, "/account/sign-in?next=/account/security"))
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("heading", name="登录与安全")).to_be_visible()

    newest = Session.objects.order_by("-begun_at")[0]
    assert newest.begun_by == "passkey"
    Session.objects.filter(pk=newest.pk).update(seen_at="2026-01-01T00:00:00Z")
    page.reload()
    expect(page.get_by_role("heading", name="已锁定")).to_be_visible()
    shoot(page, "locked")
    check_accessibility(page)
    page.get_by_role("button", name="用通行密钥证明").click()
    expect(page.get_by_role("heading", name="登录与安全")).to_be_visible()


def test_a_device_that_does_not_ask_who_holds_it_is_no_passkey(site: Site) -> None:
    page = with_device(at_desk(site, "he"), hasUserVerification=False, isUserVerified=False)
    page.goto(here(site, "/account/factors/passkey"))
    page.get_by_label("给它起个名字").fill("别人的")
    page.get_by_role("button", name="添加").click()

    expect(page.get_by_text("没有完成。可以再试一次，或换一种方式。")).to_be_visible(timeout=90_000)
    assert not Authenticator.objects.exists()
