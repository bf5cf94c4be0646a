"""What crosses from this machine to another is encrypted, and goes to nobody who cannot prove who they are."""

import asyncio
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from django.db.backends.postgresql.base import DatabaseWrapper

from hutong.channels import deposits
from hutong.desks.account.provider import Adapter
from hutong.hotline.audit.models import SinkKind
from hutong.hotline.audit.rules import Signed
from hutong.hotline.kernel import live
from hutong.project import database, settings
from hutong.project.keeping.source import Source
from hutong.project.trouble import Trouble
from hutong.telephony.asterisk.client import Asterisk
from hutong.telephony.exchange import Lost
from tests.certificates import Authority
from tests.conftest import ROOT
from tests.hotline.notices.provider import Provider, provider
from tests.project.front import Front
from tests.project.product import without_ours
from tests.project.server import PASSWORD, Elsewhere, elsewhere

HOST = "db.hotline.example.cn"  # nobody's: where it is, `hostaddr` says
PROVEN = "sslmode=verify-full sslrootcert=/x/authority.pem"
SETTINGS = ("HUTONG_AUDIT_URL", "HUTONG_OIDC_ISSUER", "HUTONG_ARI_URL", "HUTONG_PHONE_URL")


# --- the database


@pytest.mark.parametrize(
    "address",
    [
        f"host={HOST}",
        f"host={HOST} sslmode=require",
        f"host={HOST} sslmode=verify-ca sslrootcert=/x/authority.pem",
        f"host={HOST} sslmode=verify-full",
        f"host=localhost,{HOST}",
        "host=localhost hostaddr=192.0.2.7",
        "hostaddr=2001:db8::7",
        "service=elsewhere",
        f"postgresql://boss:{PASSWORD}@{HOST}/hutong?sslmode=prefer",
    ],
)
def test_one_elsewhere_is_refused_unless_it_must_prove_itself(address: str) -> None:
    with pytest.raises(Trouble, match="sslmode=verify-full and sslrootcert=FILE") as refused:
        database.safe(address)
    assert PASSWORD not in str(refused.value)
    if "sslmode" not in address:
        assert database.safe(f"{address} {PROVEN}")


@pytest.mark.parametrize(
    "address", ["", "dbname=hutong", "host=/run/postgresql", "host=@here", "host=localhost", "host=127.0.0.2", "host=::1"]
)
def test_one_on_this_machine_needs_no_proof(address: str) -> None:
    assert database.safe(address) == address


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])
def test_where_the_environment_leads_counts_and_what_it_promises_does_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "192.0.2.7")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    with pytest.raises(Trouble):
        database.safe("dbname=hutong")


@pytest.mark.parametrize("name", database.BY_HAND)
def test_roles_that_were_made_by_hand_are_looked_at_each(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for each in ("DATABASE_URL", *database.BY_HAND):
        monkeypatch.setenv(each, "host=127.0.0.1 port=1" if each != name else f"host={HOST}")
    with pytest.raises(Trouble, match=HOST):
        database.addresses(tmp_path)


def test_backups_look_at_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"host={HOST}")
    with pytest.raises(Trouble, match=HOST):
        Source.here()


def test_a_process_that_is_started_by_itself_refuses_it_too() -> None:
    with pytest.raises(Trouble, match=HOST):
        settings.database(f"host={HOST} user=hutong_work")


@pytest.mark.parametrize("command", ["up", "migrate", "check"])
def test_every_command_says_what_to_add(command: str, tmp_path: Path) -> None:
    told = without_ours() | {"DATABASE_URL": f"postgresql://boss:{PASSWORD}@{HOST}/hutong", "HUTONG_DATA": str(tmp_path)}
    hutong = [sys.executable, "-c", f"import sys; from hutong.project.cli import main; sys.exit(main(['{command}']))"]
    done = subprocess.run(hutong, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "sslmode=verify-full and sslrootcert=FILE" in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Elsewhere]:
    with elsewhere(folder) as server:
        yield server


def given(port: int, authority: Path) -> str:
    """DATABASE_URL of a server that is elsewhere by its name."""
    proof = f"sslmode=verify-full sslrootcert={authority}"
    return f"host={HOST} hostaddr=127.0.0.1 port={port} user=boss password={PASSWORD} dbname=hutong {proof}"


