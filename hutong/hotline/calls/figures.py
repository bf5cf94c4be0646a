"""What a wall shows of a centre's telephone: who waits, and how the calls of the last 24 hours went, by way in and by mode."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q
from django.utils.functional import Promise

from hutong.hotline.calls.models import Call, CallState, Direction, EndedHow, Mode
from hutong.hotline.calls.rules import ANSWERED_TARGET, ANSWERED_WITHIN, CONNECTED_TARGET
from hutong.hotline.network.models import Office

OVER = timedelta(hours=24)


@dataclass(frozen=True)
class Went:
    """How calls went that asked for a person: all that were answered or given up, and of those that still wait the ones past 15 seconds."""

    name: str | Promise = ""
    asked: int = 0
    connected: int = 0
    in_time: int = 0
    abandoned: int = 0

    @property
    def connected_share(self) -> int | None:
        """接通率, in whole per cent, rounded down."""
        return 100 * self.connected // self.asked if self.asked else None

    @property
    def in_time_share(self) -> int | None:
        """15 秒接通率, in whole per cent, rounded down."""
        return 100 * self.in_time // self.asked if self.asked else None

    @property
    def is_late(self) -> bool:
        """Whether fewer were answered within 15 seconds than should be."""
        return self.in_time_share is not None and self.in_time_share < ANSWERED_TARGET

    @property
    def is_short(self) -> bool:
        """Whether fewer were connected than should be."""
        return self.connected_share is not None and self.connected_share < CONNECTED_TARGET

    def __add__(self, other: "Went") -> "Went":
        return Went(
            self.name, self.asked + other.asked, self.connected + other.connected, self.in_time + other.in_time,
            self.abandoned + other.abandoned,
        )  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What waits now, and how it went: in all, by way in, by mode."""

    waiting: int
    longest: datetime | None
    went: Went
    lines: list[Went]
    modes: list[Went]


def figures(centre: Office, *, at: datetime) -> Figures:
    """The figures of a centre."""
    calls = Call.objects.filter(direction=Direction.IN, centre=centre)
    queued = calls.filter(state__in=[CallState.QUEUED, CallState.RINGING]).aggregate(many=Count("pk"), since=Min("queued_at"))
    lines: list[Went] = []
    modes: dict[str, Went] = {}
    asked = Q(queued_at__isnull=False) & (Q(state=CallState.ENDED) | Q(answered_at__isnull=False) | Q(queued_at__lte=at - ANSWERED_WITHIN))
    rows = calls.filter(asked, arrived_at__gt=at - OVER).values("line__name", "line__mode").annotate(
        asked=Count("pk"),
        connected=Count("pk", filter=Q(answered_at__isnull=False)),
        in_time=Count("pk", filter=Q(answered_at__lte=F("queued_at") + ANSWERED_WITHIN)),
        abandoned=Count("pk", filter=Q(ended_how=EndedHow.ABANDONED)),
    )  # fmt: skip
    for row in rows.order_by("line__mode", "line__name"):
        name, mode = row.pop("line__name"), row.pop("line__mode")
        lines.append(Went(name, **row))
        modes[mode] = modes.get(mode, Went(Mode(mode).label)) + lines[-1]
    return Figures(queued["many"], queued["since"], _all(lines), lines, list(modes.values()))


def _all(rows: Iterable[Went]) -> Went:
    return sum(rows, Went())
