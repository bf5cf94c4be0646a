"""The hall of the hotline: the pages as served, and a Chromium whose microphone says a tone; everything real but the people."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, expect

from hutong.hotline.calls.models import Seat
from hutong.hotline.kernel.ids import new_id
from tests import browser
from tests.browser import Servers, wait_until
from tests.cast import post
from tests.telephony import site as sites

PITCH = 700  # hertz that every operator says
WINDOW = {"width": 380, "height": 640}
# What the browser has received and sent of the talk, and how loud what it hears has been.
HEARD = """async () => {
  const found = {};
  for (const row of (await document.querySelector("phone-line").wire.getStats()).values()) {
    if (row.type === "inbound-rtp") Object.assign(found, { received: row.bytesReceived, loud: row.totalAudioEnergy });
    if (row.type === "outbound-rtp") Object.assign(found, { sent: row.bytesSent });
  }
  return found;
}"""


class Hall:
    """Operators and shift leads at their desks, each with a browser of their own where `apart` says so."""

    def __init__(self, site: sites.Site, servers: Servers, chromium: Browser) -> None:
        self.site, self.servers, self.chromium = site, servers, chromium
        self.url = f"ws://127.0.0.1:{site.http}/ws"
        self.marks: list[str] = []
        self.pages = browser.Site(servers, self.launch())

    def serve(self) -> None:
        """The pages, told where the exchange is."""
        settings.PHONE_URL = self.url
        self.servers.web.set_app(self.servers.counted(get_wsgi_application()))

    def close(self) -> None:
        """Nobody is there any more."""
        settings.PHONE_URL = ""
        self.pages.close()
        self.servers.web.set_app(self.servers.counted(get_wsgi_application()))

    def launch(self) -> Browser:
        """A browser with a microphone and nobody to ask for it."""
        tone = self.site.folder / "microphone.wav"
        if not tone.exists():
            sine = ["sox", "-n", "-r", "48000", "-c", "1", str(tone), "synth", "30", "sine", str(PITCH), "vol", "0.5"]
            subprocess.run(sine, check=True)
        self.marks.append(f"--hutong-test={new_id()}")
        arguments = [
            *browser.ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={tone}", "--autoplay-policy=no-user-gesture-required", self.marks[-1],
        ]  # fmt: skip
        return self.chromium.browser_type.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=arguments)

    def kill(self) -> None:
        """kill -9 of the browser that was launched last."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            if self.marks[-1].encode() in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)

    def sits(self, username: str) -> tuple[Page, Page]:
        """Somebody opens their desk and the phone window from its bar, and is ready."""
        desk = self.pages.sign_in(username)
        with desk.expect_popup() as popup:
            desk.get_by_role("link", name="话机").click()
        phone = popup.value
        phone.on("pageerror", lambda error: self.pages.faults.append(str(error)))
        phone.set_viewport_size(WINDOW)  # type: ignore[arg-type]
        expect(phone.locator(".line-state")).to_have_class(re.compile("there"))
        phone.get_by_role("button", name=re.compile("空闲")).click()
        expect(phone.locator(".seat-state strong")).not_to_have_text("离席")
        return desk, phone


def state(username: str) -> str:
    """What somebody's seat does."""
    return Seat.objects.get(post=post(username)).state


def answer(phone: Page) -> None:
    """The call rings in the window, and Enter takes it up."""
    expect(phone.locator(".answer")).to_be_enabled(timeout=60_000)
    phone.keyboard.press("Enter")
    talks(phone)


def talks(phone: Page) -> None:
    """The window says that somebody is on the line."""
    expect(phone.get_by_role("button", name=re.compile("^挂断"))).to_be_visible(timeout=20_000)


def more_of(phone: Page, name: str, than: float = 0) -> Callable[[], bool]:
    """Whether the browser has by now received, sent or heard more than that."""
    return lambda: phone.evaluate(HEARD).get(name, 0) > than


def both_hear(phone: Page) -> None:
    """Sound goes both ways, now, and it is no silence that comes in."""
    before = phone.evaluate(HEARD)
    for name in ("received", "sent", "loud"):
        wait_until(more_of(phone, name, before.get(name, 0)), 10)
