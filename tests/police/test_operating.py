"""docs/operating.md says what the code does: who starts programs, who uses cryptography, where it connects, how much at once."""

import re
import runpy

import pytest

from hutong.channels import deposits, outward
from hutong.hotline.calls.actions import keeping
from hutong.hotline.cases import sight
from hutong.hotline.network import sheets as network
from hutong.hotline.notices import rules as notices
from hutong.hotline.rulebook import sheets as rulebook
from hutong.project import runner, sender, settings
from hutong.project.trouble import Trouble
from hutong.telephony.asterisk import client
from tests.conftest import ROOT
from tests.police.test_code import OURS, PACKAGE, imports

PAGE = (ROOT / "docs" / "operating.md").read_text()
PINNED = re.compile(r"^[a-z0-9._-]+==\S+ \\$")


def named_after(words: str) -> list[str]:
    """What stands in code marks in the paragraph that begins so."""
    return re.findall(r"`([^`]+)`", PAGE[PAGE.index(words) :].partition("\n\n")[0])


def test_who_starts_programs_is_named() -> None:
    starting = [str(path.relative_to(PACKAGE)) for path in OURS if re.search(r"subprocess\.(?:run|Popen)\(", path.read_text())]
    making = [name for name in starting if name not in named_after("Programs are started")]
    assert (making, sorted(set(named_after("Programs are started")) - set(starting))) == ([], [])


def test_who_uses_cryptography_is_named() -> None:
    using = {path for path in OURS if any(name.partition(".")[0] in {"cryptography", "hmac"} for name in imports(path))}
    folders = named_after("Cryptography is used")
    found = {str(path.relative_to(PACKAGE)) for path in using} - {"hotline/network/demo.py"}  # codes of the demo's people
    assert {folder for folder in folders if any(name.startswith(folder) for name in found)} == set(folders)
    assert [name for name in found if not name.startswith(tuple(folders))] == []


@pytest.mark.parametrize(
    "said",
    [
        f"{runner.WEB[1].partition('=')[2]} processes of {runner.WEB[2].partition('=')[2]} threads",
        f"{deposits.CONNECTING:.0f} s to connect, {deposits.ANSWERING:.0f} s for an answer",
        f"{outward.CONNECTING:.0f} s to connect, {outward.ANSWERING:.0f} s for an answer",
        f"{client.PATIENCE:.0f} s for a sign of life",
        f"| {sender.LANES} at once |",
        f"{notices.MOST_TRIES} tries, after {', '.join(map(str, notices.BACKOFF))}",
        f"{sight.MANY_AN_HOUR} an hour and post",
        f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2} MB; a text",
        f"{rulebook.MAX_BYTES // 10**6} MB, {rulebook.MAX_UNPACKED // 10**6} MB unpacked, {rulebook.MAX_FILES} files",
        f"pasted | {network.MAX_BYTES // 10**6} MB",
        f"{keeping.MOST_AUDIO // 1024**2} MB, 16 bits",
        "the six providers" if len(notices.PROVIDERS) == 6 else "",
    ],
)
def test_each_limit_is_the_codes(said: str) -> None:
    assert said
    assert said in PAGE


def test_each_setting_that_it_names_is_heeded() -> None:
    program = "".join(path.read_text() for path in OURS)
    named = set(re.findall("(?:HUTONG|DATABASE)_[A-Z_]+", PAGE))
    assert named == {name for name in named if f'"{name}"' in program} != set()


def test_the_proxys_example_speaks_tls_of_today_alone_and_reaches_each_port() -> None:
    assert re.findall("ssl_protocols (.*);", PAGE) == ["TLSv1.2 TLSv1.3"]
    (ciphers,) = re.findall("ssl_ciphers (.*);", PAGE)
    assert [
        name for name in ciphers.split(":") if not re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA\d+|CHACHA20-POLY1305)", name)
    ] == []
    assert re.findall(r"proxy_pass http://127.0.0.1:(\d+);", PAGE) == ["8000", "8001", "8002"]


def test_a_telephone_in_clear_is_refused_where_the_pages_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUTONG_HTTPS", "1")
    monkeypatch.setenv("HUTONG_PHONE_URL", "ws://hotline.example.cn/ws")
    with pytest.raises(Trouble):
        runpy.run_path(str(settings.__file__))
    monkeypatch.setenv("HUTONG_PHONE_URL", "wss://hotline.example.cn/ws")
    assert runpy.run_path(str(settings.__file__))["SECURE_COOKIES"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"])
def test_every_library_is_pinned_with_its_hash(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] not in " #"]
    assert [line for line in lines if not PINNED.match(line)] == []
    assert lines
