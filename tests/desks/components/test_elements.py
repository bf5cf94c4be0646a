"""The custom elements, each on a page of its own that is served beside the real files."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from hutong.hotline.kernel.live import tell
from tests import cast
from tests.browser import Site, wait_until

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="{lang}"><head><title>x</title><meta name="drawn-at" content="{drawn}">
<meta name="htmx-config" content='{{"allowEval": false, "includeIndicatorStyles": false}}'>
<script src="/static/django_htmx/htmx-2.min.js" defer></script>
<script type="module" src="/static/js/frame.js"></script><script type="module" src="/static/js/keys.js"></script>
<script type="module" src="/static/js/case-clock.js"></script><script type="module" src="/static/js/draft-keeper.js"></script>
<script type="module" src="/static/js/live-stream.js"></script><script type="module" src="/static/js/live-region.js"></script></head>
<body><div id="messages"></div>
<template id="message-template"><div class="message"><span></span><button data-dismiss>x</button></div></template>
<main>{body}</main></body></html>"""


def serve(page: Page, site: Site, body: str, *, lang: str = "zh-Hans", drawn: float | None = None) -> None:
    """Open a page with this body on the product's origin."""
    html = PAGE.format(lang=lang, body=body, drawn=drawn or time.time())
    site.servers.own["/trial"] = lambda _body: html
    page.goto(f"{site.servers.origin}/trial")


def clock(due: datetime, started: datetime | None = None, more: str = "") -> str:
    start = f' started="{started.isoformat()}"' if started else ""
    return f'<case-clock due="{due.isoformat()}"{start}{more}></case-clock>'


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def ahead(**span: float) -> datetime:
    return timezone.now() + timedelta(seconds=20, **span)


@pytest.mark.parametrize(
    ("markup", "lang", "text", "kind"),
    [
        (lambda: clock(ahead(days=2, hours=3), ago(hours=1)), "zh-Hans", "还剩 2 天 3 小时", ""),
        (lambda: clock(ahead(minutes=80), ago(minutes=100)), "zh-Hans", "还剩 1 小时 20 分", "half"),
        (lambda: clock(ahead(minutes=7), ago(minutes=93)), "zh-Hans", "还剩 7 分", "late"),
        (lambda: clock(ahead(), ago(minutes=5)), "zh-Hans", "还剩 不到 1 分", "late"),
        (lambda: clock(ago(minutes=20, seconds=20), ago(hours=1)), "zh-Hans", "已超 20 分", "over"),
        (lambda: clock(ahead(minutes=80)), "en", "1 h 20 min left", ""),
        (lambda: clock(ahead(minutes=7), ago(minutes=93), ' warned="50"'), "zh-Hans", "还剩 7 分", "half"),
    ],
    ids=["days", "half gone", "nearly gone", "last minute", "missed", "english", "working time"],
)
def test_a_clock_says_how_long(site: Site, markup: Callable[[], str], lang: str, text: str, kind: str) -> None:
    page = site.page()
    serve(page, site, markup(), lang=lang)

    expect(page.locator("case-clock")).to_have_text(text)
    expect(page.locator("case-clock")).to_have_class(kind)


def test_a_clock_ticks_past_its_end(site: Site) -> None:
    page = site.page()
    serve(page, site, clock(timezone.now() + timedelta(seconds=2)))

    expect(page.locator("case-clock")).to_have_text("已超 不到 1 分")
    expect(page.locator("case-clock")).to_have_class("over")


def test_the_servers_clock_counts_and_not_the_desks(site: Site) -> None:
    page = site.page()
    serve(page, site, clock(timezone.now() + timedelta(hours=1)), drawn=time.time() + 1830)

    expect(page.locator("case-clock")).to_have_text("还剩 29 分")


DRAFT = """<draft-keeper data-url="/draft"><form method="post" action="/take"><input name="csrfmiddlewaretoken" type="hidden" value="t">
<label>话<textarea name="words"></textarea></label><input type="file" name="scan"><button>存</button></form>
<output class="draft-state"></output>
</draft-keeper>"""


