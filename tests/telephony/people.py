"""What people do at the site: sit down, ask something of a call; and questions to the rows."""

from typing import Any

from django.utils import timezone

from hutong.hotline.calls.actions import asking, seats
from hutong.hotline.calls.models import Call, Leg, Seat, Wish
from hutong.hotline.network.models import Post
from tests.browser import wait_until
from tests.cast import post
from tests.telephony.site import PATIENCE, Site


def sits(site: Site, username: str, **more: Any) -> Any:
    """Somebody sits down at a telephone and is ready."""
    signed_in = seats.open_window(post(username), at=timezone.now())
    wait_until(lambda: signed_in.user in [each["resource"] for each in site.ask("/endpoints")], PATIENCE)
    desk = site.desk(signed_in.user, signed_in.password, **more)
    seats.ready(post(username), at=timezone.now())
    return desk


def until(**facts: Any) -> Call:
    """The one call of which this holds, as soon as it does."""
    wait_until(lambda: Call.objects.filter(**facts).exists(), PATIENCE)
    return Call.objects.select_related("line", "operator", "call_back").get(**facts)


def until_seat(username: str, **facts: Any) -> Seat:
    """Somebody's seat, as soon as this holds of it."""
    wait_until(lambda: Seat.objects.filter(post=post(username), **facts).exists(), PATIENCE)
    return Seat.objects.get(post=post(username))


def asks(username: str, call: Call, wanted: str, **more: Any) -> Wish:
    """Somebody asks something of a call, and it is carried out."""
    wish = asking.ask(call.pk, wanted, by=post(username), at=timezone.now(), **more)
    wait_until(lambda: not Wish.objects.filter(pk=wish.pk, done_at=None, fault="").exists(), PATIENCE)
    wish.refresh_from_db()
    assert not wish.fault, wish.fault
    return wish


def line_of(who: Post | str, call: Call) -> str:
    """The channel of somebody who is in a call, as soon as they are."""
    whom = {"post": post(who)} if isinstance(who, str) and not who.isdigit() else {"role": "outside"}  # who was added by number
    there = Leg.objects.filter(call=call, left_at=None, joined_at__isnull=False, **whom)
    wait_until(there.exists, PATIENCE)
    return str(there.get().channel)


def story(call: Call) -> list[str]:
    """What happened to a call, in order."""
    return list(call.events.order_by("at", "pk").values_list("action", flat=True))
