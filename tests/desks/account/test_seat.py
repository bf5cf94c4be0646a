"""A seat that was left, in a browser: the page locks by itself, and what was open comes back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hutong.hotline.contacts.models import Draft
from hutong.hotline.network.models import Session
from tests import cast
from tests.browser import DESK, PHONE, Site, check_accessibility, shoot, wait_until
from tests.clients import code

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_page_that_was_left_locks_and_comes_back(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("xu", size)
    page.clock.install()
    with page.expect_response("**/account/left") as asked:  # from then on the page knows when to ask again
        page.goto(site.url("account:security"))
    asked.value.finished()
    expect(page.get_by_role("heading", name="登录与安全")).to_be_visible()
    code("xu")  # a factor, without which nothing locks
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=15))

    locked = page.get_by_role("heading", name="已锁定")
    wait_until(lambda: page.clock.fast_forward("16:00") or page.wait_for_timeout(300) or locked.is_visible())
    shoot(page, f"locked-{size['width']}")
    check_accessibility(page)
    page.get_by_label("密码").fill(cast.PASSWORD)
    page.get_by_label("动态验证码").fill(code("xu"))
    page.get_by_role("button", name="继续").click()

    expect(page.get_by_role("heading", name="登录与安全")).to_be_visible()
    shoot(page, f"security-{size['width']}")
    check_accessibility(page)


def test_without_a_line_a_page_that_was_left_is_emptied_and_what_was_typed_comes_back(site: Site) -> None:
    page = site.sign_in("xu")
    page.clock.install()
    with page.expect_response("**/account/left") as asked:
        page.goto(site.url("operator:desk"))
    asked.value.finished()
    page.wait_for_timeout(300)
    page.context.set_offline(True)
    page.get_by_label("反映内容").fill("孩子一个人在楼道里")
    emptied = page.get_by_text("页面内容已清除")

    page.clock.fast_forward("14:00")
    expect(page.get_by_label("反映内容")).to_be_visible()
    wait_until(lambda: page.clock.fast_forward("01:10") or page.wait_for_timeout(300) or emptied.is_visible())
    assert page.inner_text("body").strip() == emptied.inner_text()
    shoot(page, "emptied")
    check_accessibility(page)

    page.context.set_offline(False)
    wait_until(lambda: page.clock.fast_forward("01:10") or page.wait_for_timeout(300) or page.get_by_label("反映内容").is_visible())
    expect(page.get_by_label("反映内容")).to_have_value("孩子一个人在楼道里")
    assert Draft.objects.get().fields["narrative"] == ["孩子一个人在楼道里"]
