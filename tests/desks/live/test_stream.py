"""What is announced reaches those who may hear it, and nobody else."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from hutong.hotline.cases.actions import recusing
from hutong.hotline.kernel.live import tell
from hutong.hotline.network import sessions
from hutong.project import database
from tests import cast, loop
from tests.browser import Servers, wait_until
from tests.conftest import CLUSTER

pytestmark = pytest.mark.usefixtures("committed")
PATIENCE = httpx.Timeout(10)


def cookie(username: str) -> str:
    """The session of a member of the cast in their post."""
    client = Client()
    client.force_login(cast.post(username).staff)
    session = client.session
    session["post"] = str(cast.post(username).pk)
    session.save()
    return str(session.session_key)


@contextmanager
def stream(username: str, *topics: str, **query: str) -> Iterator[Iterator[str]]:
    """The lines of a person's stream, from the moment when it is open."""
    address = f"{settings.LIVE_URL}/live/stream"
    with httpx.stream(
        "GET", address, params={"topics": ",".join(topics), **query}, cookies={"sessionid": cookie(username)}, timeout=PATIENCE
    ) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        yield lines


def first(lines: Iterator[str]) -> str:
    """The first message."""
    return next(line for line in lines if line.startswith(("data: ", "event: ")))


def office(code: str) -> str:
    return f"office:{cast.office(code).pk}"


def test_an_office_hears_of_its_own_and_not_of_another(servers: Servers) -> None:
    with stream("wang", office("lianhu"), office("changan")) as lines:
        tell(office("changan"))
        tell(office("lianhu"))

        assert first(lines) == f"data: {office('lianhu')}"


def test_a_stream_ends_with_its_session_and_not_with_another(servers: Servers) -> None:
    with stream("wang", office("lianhu")) as lines, stream("ma", office("lianhu")) as other:
        sessions.end_all(cast.post("wang").staff, by=None, at=timezone.now(), why="left")
        assert [line for line in lines if line.startswith("data")] == []  # reads to the end

        tell(office("lianhu"))
        assert first(other) == f"data: {office('lianhu')}"


def test_a_case_is_heard_by_those_on_it_and_by_nobody_else(servers: Servers) -> None:
    case = loop.opened()
    topic = f"case:{case.pk}"
    with stream("zhou", topic) as centre, stream("fang", topic, office("qishan")) as stranger:
        tell(topic)
        tell(office("qishan"))

        assert first(centre) == f"data: {topic}"
        assert first(stranger) == f"data: {office('qishan')}"


def test_a_stream_ends_where_the_case_that_is_told_of_may_not_be_heard_any_more(servers: Servers) -> None:
    """The page opens another, by which it hears what it still may; whoever keeps the old one open hears nothing."""
    case = loop.opened()
    topic, office_topic = f"case:{case.pk}", office("xian")
    with stream("zhou", topic, office_topic) as kept_away, stream("lu", topic) as another:
        recusing.recuse(case.pk, staff=cast.post("zhou").staff, by=cast.post("lu"), at=loop.START, seen=None, text="亲属")
        assert [line for line in kept_away if line.startswith("data")] == []  # reads to the end
        assert first(another) == f"data: {topic}"
    with stream("zhou", topic, office_topic) as anew:
        tell(topic)
        tell(office_topic)
        assert first(anew) == f"data: {office_topic}"


def test_what_happened_while_the_page_was_on_its_way_is_told_at_once(servers: Servers) -> None:
    with stream("wang", office("lianhu")) as lines:
        drawn = time.time()
        tell(office("lianhu"))
        first(lines)

        with stream("wang", office("lianhu"), since=str(drawn)) as late:
            assert f"data: {office('lianhu')}" in late  # reads until it comes


def test_a_page_that_was_drawn_long_ago_asks_for_everything(servers: Servers) -> None:
    with stream("wang", office("lianhu"), since=str(time.time() - 3600)) as lines:
        assert first(lines) == "event: all"


def test_after_the_database_was_away_everything_is_asked_again(servers: Servers) -> None:
    with stream("wang", office("lianhu")) as lines:
        with psycopg.connect(os.environ.get("DATABASE_URL") or database.start_embedded(CLUSTER), dbname="postgres") as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hutong live'")

        assert first(lines) == "event: all"
        tell(office("lianhu"))
        assert first(lines) == f"data: {office('lianhu')}"


def test_no_connection_is_held_for_a_stream(servers: Servers) -> None:
    others = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""

    def count() -> int:
        cursor.execute(others)
        return int(cursor.fetchone()[0])

    with connection.cursor() as cursor, stream("wang", office("lianhu")):
        with_one = count()
        with stream("xu", office("xian")), stream("zhou", office("xian")):
            wait_until(lambda: count() <= with_one)  # a connection that was closed takes a moment to be gone


@pytest.mark.parametrize("topic", ["", "case:", "office:x", "case:01890a5d-ac96-774b-bcce-b302099a8057", "staff:1", "office:*"])
def test_odd_topics_open_a_silent_stream(servers: Servers, topic: str) -> None:
    with stream("wang", topic, office("lianhu")) as lines:
        tell(topic)
        tell(office("lianhu"))

        assert first(lines) == f"data: {office('lianhu')}"


def test_nobody_hears_without_signing_in(servers: Servers) -> None:
    address = f"{settings.LIVE_URL}/live/stream"
    assert httpx.get(address, params={"topics": office("lianhu")}, timeout=PATIENCE).status_code == 401
    assert httpx.get(address, cookies={"sessionid": "made-up"}, timeout=PATIENCE).status_code == 401


def test_another_site_hears_nothing(servers: Servers) -> None:
    headers = {"Origin": "https://example.org"}
    answer = httpx.get(f"{settings.LIVE_URL}/live/stream", headers=headers, cookies={"sessionid": cookie("wang")}, timeout=PATIENCE)

    assert answer.status_code == 403
    assert answer.headers["access-control-allow-origin"] == servers.origin


def test_there_is_nothing_else_on_this_process(servers: Servers) -> None:
    assert httpx.get(f"{settings.LIVE_URL}/", timeout=PATIENCE).status_code == 404
    assert httpx.post(f"{settings.LIVE_URL}/live/stream", timeout=PATIENCE).status_code == 404


def test_an_announcement_is_a_name_and_nothing_more(servers: Servers) -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN hutong")
        tell("case:1", "case:1", "office:2")
        heard = [json.loads(note.payload) for note in connection.connection.notifies(timeout=5, stop_after=2)]

    assert heard == [{"topic": "case:1"}, {"topic": "office:2"}]