class Drafts:
    """What the server was sent."""

    def __init__(self, page: Page) -> None:
        self.status = 200
        self.bodies: list[str] = []
        page.route("**/draft", self.take)

    def take(self, route: Route) -> None:
        self.bodies.append(route.request.post_data or "")
        route.fulfill(status=self.status)


def test_a_draft_is_saved_while_typing(site: Site) -> None:
    page = site.page()
    drafts = Drafts(page)
    serve(page, site, DRAFT)
    page.get_by_label("话").fill("孩子在哭")

    expect(page.locator(".draft-state")).to_have_text(re.compile(r"^草稿已保存 \d\d:\d\d:\d\d$"))
    assert len(drafts.bodies) == 1
    assert "孩子在哭" in drafts.bodies[0]
    assert 'name="scan"' not in drafts.bodies[0]


def test_a_draft_that_failed_is_said_and_sent_again(site: Site) -> None:
    page = site.page()
    drafts = Drafts(page)
    drafts.status = 503
    serve(page, site, DRAFT)
    page.get_by_label("话").fill("孩子在哭")
    expect(page.locator(".draft-state.failed")).to_have_text("草稿未能保存，内容仍在本页，将自动重试")

    drafts.status = 200

    expect(page.locator(".draft-state:not(.failed)")).to_contain_text("草稿已保存")
    expect(page.get_by_label("话")).to_have_value("孩子在哭")


def test_a_draft_is_saved_when_the_tab_goes(site: Site) -> None:
    page = site.page()
    kept: list[str] = []
    site.servers.own["/draft"] = lambda body: kept.append(body.decode()) or ""
    serve(page, site, DRAFT)
    page.get_by_label("话").fill("孩子在哭")

    page.goto("about:blank")

    wait_until(lambda: page.wait_for_timeout(20) or kept)
    assert "孩子在哭" in kept[0]


def test_no_draft_follows_the_form_itself(site: Site) -> None:
    page = site.page()
    drafts = Drafts(page)
    page.route("**/take", lambda route: route.fulfill(body="taken"))
    serve(page, site, DRAFT)
    page.get_by_label("话").fill("孩子在哭")

    page.get_by_role("button", name="存").click()
    page.get_by_text("taken").wait_for()

    assert drafts.bodies == []


def test_a_key_presses_its_button_and_a_letter_stays_a_letter(site: Site) -> None:
    page = site.page()
    serve(
        page,
        site,
        '<label>话<input aria-keyshortcuts="/"></label>'
        '<button id="one" data-opens="d" aria-keyshortcuts="Alt+S F2">x</button><dialog id="d">!</dialog>',
    )
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    expect(page.get_by_label("话")).to_have_value("a/b")

    page.keyboard.press("Alt+s")

    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "words"), [(500, "没有改动任何内容"), (401, "登录已过期"), (404, "它已不存在"), (None, "连接不上服务器")]
)
def test_a_request_that_failed_is_said_and_the_page_stays(site: Site, status: int | None, words: str) -> None:
    page = site.page()
    page.route("**/ask", lambda route: route.fulfill(status=status) if status else route.abort())
    serve(
        page, site, '<form hx-post="/ask" hx-target="this" hx-swap="outerHTML"><input aria-label="话" name="w"><button>问</button></form>'
    )
    page.get_by_label("话").fill("孩子在哭")
    page.get_by_role("button", name="问").click()

    expect(page.locator("#messages")).to_contain_text(words)
    expect(page.get_by_label("话")).to_have_value("孩子在哭")
    page.locator("[data-dismiss]").click()
    expect(page.locator("#messages")).to_be_empty()


