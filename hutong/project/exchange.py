"""`hutong phone`: an Asterisk in the data folder, fetched once; and how `hutong up` runs it, or one that stands already."""

import argparse
import http.client
import os
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from hutong.project import database
from hutong.project.installing import say
from hutong.project.supervisor import Service
from hutong.project.trouble import Trouble
from hutong.telephony import speech
from hutong.telephony.asterisk import installing
from hutong.telephony.asterisk.config import Place, Trunk

HOST = "127.0.0.1"
USER = "hutong"
FIRST_ANSWER = 30.0  # seconds
NOBODY = f"{HOST}:5070"  # where a call out goes as long as no carrier is named
AFTER_PAGES = 2  # the exchange's port, counted from that of the pages; SIP's is the next


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong phone` understands."""
    parser.add_argument("--port", type=int, default=8000, help="of the pages, as for `hutong up`: the exchange takes the third from it")


def run(options: argparse.Namespace) -> int:
    """Fetch it where it is missing, and start it once to see that it works."""
    data = database.data_folder()
    if os.environ.get("HUTONG_ARI_URL"):
        raise Trouble("HUTONG_ARI_URL names an exchange that stands already; nothing is fetched.")
    if not installing.is_installed(data):
        say("Fetching an Asterisk, once; this takes a minute or two ...")
    try:
        installing.install(data)
    except installing.CannotInstall as why:
        raise Trouble(str(why)) from None
    _try(Telephone(data, options.port))
    say("It answers. `make run` starts it from now on.")
    if not speech.has_engine():
        say("There is no speech engine: callers hear recordings alone, and music. On Debian: apt-get install espeak-ng.")
    return 0


def _try(telephone: "Telephone") -> None:
    """Start it, ask it something, end it. Raises Trouble where nothing is said."""
    (service,) = (each for each in telephone.services() if each.name == "exchange")
    process = subprocess.Popen(service.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 our own command
    try:
        deadline = time.monotonic() + FIRST_ANSWER
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError), closing(http.client.HTTPConnection(telephone.http, timeout=1)) as asked:
                asked.request("GET", "/ari/asterisk/info")
                asked.getresponse()  # it asks who we are
                return
            time.sleep(0.1)
    finally:
        process.kill()  # it carries no call, and while it starts it heeds nothing else
        process.wait()
    raise Trouble(f"The exchange does not start; see {telephone.place.folder / 'log' / 'messages'}.")


class Telephone:
    """What belongs to the telephone on this machine: an exchange of our own, one that stands elsewhere, or none."""

    def __init__(self, data: Path, port: int) -> None:
        self._given = os.environ.get("HUTONG_ARI_URL", "")
        self._has_own = not self._given and installing.is_installed(data)
        self._root = installing.programs_folder(data)
        self.http = f"{HOST}:{port + AFTER_PAGES}"
        if self._has_own:
            sip = os.environ.get("HUTONG_SIP") or f"{HOST}:{port + AFTER_PAGES + 1}"
            self.place = Place(
                folder=Path(os.environ.get("HUTONG_EXCHANGE_DATA") or data / "exchange"), http=self.http, sip=sip, trunk=_trunk(),
                password=database.kept_secret(data / "exchange.secret"), media=HOST if sip.startswith(HOST) else "",
                **installing.programs(self._root),
            )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """What every process is told."""
        if not self._has_own:
            return {}
        told = {"HUTONG_ARI_URL": f"http://{USER}:{self.place.password}@{self.http}", "HUTONG_EXCHANGE_DATA": str(self.place.folder)}
        return told | ({} if "HUTONG_HOSTS" in os.environ else {"HUTONG_PHONE_URL": f"ws://{self.http}/ws"})

    def services(self) -> tuple[Service, ...]:
        """The processes to run."""
        phone = Service("phone", (sys.executable, "-m", "hutong.project.phone"))
        if self._given:
            return (phone,)
        if not self._has_own:
            return ()
        installing.prepare(self.place)
        return (Service("exchange", installing.command(self._root, self.place.folder)), phone)

    def greeting(self) -> str:
        """How one calls here, or what is missing."""
        if self._given:
            return "Telephone: the exchange of HUTONG_ARI_URL."
        if not self._has_own:
            return "Telephone: none. `make phone` fetches an exchange; everything else works."
        return f"Telephone: SIP {self.place.sip} (UDP)"


def _trunk() -> Trunk:
    """The carrier, from the environment; without one this machine itself, for trials."""
    address = os.environ.get("HUTONG_TRUNK", "") or NOBODY
    sources = os.environ.get("HUTONG_TRUNK_SOURCES", "") or address.partition(":")[0]
    user, password = os.environ.get("HUTONG_TRUNK_USER", ""), os.environ.get("HUTONG_TRUNK_PASSWORD", "")
    return Trunk(address, tuple(sources.split(",")), user, password)