def test_every_connection_of_ours_is_encrypted_to_one_that_proves_itself(
    server: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    with Front(authority.server(HOST), server.port).standing() as there:
        monkeypatch.setenv("DATABASE_URL", given(there.port, authority.path))
        found = database.addresses(tmp_path / "data")
        django = DatabaseWrapper({**bare(), **settings.database(found.work)})
        monkeypatch.setattr(live, "connection", django)
        with (
            psycopg.connect(live.address()) as listening,
            Source.here().connect() as keeper,
            django.get_new_connection(django.get_connection_params()) as working,
        ):
            assert [each.pgconn.ssl_in_use for each in (working, listening, keeper)] == [True] * 3
            assert [each.info.host for each in (working, listening, keeper)] == [HOST] * 3
        assert there.in_clear == 0


def bare() -> dict[str, Any]:
    """What Django adds to its settings of a database."""
    return {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "TIME_ZONE": None, "TEST": {}}


@pytest.mark.parametrize(
    ("signer", "name", "said"),
    [
        ("stranger", HOST, "certificate verify failed"),
        ("authority", "other.example.cn", "does not match host name"),
        ("", "", "does not support SSL"),
    ],
    ids=["another authority", "another's certificate", "no TLS"],
)  # fmt: skip
def test_who_proves_nothing_is_told_nothing(
    signer: str, name: str, said: str, server: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorities = {each: Authority(tmp_path, each) for each in ("authority", "stranger")}
    context = authorities[signer].server(name) if signer else None
    with Front(context, server.port).standing() as there:
        monkeypatch.setenv("DATABASE_URL", given(there.port, authorities["authority"].path))
        with pytest.raises(Trouble, match=f"The database cannot be used: .*{said}"):
            database.addresses(tmp_path / "data")
        assert there.in_clear == 0


# --- everything else that is an address


@pytest.mark.parametrize("name", SETTINGS)
def test_an_address_elsewhere_in_clear_is_refused_at_the_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("http://other.example.cn/", "http://192.0.2.7:8088", "ws://other.example.cn/ws", "ftp://other.example.cn/"):
        monkeypatch.setenv(name, address)
        with pytest.raises(Trouble, match=f"{name} leads to another machine in clear"):
            runpy.run_path(str(settings.__file__))
    for address in ("https://other.example.cn/", "wss://other.example.cn/ws", "http://127.0.0.1:8002", "ws://localhost/ws", ""):
        monkeypatch.setenv(name, address)
        assert runpy.run_path(str(settings.__file__))


def test_each_way_out_that_the_page_names_is_one_of_these_or_looked_at_elsewhere() -> None:
    """A new line of "Out, and nowhere else" in docs/operating.md must say what keeps it from crossing in clear."""
    page = (ROOT / "docs" / "operating.md").read_text()
    table = page[page.index("Out, and nowhere else:") :].partition("\n\n")[2].partition("\n\n")[0]
    named = set(re.findall(r"`((?:HUTONG|DATABASE)_\w+)`", table))
    elsewhere = {"DATABASE_URL", "HUTONG_NOTICE_HOSTS", "HUTONG_BACKUPS"}  # above; tests/channels/test_outward.py; a folder of sealed files
    assert named | {"HUTONG_PHONE_URL"} == {*SETTINGS, *elsewhere}


@pytest.fixture
def unknown(tmp_path: Path) -> Iterator[Provider]:
    """A server whose certificate is of an authority that this machine does not know."""
    with provider() as there:
        there.speak_tls(tmp_path)
        yield there


def checkpoint(there: Provider) -> str:
    settings_now = pytest.MonkeyPatch()
    settings_now.setattr(deposits.settings, "AUDIT_URL", f"https://127.0.0.1:{there.server_port}/")
    fault = deposits.lay_down(SinkKind.HTTP, 1, Signed("", "", ""))
    settings_now.undo()
    return fault


def test_checkpoints_go_to_a_server_that_proves_itself_alone(unknown: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (checkpoint(unknown), unknown.heard) == ("unreachable", [])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    assert (checkpoint(unknown), len(unknown.heard)) == ("", 1)


def test_an_identity_provider_proves_itself(unknown: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Adapter().get_requests_session() as session:
        address = f"https://127.0.0.1:{unknown.server_port}/"
        with pytest.raises(requests.exceptions.SSLError):
            session.get(address)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
        assert session.get(address).status_code == 501


def apart(wanted: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """In a thread of its own: in this one the loop of the browser's driver may be running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(wanted())).result()


def test_an_exchange_elsewhere_proves_itself(unknown: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hear() -> None:
        async for _event in Asterisk(f"https://hutong:{PASSWORD}@127.0.0.1:{unknown.server_port}").events():
            pass

    with pytest.raises(Lost, match="SSLCertVerificationError"):
        apart(hear)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with pytest.raises(Lost, match="InvalidMessage"):  # it is spoken to, and is no exchange
        apart(hear)