def test_a_form_pressed_twice_is_sent_once(site: Site) -> None:
    page = site.page()
    sent: list[str] = []
    page.route("**/take", lambda route: sent.append(route.request.method))  # never answered: the first stays on its way
    serve(page, site, '<form method="post" action="/take"><button>存</button></form>')

    page.get_by_role("button", name="存").dblclick(no_wait_after=True)
    page.wait_for_timeout(200)

    assert sent == ["POST"]


REGION = '<div data-live="{topic}" hx-get="/region" hx-trigger="live" hx-target="this" hx-swap="innerHTML">0</div>'


def live_page(site: Site, topic: str) -> tuple[Page, list[str]]:
    """A person of Lianhu with one region that counts how often it asked, and its stream open."""
    page = site.sign_in("wang")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=str(len(asked)))

    page.route("**/region", answer)
    stream = f'<live-stream url="{settings.LIVE_URL}/live/stream" since="{time.time()}"></live-stream>'
    with page.expect_response(lambda response: _topics(response.url) == [topic]):  # the page before may still open its own
        serve(page, site, stream + REGION.format(topic=topic))
    return page, asked


def _topics(url: str) -> list[str]:
    return parse_qs(url.partition("?")[2]).get("topics", []) if "/live/stream" in url else []


def test_a_region_asks_again_when_its_topic_changed(site: Site) -> None:
    topic = f"office:{cast.office('lianhu').pk}"
    page, asked = live_page(site, topic)
    before = len(asked)

    tell(topic)

    wait_until(lambda: page.wait_for_timeout(20) or len(asked) > before)
    expect(page.locator("[data-live]")).to_have_text(str(len(asked)))


def test_a_lost_line_is_said_quietly_and_caught_up(site: Site) -> None:
    page, asked = live_page(site, f"office:{cast.office('lianhu').pk}")
    page.wait_for_timeout(100)
    before = len(asked)
    page.context.set_offline(True)
    page.evaluate("document.querySelector('live-stream').source.dispatchEvent(new Event('error'))")
    expect(page.get_by_text("连接中断，正在重连")).to_be_visible()

    page.context.set_offline(False)
    page.evaluate("document.querySelector('live-stream').close(); document.querySelector('live-stream').listen()")

    expect(page.get_by_text("连接中断，正在重连")).to_be_hidden()
    wait_until(lambda: page.wait_for_timeout(20) or len(asked) > before)


LINK = REGION.replace(">0<", '><a href="/there">0</a><').format(topic="case:1")


def region_page(site: Site, status: int = 200) -> Page:
    """A page with one region whose link counts how often it was exchanged."""
    page = site.sign_in("wang")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=f'<a href="/there">{len(asked)}</a>', status=status)

    page.route("**/region", answer)
    serve(page, site, LINK)
    return page


def renew(page: Page) -> None:
    with page.expect_response("**/region"):
        page.locator("[data-live], [hx-get]").first.dispatch_event("live", {})


def test_a_region_is_not_exchanged_under_a_press(site: Site) -> None:
    page = region_page(site)
    link = page.get_by_role("link", name="0")
    link.hover()
    page.mouse.down()
    renew(page)
    page.wait_for_timeout(100)
    expect(link).to_be_visible()

    page.evaluate("document.addEventListener('click', event => { event.preventDefault(); document.title = event.target.textContent })")
    page.mouse.up()

    expect(page.get_by_role("link", name="2")).to_be_visible()
    assert page.title() == "0"


def test_who_stands_on_a_link_of_a_region_stands_on_it_afterwards(site: Site) -> None:
    page = region_page(site)
    page.get_by_role("link", name="0").focus()

    renew(page)

    expect(page.get_by_role("link", name="1")).to_be_focused()


def test_a_region_that_left_the_person_is_said_once_and_asked_no_more(site: Site) -> None:
    page = region_page(site, 404)

    renew(page)

    expect(page.get_by_text("这里已不在您的范围内")).to_have_count(1)
    expect(page.locator("[data-live]")).to_have_count(0)
