"""An Asterisk of its own, the process `phone`, callers and desks played by sipp: everything real but the people."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
from django.conf import settings

from hutong.hotline.kernel.ids import new_id
from hutong.project import database
from hutong.telephony.asterisk import installing
from hutong.telephony.asterisk.config import Place, Trunk
from tests.browser import wait_until
from tests.conftest import ROOT
from tests.telephony import scenarios

PATIENCE = 60.0  # seconds; two cores may have much else to do
PASSWORD = "only-in-tests"
TOOLS = ("sipp", "sox", "espeak-ng")


def missing() -> str:
    """What this machine lacks for real calls; '' where it has all."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    return ", ".join(lacking + ([] if installing.is_installed(database.data_folder()) else ["Asterisk (make phone)"]))


def free_port(kind: int = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def loudness(path: Path, pitch: int) -> float:
    """The RMS amplitude of a band around a pitch, as sox measures it."""
    raw = ["-t", "al", "-r", "8000", "-c", "1"] if path.suffix == ".al" else []
    band = ["sox", *raw, str(path), "-n", "sinc", f"{pitch - 60}-{pitch + 60}", "stat"]
    said = subprocess.run(band, capture_output=True, text=True, check=True).stderr
    return float(next(line for line in said.splitlines() if line.startswith("RMS     amplitude")).split(":")[1])


class Ear:
    """What really arrives at a telephone: the voice packets, caught where it said that it listens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = int(self._socket.getsockname()[1])

    def hears(self, *pitches: int, seconds: float = 2) -> set[int]:
        """Which of these tones are heard from now on."""
        path = self._folder / f"{new_id()}.al"
        end = time.monotonic() + seconds
        self._socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self._socket.recv(2048)  # what came before
        self._socket.settimeout(0.2)
        with path.open("wb") as file:
            while time.monotonic() < end:
                with suppress(TimeoutError):
                    file.write(self._socket.recv(2048)[12:])
        return {pitch for pitch in pitches if loudness(path, pitch) > 0.02}

    def close(self) -> None:
        self._socket.close()


class Site:
    """Everything that a call needs, in one folder."""

    def __init__(self, folder: Path, addresses: database.Addresses) -> None:
        self.folder = folder
        self.exchange = folder / "exchange"
        self.sip, self.carrier = free_port(), free_port()
        self.http = free_port(socket.SOCK_STREAM)
        self.place = Place(
            folder=self.exchange, http=f"127.0.0.1:{self.http}", sip=f"127.0.0.1:{self.sip}", password=PASSWORD,
            trunk=Trunk(f"127.0.0.1:{self.carrier}", ("127.0.0.1",)), media="127.0.0.1",
            **installing.programs(installing.programs_folder(database.data_folder())),
        )  # fmt: skip
        self.environment = {
            **os.environ, **addresses.environment(), "HUTONG_EXCHANGE_DATA": str(self.exchange), "PYTHONPATH": str(ROOT),
            "HUTONG_ARI_URL": f"http://hutong:{PASSWORD}@127.0.0.1:{self.http}", "DJANGO_SETTINGS_MODULE": "hutong.project.settings",
            "HUTONG_DATA": str(settings.OBJECTS.parent), "PYTHONWARNINGS": "error",
        }  # fmt: skip
        self.ears: list[Ear] = []
        self.children: list[subprocess.Popen[bytes]] = []
        installing.prepare(self.place)

    # --- processes

    def start_exchange(self) -> None:
        command = installing.command(installing.programs_folder(database.data_folder()), self.exchange)
        self.asterisk = self._run(command, "asterisk.log")
        wait_until(self._answers, PATIENCE)

    def start_phone(self, module: str = "tests.telephony.plain_phone") -> None:
        self.phone = self._run((sys.executable, "-m", module), "phone.log")
        wait_until(lambda: "hutong" in self.applications(), PATIENCE)

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        process.wait()

    def _run(self, command: tuple[str, ...], log: str) -> "subprocess.Popen[bytes]":
        with (self.folder / log).open("ab") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
        self.children.append(process)
        return process

    def stop(self) -> None:
        for ear in self.ears:
            ear.close()
        for process in reversed(self.children):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.children:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill(process)

    # --- questions to the exchange

    def ask(self, path: str) -> object:
        url = f"http://127.0.0.1:{self.http}/ari{path}"
        return httpx.get(url, auth=("hutong", PASSWORD), trust_env=False, timeout=5).raise_for_status().json()

    def _answers(self) -> bool:
        try:
            self.ask("/applications")
        except httpx.HTTPError:
            time.sleep(0.05)
            return False
        return True

    def applications(self) -> list[str]:
        return [each["name"] for each in self.ask("/applications")]

    def channels(self) -> list[str]:
        return [each["id"] for each in self.ask("/channels")]

    def said(self) -> str:
        return (self.folder / "phone.log").read_text() + (self.exchange / "log" / "messages").read_text()

    def bridged(self, bridge: str) -> list[str]:
        return self.ask(f"/bridges/{bridge}")["channels"]

    def hears(self, channel: str, *pitches: int, seconds: float = 2) -> set[int]:
        """Which of these tones somebody hears, measured on a recording of what goes to their telephone."""
        name = f"probe-{new_id()}"
        self.do("POST", f"/channels/{channel}/snoop/{name}?spy=out&app=hutong&appArgs=hears")
        wait_until(lambda: self.do("POST", f"/channels/{name}/record?name={name}&format=wav") < 300, PATIENCE)
        time.sleep(seconds)
        self.do("DELETE", f"/channels/{name}")
        path = self.exchange / "spool" / "recording" / f"{name}.wav"
        wait_until(lambda: name not in self.channels(), PATIENCE)
        return {pitch for pitch in pitches if loudness(path, pitch) > 0.02}

    def do(self, method: str, path: str) -> int:
        url = f"http://127.0.0.1:{self.http}/ari{path}"
        return httpx.request(method, url, auth=("hutong", PASSWORD), trust_env=False, timeout=5).status_code

    # --- people at telephones

    def ear(self) -> Ear:
        self.ears.append(Ear(self.folder))
        return self.ears[-1]

    def caller(self, number: str = "13800138000", to: str = "12349", **more: object) -> "subprocess.Popen[bytes]":
        """Somebody calls, says a tone, and hears what comes; hangs up after `seconds`, or when the other side does."""
        return self._sipp(scenarios.caller(number, to, folder=self.folder, **more), f"127.0.0.1:{self.sip}")

    def number(self, port: int | None = None, **more: object) -> "subprocess.Popen[bytes]":
        """Whoever answers at the carrier's end."""
        return self._answering(port or self.carrier, **more)

    def desk(self, user: str, password: str, **more: object) -> "subprocess.Popen[bytes]":
        """A telephone on somebody's desk: signs in, and answers."""
        port = free_port()
        signing_in = self._sipp(scenarios.sign_in(user, password, folder=self.folder), f"127.0.0.1:{self.sip}", port=port)
        assert signing_in.wait(PATIENCE) == 0, self.said()
        return self._answering(port, **more)

    def _answering(self, port: int, **more: object) -> "subprocess.Popen[bytes]":
        process = self._sipp(scenarios.answering(folder=self.folder, **more), "", port=port)
        wait_until(lambda: f"0100007F:{port:04X}" in Path("/proc/net/udp").read_text(), PATIENCE)  # what rings nowhere is passed over
        return process

    def _sipp(self, scenario: Path, to: str, *, port: int | None = None) -> "subprocess.Popen[bytes]":
        command = [
            "sipp", *([to] if to else []), "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port or free_port()), "-m", "1",
            "-nostdin", "-nd", "-trace_err", "-trace_msg", "-default_behaviors", "all,-bye", "-mi", "127.0.0.1",
        ]  # fmt: skip
        with (self.folder / "sipp.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.children.append(process)
        return process
