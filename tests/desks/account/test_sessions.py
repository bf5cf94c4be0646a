"""A session: it locks where nobody sits, ends at its time, and ends everywhere at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions, resetting, sessions
from hutong.hotline.network.models import Role, Session
from tests import cast, talks
from tests.clients import code, fresh_code, signed_in

pytestmark = pytest.mark.django_db


def left_for(client: Client, **since: Any) -> Session:
    """Nobody did anything in it for so long."""
    rows = Session.objects.filter(pk=client.session["sign_in"])
    at = timezone.now() - timedelta(**since)
    rows.update(seen_at=at, proved_at=at)
    return rows.get()


def proof(**more: str) -> dict[str, str]:
    return {"proof": "GET", "proof-password": cast.PASSWORD, "proof-code": fresh_code("xu"), **more}


def test_a_shared_desk_locks_after_a_quarter_of_an_hour_and_an_office_after_an_hour() -> None:
    xu, wang = signed_in("xu"), signed_in("wang")
    for client, minutes, address in ((xu, 15, "/account/security"), (wang, 60, "/account/security")):
        left_for(client, minutes=minutes, seconds=-5)
        assert client.get(address).status_code == 200
        left_for(client, minutes=minutes)
        assert client.get(address).status_code == 401
        assert client.get(address, headers={"HX-Request": "true"}).status_code == 401


def test_who_was_seen_at_a_moment_that_has_not_come_is_asked() -> None:
    """By a clock that was ahead, and is right again: else the seat would stay open as long as it was."""
    client = signed_in("xu")
    left_for(client, hours=-3)
    assert client.get("/account/security").status_code == 401


def test_a_board_that_renews_itself_keeps_no_seat() -> None:
    client = signed_in("xu")
    before = left_for(client, minutes=10).seen_at

    client.get("/notices/alerts", headers={"HX-Request": "true"})
    client.post("/phone/alive")
    client.get("/account/left")
    assert Session.objects.get().seen_at == before
    client.get("/operator/")
    assert Session.objects.get().seen_at > before


def test_the_lock_opens_with_both_proofs_and_leads_back() -> None:
    code("xu")
    client = signed_in("xu")
    left_for(client, minutes=20)
    key = client.session.session_key

    assert client.post("/operator/?a=1", proof(**{"proof-code": "000000"})).status_code == 401
    answer = client.post("/operator/?a=1", proof())

    assert (answer.status_code, answer["Location"]) == (302, "/operator/?a=1")
    assert client.get("/account/security").status_code == 200
    assert client.session.session_key != key


def test_what_was_sent_to_a_locked_seat_comes_along_and_is_done() -> None:
    code("xu")
    client = signed_in("xu")
    left_for(client, minutes=20)

    page = client.post("/account/post", {"post": str(cast.post("xu").pk), "next": "/phone/"})
    assert page.status_code == 401
    assert ("next", "/phone/") in page.context["kept"]
    answer = client.post("/account/post", {**dict(page.context["kept"]), **proof(proof="POST")})

    assert answer["Location"] == "/phone/"


def test_the_phone_goes_on_while_the_desk_is_locked() -> None:
    client = signed_in("xu")
    left_for(client, minutes=20)

    assert client.get("/phone/now", headers={"HX-Request": "true"}).status_code == 200
    assert client.post("/phone/alive").status_code == 204
    assert client.get("/phone/").status_code == 401
    assert client.get("/account/left").json() == {"seconds": 0}


def test_nobody_listens_to_a_talk_from_a_desk_that_is_locked() -> None:
    talk, client = talks.a_call(ended=False), signed_in("lu")
    left_for(client, minutes=20)
    for asked, status in {"listen": 401, "take_over": 401, "hang_up": 422}.items():
        assert client.post(f"/phone/calls/{talk.pk}/{asked}", headers={"HX-Request": "true"}).status_code == status


def test_it_ends_after_twelve_hours_whatever_was_done_and_a_wall_after_thirty_days() -> None:
    row = Session.objects.get(pk=signed_in("xu").session["sign_in"])

    def runs(**later: int) -> bool:
        return sessions.running(str(row.pk), at=row.begun_at + timedelta(**later)) is not None

    assert runs(hours=11, minutes=59)
    assert not runs(hours=12)
    sessions.become_wall(row, by=cast.post("xu"), at=timezone.now())
    assert runs(days=29)
    assert not runs(days=30)


DEEDS = {
    "left": lambda staff, by, at: actions.deactivate_staff(staff=staff, by=by, at=at),
    "posts": lambda staff, by, at: actions.give_post(
        staff=staff, office=cast.office("xian"), role=Role.SHIFT_LEAD, valid_from=at.date(), by=by, at=at
    ),
    "ended post": lambda staff, by, at: actions.end_post(post=cast.post("xu"), on=at.date(), by=by, at=at),
    "password": lambda staff, by, at: resetting.set_password(staff=staff, by=by, at=at),
    "administrator": lambda staff, by, at: resetting.end_sessions(staff=staff, by=by, at=at),
}


@pytest.mark.parametrize("why", DEEDS)
def test_all_end_at_the_next_request_when(why: str) -> None:
    one, two, another = signed_in("xu"), signed_in("xu"), signed_in("he")
    ning = cast.post("ning")

    DEEDS[why](cast.post("xu").staff, ning, timezone.now())

    for client in (one, two):
        assert client.get("/operator/")["Location"] == "/account/sign-in?next=/operator/"
    assert another.get("/account/security").status_code == 200
    lines = AuditEntry.objects.filter(verb="session_ended", subject_id=cast.post("he").staff_id)
    assert not lines.exists()
    assert AuditEntry.objects.filter(verb="session_ended").count() == 2


def test_ones_own_are_listed_and_ended_one_by_one_or_all() -> None:
    here, there, third = (signed_in("xu") for _time in range(3))
    assert len(here.get("/account/security").context["sessions"]) == 3

    here.post(reverse("account:end_session", args=[there.session["sign_in"]]))
    assert there.get("/operator/").status_code == 302
    assert third.get("/account/security").status_code == 200
    here.post(reverse("account:end_session", args=[signed_in("he").session["sign_in"]]))
    here.post("/account/sessions/end")

    assert third.get("/operator/").status_code == 302
    assert here.get("/account/security").status_code == 200
    assert Session.objects.filter(staff=cast.post("he").staff, ended_at=None).exists()


def test_a_wall_reads_its_board_and_nothing_else_for_weeks() -> None:
    client = signed_in("lu")
    client.post("/account/wall", {"next": "/shift/"})
    left_for(client, days=20)

    board = client.get("/shift/")
    assert board.status_code == 200
    assert "shift/wall.html" in [template.name for template in board.templates]
    for address in ("/operator/", "/shift/list?what=waiting", "/account/security", "/cases/work"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("change", ["ended_at = NULL, ended_why = ''", "seen_at = now()"])
def test_what_ended_stays_ended_whoever_writes(change: str) -> None:
    client = signed_in("xu")
    client.post("/account/sign-out")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE network_session SET {change}")  # noqa: S608 constants


def test_no_session_is_removed() -> None:
    signed_in("xu")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Session.objects.all().delete()
