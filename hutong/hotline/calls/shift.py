"""What a shift lead sees of the telephone: who asks for help, who talks, who waits, who sits there."""

from django.db.models import Case, Exists, OuterRef, QuerySet, When

from hutong.hotline.calls import queries
from hutong.hotline.calls.models import Asked, Call, CallEvent, CallState, Leg, Seat, SeatState
from hutong.hotline.network.models import Office, Post

ORDER = (CallState.TALKING, CallState.RINGING, CallState.QUEUED, CallState.GREETING)


def calls(post: Post) -> QuerySet[Call]:
    """The calls that go on, in the order in which they need a look: those that ask for help (`wants_help`), then talks, then who waits."""
    helped = Leg.objects.filter(call=OuterRef("call"), role__in=queries.MONITORS, joined_at__gt=OuterRef("at"))
    asking = CallEvent.objects.filter(~Exists(helped), call=OuterRef("pk"), action=Asked.HELP)
    order = Case(*(When(state=state, then=place) for place, state in enumerate(ORDER)))
    rows = queries.open_calls(post).annotate(wants_help=Exists(asking)).prefetch_related("legs__post__staff")
    return rows.order_by("-wants_help", order, *rows.query.order_by)


def seats(centre: Office) -> QuerySet[Seat]:
    """Who sits at the telephone, with since when they do what."""
    return queries.seats_of(centre).exclude(state=SeatState.AWAY)
