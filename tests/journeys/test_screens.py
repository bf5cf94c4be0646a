"""Every screen of the loop fits a desk and a phone, and is accessible on both."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from hutong.hotline.cases.actions import recording
from hutong.hotline.people.models import Child
from tests.browser import DESK, PHONE, Site, check_accessibility, fits, shoot
from tests.cast import post
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.browser
SCREENS = {
    "operator": ("xu", "operator:desk", {}),
    "work": ("zhou", "cases:work", {}),
    "search": ("zhou", "cases:search", {"q": "楼道"}),
    "county": ("wang", "county:work", {}),
    "province": ("song", "province:board", {}),
    "network": ("gao", "office:index", {}),
}

# Of those who keep watch and read no case.
WATCHING = {
    "log": ("an", "audit:index", {}),
    "find": ("an", "audit:find", {}),
    "shown": ("an", "audit:shown", {}),
    "touched": ("an", "audit:touched", {"who": "wang", "start": "2026-01-01T00:00", "end": "2036-01-01T00:00"}),
    "yearly": ("an", "audit:yearly", {}),
    "exports": ("an", "audit:exports", {}),
    "seals": ("an", "audit:seals", {}),
    "approvals": ("song", "approvals:index", {}),
    "security": ("gao", "account:security", {}),
    "files": ("gao", "office:files", {}),
}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_screen_fits_and_is_accessible(site: Site, size: dict[str, int]) -> None:
    case = case_at("handling", tier="I")
    pages: dict[str, Page] = {}
    for name, (who, address, query) in SCREENS.items():
        page = pages.get(who) or site.sign_in(who, size)
        page.goto(site.url(address, **query))
        look(page, f"{name}-{size['width']}")
        pages[who] = page
    for who in ("zhou", "wang", "song"):
        pages[who].goto(site.url("cases:case", case.pk))
        look(pages[who], f"case-{who}-{size['width']}")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_screen_of_those_who_keep_watch_fits_and_is_accessible(site: Site, size: dict[str, int]) -> None:
    case = case_at("handling", tier="I")
    for who in ("wang", "ma"):
        signed_in(who).get(reverse("cases:case", args=[case.pk]))
    pages = {who: site.sign_in(who, size) for who in ("an", "song", "gao")}
    for name, (who, address, query) in WATCHING.items():
        pages[who].goto(site.url(address, **query))
        look(pages[who], f"{name}-{size['width']}")
    pages["an"].goto(site.url("audit:child", Child.objects.get().pk))
    look(pages["an"], f"child-{size['width']}")


def test_nothing_that_can_be_pressed_is_printed(site: Site) -> None:
    case = case_at("handling", tier="I")
    for name, (who, address, query) in {**SCREENS, "case": ("zhou", "cases:case", {})}.items():
        page = site.sign_in(who)
        page.goto(site.url(address, case.pk) if name == "case" else site.url(address, **query))
        page.emulate_media(media="print")
        shoot(page, f"print-{name}")
        pressed = page.locator("header.bar, .alert, button, .button, .tabs a:not([aria-current]), .segments a:not([aria-current])")
        assert [each.inner_text() for each in pressed.all() if each.is_visible()] == [], name
        expect(page.locator("main")).to_be_visible()


def test_a_time_in_the_table_of_limits_stands_on_one_line(site: Site) -> None:
    page = site.sign_in("zhou", PHONE)
    page.goto(site.url("cases:case", case_at("handling").pk))
    page.locator("#limits summary").click()
    shoot(page, "limits-390")
    lines = page.locator("#limits td time").evaluate_all("times => times.map(each => each.getClientRects().length)")
    assert (len(lines) > 1, set(lines)) == (True, {1})
    fits(page)


def test_what_was_unfolded_on_a_case_stays_unfolded_when_somebody_changes_it(site: Site) -> None:
    case = case_at("handling")
    page = site.sign_in("zhou")
    page.goto(site.url("cases:case", case.pk))
    expect(page.locator("main details")).to_have_count(3)
    for each in page.locator("main details > summary").all():
        each.click()
    with page.expect_response(lambda answer: "region/file" in answer.url), page.expect_response(lambda answer: "region/top" in answer.url):
        recording.correct(case.pk, by=post("zhou"), at=timezone.now(), seen=None, title="孩子在外婆家", place=case.place)
    expect(page.get_by_role("heading", name="孩子在外婆家")).to_be_visible()
    expect(page.locator("main details[open]")).to_have_count(3)


def test_a_form_with_faults_keeps_what_was_typed_and_begins_at_the_first_fault(site: Site) -> None:
    page = site.sign_in("wang")
    page.goto(site.url("cases:emergency"))
    page.fill("[name=number]", "260914-ABCDE")
    page.fill("[name=text]", "孩子一个人在家")
    page.locator("main form button").click()
    expect(page.locator("[name=why]").first).to_be_focused()
    expect(page.locator("[name=number]")).to_have_value("260914-ABCDE")
    expect(page.locator("[name=text]")).to_have_value("孩子一个人在家")


def test_a_phone_shows_in_a_row_of_tabs_the_one_where_one_is(site: Site) -> None:
    page = site.sign_in("an", PHONE)
    page.goto(site.url("audit:yearly"))
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.9)


def look(page: Page, name: str) -> None:
    shoot(page, name)
    fits(page)
    check_accessibility(page)
