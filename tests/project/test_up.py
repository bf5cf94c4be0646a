"""`hutong up`: starting, greeting, stopping, and refusing to start twice."""

import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network import demo
from tests.browser import wait_until
from tests.project.product import PATIENCE, SERVING, Product, is_saved, kill

pytestmark = pytest.mark.slow


def test_it_says_where_it_is_and_everybody_whom_it_names_can_sign_in(product: Product) -> None:
    said = product.said()
    assert f"http://127.0.0.1:{product.port}\n" in said
    assert f"\nData: {product.data}. Ctrl-C stops everything." in said
    for username, password, who in demo.SIGN_INS:
        assert f"  {username:<10} {password}   {who}\n" in said
        with product.client(username) as client:
            assert client.get("/", follow_redirects=True).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_asks_it_to_end_ends_all_of_it(number: signal.Signals, product: Product) -> None:
    wait_until(lambda: len(product.processes()) == SERVING)
    assert product.stop(number) == 0
    assert (product.processes(), product.database_processes()) == ([], [])
    for port in (product.port, product.port + 1):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))


def test_a_terminal_that_is_gone_does_not_matter_under_nohup(product: Product) -> None:
    product.stop()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    product.start()
    signal.signal(signal.SIGHUP, before)
    product.process.send_signal(signal.SIGHUP)
    with product.client() as client:
        assert client.get("/operator/").status_code == 302


def test_what_was_saved_and_who_was_signed_in_survive_a_restart(product: Product) -> None:
    sheet_id = new_id()
    with product.client() as client:
        assert is_saved(client, sheet_id, "重启之前的一份")
        product.stop()
        product.start()
        again = client.get(f"/operator/?sheet={sheet_id}", follow_redirects=True)
    assert "这一份已经登记" in again.text


def test_a_second_one_on_the_same_folder_is_refused(product: Product) -> None:
    second = Product(product.data)
    second.data = product.data.with_name("second")  # of its own is only the record of what it says
    said = second.start()
    assert (second.process.returncode, said) == (
        1, f"hutong: Hutong is already running on {product.data}. Stop it first, or set HUTONG_DATA to another folder.\n",
    )  # fmt: skip


@pytest.mark.parametrize("place", [0, 1], ids=["of the pages", "of the live stream"])
def test_a_port_that_is_taken_is_told_before_anything_starts(place: int, folder: Path) -> None:
    product = Product(folder / "taken")
    with socket.create_server(("127.0.0.1", product.port + place)):
        said = product.start()
    assert product.process.returncode == 1
    assert said.startswith(f"hutong: Port {product.port + place} cannot be used ([Errno 98] Address already in use). Choose another with")
    assert not (product.data / "postgres").exists()


def test_behind_a_proxy_the_pages_and_the_stream_have_one_https_address(product: Product) -> None:
    product.stop()
    plain = product.environment
    product.environment = {**plain, "HUTONG_HOSTS": "hotline.example", "HUTONG_HTTPS": "1"}
    product.start()
    told = {
        "Host": "hotline.example",
        "X-Forwarded-Proto": "https",
        "Origin": "https://hotline.example",
        "Referer": "https://hotline.example/",
    }
    with httpx.Client(base_url=product.origin, headers=told) as browser:
        page = browser.get("/account/sign-in")
        cookies = {name: value for name, value in browser.cookies.items() if "csrf" in name}
        token = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        typed = {"username": "jiexian", "password": demo.PASSWORD, "csrfmiddlewaretoken": next(iter(cookies.values()))}
        answer = browser.post("/account/sign-in", headers=token, data=typed)
    product.stop()
    product.environment = plain
    assert "connect-src 'self';" in page.headers["Content-Security-Policy"]
    assert answer.status_code == 302
    assert all("; Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))


def test_a_start_that_is_killed_at_any_moment_is_simply_done_again(product: Product, folder: Path) -> None:
    often = Product(folder / "often")
    for reached in MOMENTS:
        often.launch()
        wait_until(lambda reached=reached: reached(often), PATIENCE)
        kill(often.process.pid)
    often.start()
    assert installed_rows(often) == installed_rows(product)
    assert often.stop() == 0


# From an empty folder on: the database is being made, the tables, the reference data, the demo network.
MOMENTS: list[Callable[[Product], bool]] = [
    lambda product: (product.data / "postgres.new" / "base").exists(),
    lambda product: "Roles" in product.said(),
    lambda product: "Migrations" in product.said(),
    lambda product: "Reference data" in product.said(),
]


COUNTS = """SELECT (SELECT count(*) FROM django_migrations), (SELECT count(*) FROM network_division),
    (SELECT count(*) FROM clocks_calendar_day), (SELECT count(*) FROM rulebook_limit),
    (SELECT count(*) FROM network_office), (SELECT count(*) FROM network_post)"""


def installed_rows(product: Product) -> object:
    """How many rows a new installation has of everything."""
    with product.sql() as connection:
        return connection.execute(COUNTS).fetchone()
