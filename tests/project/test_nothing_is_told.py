"""The whole product at work on a marked report, with a database that logs every statement and then refuses a row: nothing tells of it."""

from collections.abc import Iterator

import pytest

from hutong.hotline.kernel.ids import new_id
from tests.abuse.marked import CHILD, HOUSE, IDENTITY, PHONE, REPORTER, SCHOOL, TOLD, found
from tests.browser import wait_until
from tests.desks.operator.sheets import child, typed
from tests.project.product import Product, form

pytestmark = pytest.mark.slow


@pytest.fixture
def talkative(product: Product) -> Iterator[None]:
    """The database logs every statement; afterwards it takes every row again."""
    with product.sql() as admin:
        admin.execute("ALTER SYSTEM SET log_min_duration_statement = 0")
        admin.execute("SELECT pg_reload_conf()")
        yield
        admin.execute("ALTER TABLE contacts_contact DROP CONSTRAINT IF EXISTS broken")
        admin.execute("ALTER SYSTEM RESET log_min_duration_statement")
        admin.execute("SELECT pg_reload_conf()")


@pytest.mark.usefixtures("talkative")
def test_neither_the_terminal_nor_the_log_of_the_database(product: Product) -> None:
    log = product.data / "postgres" / "log"
    sheet = typed(
        narrative=TOLD, place="西安市莲湖区", place_text=HOUSE, is_anonymous="no", name=REPORTER, phone=PHONE, id_number=IDENTITY,
        end="case_opened",
    ) | child(name=CHILD, id_number=IDENTITY, age="", school=SCHOOL)  # fmt: skip
    with product.client() as client:
        assert client.post(f"/operator/?sheet={new_id()}", data=form(client, **sheet)).status_code == 302
        sought = client.post("/cases/search", data=form(client, q=TOLD), headers={"Referer": product.origin})
        assert found([sought.headers["location"]]) == set()
        assert "找到 1 件" in client.get(sought.headers["location"]).text
        with product.sql() as admin:
            admin.execute("ALTER TABLE contacts_contact ADD CONSTRAINT broken CHECK (narrative = '') NOT VALID")
        broken = client.post(f"/operator/?sheet={new_id()}", data=form(client, **sheet))
    assert (broken.status_code, found([broken.text])) == (500, set())
    wait_until(lambda: "constraint_name=broken" in product.said())
    wait_until(lambda: 'violates check constraint "broken"' in log.read_text(errors="replace"))
    assert "duration:" in log.read_text(errors="replace")
    assert found([product.said(), log.read_text(errors="replace")]) == set()
