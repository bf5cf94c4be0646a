"""Whoever left, moved or was signed out is out at the next request, everywhere, and their live streams end."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.utils import timezone

from hutong.desks.live.doors import heard_by
from hutong.hotline.calls import queries
from hutong.hotline.calls.actions import ringing, seats
from hutong.hotline.calls.models import Seat
from hutong.hotline.network import actions, resetting
from hutong.hotline.network.models import Post, Role, Session, Staff
from tests import cast
from tests.abuse.attack import attack, patched
from tests.clients import signed_in
from tests.desks.phone.playing import call_in, open_line
from tests.network import network_put_back

__all__ = ["network_put_back"]

Deed = Callable[[Staff, Post, datetime], object]


def moves(staff: Staff, by: Post, at: datetime) -> None:
    actions.give_post(staff=staff, office=cast.office("lianhu"), role=Role.CASE_WORKER, valid_from=date(2026, 1, 1), by=by, at=at)


DEEDS: dict[str, Deed] = {
    "leaves": lambda staff, by, at: actions.deactivate_staff(staff=staff, by=by, at=at),
    "moves": moves,
    "gives up the post": lambda staff, by, at: actions.end_post(post=staff.posts.get(), on=at.date(), by=by, at=at),
    "gets a new password": lambda staff, by, at: resetting.set_password(staff=staff, by=by, at=at),
    "is signed out by an administrator": lambda staff, by, at: resetting.end_sessions(staff=staff, by=by, at=at),
}


def whatever_became_of_it(session_id: str, *, at: datetime) -> Session:
    """The row, ended or not."""
    session = Session.objects.select_related("staff").get(pk=session_id)
    session.told = []  # type: ignore[attr-defined]  # as the true one has it
    return session


@pytest.mark.parametrize("what", DEEDS)
@pytest.mark.usefixtures("network_put_back")
@attack(
    38,
    patched("hutong.hotline.network.sessions.running", whatever_became_of_it),
    patched("hutong.desks.standing.constant_time_compare", lambda *_given: True),
)
def test_who(what: str) -> None:
    browsers = [signed_in("xu") for _time in range(2)]
    keys = [str(client.session.session_key) for client in browsers]
    assert all(heard_by(key, []) for key in keys)

    DEEDS[what](cast.post("xu").staff, cast.post("ning"), timezone.now())

    for client in browsers:
        assert client.get("/account/security").status_code == 302
        assert not client.get("/account/security").wsgi_request.user.is_authenticated
    assert [heard_by(key, []) for key in keys] == [None, None]


@pytest.mark.parametrize("what", DEEDS)
@pytest.mark.usefixtures("network_put_back")
@attack(38, patched("hutong.hotline.calls.queries.in_place", lambda **_at: Seat.objects.all()))
def test_no_call_rings_in_a_phone_window_that_they_keep_open(what: str) -> None:
    """A browser of somebody's own need not close what it was told to close: it would go on hearing children."""
    at, xu = timezone.now(), cast.post("xu")
    seats.open_window(xu, at=at, session=Session.objects.get(pk=signed_in("xu").session["sign_in"]))
    seats.ready(xu, at=at)
    open_line()
    assert len(queries.open_windows()) == 1

    DEEDS[what](cast.post("xu").staff, cast.post("ning"), at)

    call_in()
    assert (ringing.distribute(at=timezone.now())[0], queries.open_windows()) == ([], [])
