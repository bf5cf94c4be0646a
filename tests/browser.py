"""A real browser on a really served product. A plugin of tests/conftest.py.

    pytestmark = pytest.mark.browser

    def test_something(site: Site) -> None:
        page = site.sign_in("xu")                    # a fresh browser context, 1440 × 900, signed in as a member of the cast
        phone = site.sign_in("wang", size=PHONE)     # another person at 390 × 844, with touch
        page.goto(site.url("cases:work"))            # a URL by name
        shoot(page, "my-work")                       # $HUTONG_SCREENSHOTS/my-work.png, where that is set
        check_accessibility(page)                    # axe; fails with the list of violations

The pages are served by Django's threaded server and the live stream by uvicorn, in threads of this process, on free ports
and on the committed test database (fixture `committed`: swept after the test). `site.page()` gives a page of nobody.
A page on which a script failed or the browser's policy refused something fails the test that opened it.
Chromium is the machine's own: $CHROMIUM, else /usr/bin/chromium.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from hutong.project import database
from tests import cast
from tests.clients import code, signed_in, with_role

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 30_000  # milliseconds; what is there at once is not waited for
REQUEST_FAILED = ("Failed to load resource", "Response Status Error Code", "htmx:")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives chromium; needs it installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop in the main thread from its start on. Long ones first: nobody waits for them."""
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, item.get_closest_marker("slow") is None))


class Servers:
    """Both processes of the product, as threads."""

    def __init__(self) -> None:
        self.running = 0
        self.own: dict[str, Callable[[bytes], str]] = {}  # a test's own pages: path, what answers to the body of a request
        self.web = ThreadedServer(("127.0.0.1", 0), QuietHandler)
        from hutong.desks.live.asgi import application as live

        self.live = uvicorn.Server(
            uvicorn.Config(live, host="127.0.0.1", port=0, log_level="critical", ws="none", timeout_graceful_shutdown=1)
        )

    @contextmanager
    def started(self) -> Iterator["Servers"]:
        """Both up; their origins in the settings."""
        threads = [threading.Thread(target=self.web.serve_forever, args=(0.05,)), threading.Thread(target=self.live.run)]
        for thread in threads:
            thread.start()
        wait_until(lambda: self.live.started)
        live_port = self.live.servers[0].sockets[0].getsockname()[1]
        before = settings.LIVE_URL, settings.WEB_ORIGIN
        settings.LIVE_URL, settings.WEB_ORIGIN = f"http://127.0.0.1:{live_port}", self.origin
        self.web.set_app(self.counted(get_wsgi_application()))
        yield self
        self.live.should_exit = True
        self.web.shutdown()
        self.web.server_close()
        for thread in threads:
            thread.join()
        settings.LIVE_URL, settings.WEB_ORIGIN = before

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.web.server_port}"

    def counted(self, application: Any) -> Any:
        """The application, counting what runs: a test is over when nothing does."""

        def serve(environ: Any, start_response: Any) -> Any:
            self.running += 1
            try:
                if answer := self.own.get(environ["PATH_INFO"]):
                    body = answer(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
                    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
                    return [body.encode()]
                connection.settings_dict = with_role(database.DESK)  # of this thread, which serves one request
                return application(environ, start_response)
            finally:
                self.running -= 1

        return serve

    def rest(self) -> None:
        """Wait for the last request to end."""
        wait_until(lambda: self.running == 0)


class ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no error."""


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class's name
        """Nothing: the tests speak for themselves."""


def wait_until(holds: Any, seconds: float = PATIENCE / 1000) -> None:
    """Return as soon as it holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@dataclass
class Site:
    """The product as served, and the browser before it."""

    servers: Servers
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def url(self, name: str, *args: object, **query: object) -> str:
        """The address of a page by the name of its URL."""
        return self.servers.origin + reverse(name, args=args, query=query or None)

    def page(self, size: dict[str, int] = DESK) -> Page:
        """A page in a fresh context: somebody else's browser."""
        context = self.browser.new_context(viewport=size, has_touch=size == PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)
        return page

    def sign_in(self, username: str, size: dict[str, int] = DESK) -> Page:
        """A page of this member of the cast at their own desk, in a session that counts as proved."""
        page = self.page(size)
        session = signed_in(username).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.servers.origin}])
        page.goto(self.url("home"))
        return page

    def by_form(self, username: str, size: dict[str, int] = DESK) -> Page:
        """A page of this member of the cast, through both steps of the sign-in."""
        second = code(username)
        page = self.page(size)
        page.goto(self.url("account:sign_in"))
        page.fill("[name=username]", username)
        page.fill("[name=password]", cast.PASSWORD)
        page.click("#sign-in button[type=submit]")
        page.fill("[name=code]", second)
        page.click("#second-step button[type=submit]")
        page.wait_for_url(lambda url: "/account/" not in url or "/account/post" in url)
        return page

    def close(self) -> None:
        """Close every page; nothing runs on the servers afterwards."""
        for context in self.contexts:
            context.close()
        self.servers.rest()
        self.servers.own.clear()

    def _note(self, message: ConsoleMessage) -> None:
        """Scripts' and the policy's complaints; a request that failed is the business of the test."""
        if message.type == "error" and not message.text.startswith(REQUEST_FAILED):
            self.faults.append(message.text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run. Django's guard against its ORM beside a running loop minds Playwright's, so it is stood down."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def servers(django_db_setup: None) -> Iterator[Servers]:
    """The served product, without a browser: for the live stream's tests."""
    with Servers().started() as started:
        yield started


@pytest.fixture
def site(committed: object, servers: Servers, chromium: Browser) -> Iterator[Site]:
    """The served product, a browser, an empty place of work, the cast."""
    site = Site(servers, chromium)
    yield site
    site.close()
    assert site.faults == []


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page, where $HUTONG_SCREENSHOTS names a folder."""
    if folder := os.environ.get("HUTONG_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def fits(page: Page) -> None:
    """Nothing is wider than the window."""
    page.wait_for_load_state()  # between two pages there is no document
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the window"


def look(page: Page, name: str) -> None:
    """The page can be read by everybody and does not run out of its window; a picture of it by name and width."""
    fits(page)
    shoot(page, f"{name}-{page.viewport_size['width'] if page.viewport_size else ''}")
    check_accessibility(page)


def check_accessibility(page: Page) -> None:
    """WCAG 2.2 AA as far as axe can tell. In a window as tall as the page, so that no sticky bar lies over what one could scroll free."""
    size = page.viewport_size or DESK
    page.set_viewport_size({"width": size["width"], "height": page.evaluate("document.documentElement.scrollHeight")})
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    assert found.violations_count == 0, found.generate_report()
