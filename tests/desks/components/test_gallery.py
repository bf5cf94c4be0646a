"""The component page, looked at by a browser and by axe."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import cast
from tests.browser import DESK, PHONE, Site, check_accessibility, fits, shoot


@pytest.mark.django_db
@pytest.mark.parametrize(("username", "status"), [("gao", 200), ("xu", 403)])
def test_the_page_of_all_components_is_for_administrators(client: Client, username: str, status: int) -> None:
    client.force_login(cast.post(username).staff)
    session = client.session
    session["post"] = str(cast.post(username).pk)
    session.save()

    assert client.get("/components/").status_code == status


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_component_is_accessible_in_every_state(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    page.goto(site.url("components:gallery"))
    shoot(page, f"components-{size['width']}")

    check_accessibility(page)


@pytest.mark.browser
def test_nothing_runs_out_of_a_phone(site: Site) -> None:
    page = site.sign_in("gao", PHONE)
    page.goto(site.url("components:gallery"))

    fits(page)


@pytest.mark.browser
def test_a_dialog_opens_closes_and_is_accessible(site: Site) -> None:
    page = site.sign_in("gao")
    page.goto(site.url("components:gallery"))
    page.get_by_role("button", name="退单").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    shoot(page, "components-dialog")
    check_accessibility(page)

    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()


@pytest.mark.browser
def test_a_refused_button_says_why_to_a_pointer_and_to_a_keyboard(site: Site) -> None:
    page = site.sign_in("gao")
    page.goto(site.url("components:gallery"))
    why = page.locator(".why")
    expect(why).to_be_hidden()

    page.get_by_role("button", name="申请延期").focus()

    expect(why).to_be_visible()
    expect(why).to_have_text("特急、紧急个案不得延期。 请求协办或报告困难。", use_inner_text=True)
