"""Whatever is killed while people write: nothing that was answered as saved is lost, nothing is there twice, and the service comes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from hutong.hotline.kernel.ids import new_id
from tests.browser import wait_until
from tests.desks.operator.sheets import WORDS, typed
from tests.project.product import PATIENCE, Product, Writer, form, kill

pytestmark = pytest.mark.slow

VICTIMS: dict[str, Callable[[Product], list[int]]] = {
    "the process that leads the pages": lambda product: [product.leader("web")],
    "a process that answers for pages": lambda product: [product.web_workers()[0]],
    "all that answer for pages": lambda product: [product.leader("web"), *product.web_workers()],
    "the live stream": lambda product: [product.leader("live")],
    "the worker": lambda product: [product.leader("worker")],
    "the sender": lambda product: [product.leader("sender")],
    "a process of the database": lambda product: [product.backends("web")[0]],
    "the database's first process": lambda product: [product.postmaster()],
    "the whole database": lambda product: product.database_processes(),
}


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_process_comes_back_by_itself_and_nothing_saved_is_lost(victim: str, product: Product) -> None:
    writer = Writer(product)
    with writer.writing():
        kill(*VICTIMS[victim](product))
        writer.save_more()
    assert writer.stored() == writer.saved


def test_after_the_runner_was_killed_the_next_start_just_works(product: Product) -> None:
    writer = Writer(product)
    with writer.writing():
        kill(product.process.pid)
        product.start()
        writer.save_more()
    assert writer.stored() == writer.saved


def test_after_everything_was_killed_at_once_the_next_start_just_works(product: Product) -> None:
    writer = Writer(product)
    with writer.writing():
        kill(product.process.pid, *product.processes(), *product.database_processes())
        product.start()
        writer.save_more()
    assert writer.stored() == writer.saved


def test_every_process_finds_the_database_again_and_none_has_to_be_started_for_it(product: Product) -> None:
    names = ("web", "live", "worker", "sender")
    before = [product.leader(name) for name in names]
    with product.client() as client, listening(product, client) as lines:
        assert next(lines) != ""
        kill(product.postmaster())
        wait_until(lambda: client.get("/operator/").status_code == 302, PATIENCE)
        wait_until(lambda: all(product.backends(name) for name in names), PATIENCE)
    assert [product.leader(name) for name in names] == before


@contextmanager
def listening(product: Product, client: httpx.Client) -> Iterator[Iterator[str]]:
    """The lines of the live stream, as an open page hears them."""
    address = f"http://127.0.0.1:{product.port + 1}/live/stream"
    with client.stream("GET", address, timeout=PATIENCE) as answer:
        yield answer.iter_lines()


def test_what_was_typed_is_on_the_desk_again_after_the_pages_were_killed(product: Product) -> None:
    draft_id = new_id()
    with product.client() as client:
        kept = client.post(f"/operator/draft/{draft_id}", data=form(client, **typed(narrative=WORDS)))
    kill(product.leader("web"), *product.web_workers())
    with product.client() as client:
        page = client.get("/operator/", follow_redirects=True)
    assert (kept.status_code, page.url.params["sheet"]) == (204, str(draft_id))
    assert f"{WORDS}</textarea>" in page.text
