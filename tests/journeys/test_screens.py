"""Every screen of the loop fits a desk and a phone, and is accessible on both."""

import pytest
from playwright.sync_api import Page

from tests.browser import DESK, PHONE, Site, check_accessibility, fits, shoot
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


def look(page: Page, name: str) -> None:
    shoot(page, name)
    fits(page)
    check_accessibility(page)
