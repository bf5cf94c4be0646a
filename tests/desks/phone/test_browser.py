"""The screens of the telephone in a browser, without an exchange: they fit, and everybody can use them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from hutong.hotline.calls.models import Call
from tests import cast
from tests.browser import PHONE, Site, check_accessibility, fits, shoot
from tests.desks.phone.playing import answered, call_in, hang_up, open_line, ring, sit_down, talk
from tests.telephony.hall import WINDOW

pytestmark = pytest.mark.browser


def busy() -> Call:
    """Somebody talks, somebody waits, somebody is to be called back."""
    open_line()
    call = talk()
    call_in("13900007777", at=timezone.now() - timedelta(seconds=40))
    hang_up(call_in("02988887777", at=timezone.now() - timedelta(minutes=3)))
    return call


def looks_right(page: Page, name: str) -> None:
    fits(page)
    check_accessibility(page)
    shoot(page, name)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_the_screens_fit_and_everybody_can_use_them(site: Site, size: dict[str, int] | None) -> None:
    call = busy()
    more = {"size": size} if size else {}
    lead, administrator = site.sign_in("lu", **more), site.sign_in("gao", **more)
    which = "narrow" if size else "wide"
    for page, name, address in (
        (lead, "call", site.url("phone:call", call.pk)),
        (lead, "call-backs", site.url("phone:call_backs")),
        (lead, "board", site.url("shift:board")),
        (administrator, "office-phone", site.url("office:phone", cast.office("xian").pk)),
        (administrator, "office-line", site.url("office:new_line", cast.office("xian").pk)),
        (administrator, "office-sound", site.url("office:say", cast.office("xian").pk, "greeting", "zh")),
    ):
        page.goto(address)
        expect(page.locator("h1").first).to_be_visible()
        looks_right(page, f"{name}-{which}")


def test_the_window_fits_in_each_state(site: Site) -> None:
    open_line()
    page = site.sign_in("xu", size=WINDOW)
    page.goto(site.url("phone:window"))
    expect(page.get_by_text("这里没有接通交换机")).to_be_visible()
    looks_right(page, "window-away")
    sit_down()
    call = call_in()
    ring()
    page.reload()
    expect(page.locator(".caller-number")).to_be_visible()
    looks_right(page, "window-ringing")

    answered(call)
    page.reload()
    page.get_by_text("转接、三方通话").click()
    looks_right(page, "window-talking")
    hang_up(call)
    page.reload()
    looks_right(page, "window-wrap-up")
