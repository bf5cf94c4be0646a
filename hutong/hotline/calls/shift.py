"""What a shift lead sees of the telephone: who asks for help, who talks, who waits, who sits there."""

from django.db.models import Exists, OuterRef, QuerySet

from hutong.hotline.calls import queries
from hutong.hotline.calls.models import Asked, Call, CallEvent, CallState, Leg, Seat, SeatState
from hutong.hotline.network.models import Office


def calls(centre: Office) -> list[Call]:
    """The calls that go on, in the order in which they need a look: those that ask for help (`wants_help`), then talks, then who waits."""
    helped = Leg.objects.filter(call=OuterRef("call"), role__in=queries.MONITORS, joined_at__gt=OuterRef("at"))
    asking = CallEvent.objects.filter(~Exists(helped), call=OuterRef("pk"), action=Asked.HELP)
    rows = queries.open_calls(centre).annotate(wants_help=Exists(asking)).prefetch_related("legs__post__staff")
    order = {CallState.TALKING: 0, CallState.RINGING: 1, CallState.QUEUED: 2, CallState.GREETING: 3}
    return sorted(rows, key=lambda call: (not call.wants_help, order[CallState(call.state)]))


def seats(centre: Office) -> QuerySet[Seat]:
    """Who sits at the telephone, with since when they do what."""
    return queries.seats_of(centre).exclude(state=SeatState.AWAY)
