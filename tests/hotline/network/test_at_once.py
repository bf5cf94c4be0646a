"""Two administrators at the same moment, on two connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import psycopg
import pytest
from django.db import connection

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import actions
from hutong.hotline.network.models import Division
from hutong.project.database import Addresses
from tests import cast
from tests.browser import wait_until
from tests.network import AT, TODAY

pytestmark = pytest.mark.usefixtures("network_put_back")


def outcome(deed: Callable[[], object]) -> str:
    """The code of a refusal, "done" where there was none."""
    try:
        deed()
    except Refusal as refusal:
        return refusal.reason.code
    else:
        return "done"
    finally:
        connection.close()


def somebody_waits(watch: psycopg.Connection) -> bool:
    """Whether a transaction of this database waits for a row of another's."""
    return watch.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)").fetchone() == (True,)


def test_a_change_that_commits_while_another_waits_is_not_overwritten(committed: Addresses) -> None:
    seen, gao = cast.office("lianhu"), cast.post("gao")

    def rename() -> None:
        actions.change_office(office=seen, name="新名", division=seen.division, parent=seen.parent, phone="", by=gao, at=AT)

    with (
        ThreadPoolExecutor() as pool,
        psycopg.connect(committed.owner, autocommit=True) as watch,
        psycopg.connect(committed.owner) as first,
    ):
        first.execute("UPDATE network_office SET phone = '12349' WHERE code = 'lianhu'")
        second = pool.submit(outcome, rename)
        wait_until(lambda: somebody_waits(watch))
        first.commit()
        assert second.result() == "stale"

    assert (cast.office("lianhu").name, cast.office("lianhu").phone) == ("莲湖区民政局", "12349")


def test_two_divisions_do_not_merge_into_one_another(committed: Addresses) -> None:
    begin, gao = Barrier(2), cast.post("gao")

    def merge(*codes: str) -> None:
        division, successor = (Division.objects.get(pk=code) for code in codes)
        begin.wait()
        actions.end_division(division=division, successor=successor, on=TODAY, by=gao, at=AT)

    with ThreadPoolExecutor() as pool:
        both = [pool.submit(outcome, partial(merge, *codes)) for codes in (("610122", "610124"), ("610124", "610122"))]

    assert sorted(each.result() for each in both) == ["done", "stale"]
    assert Division.objects.filter(pk__in=("610122", "610124"), valid_to=None).count() == 1
