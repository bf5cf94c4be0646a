"""Who there is for made-up cases to happen to: the staffed centres with their counties, and the rulebook and calendar in memory."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple

from django.utils import timezone

from hutong.hotline.cases.rules import OPEN, TIERS
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks import rules
from hutong.hotline.clocks.working import WorkingTime
from hutong.hotline.network.models import Division, Office, OfficeKind, Post, Role
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Limit
from hutong.project.trouble import Trouble

MARGIN = timedelta(days=30)
LARGER = {"6101": 10}  # Xi'an has so many times the cases of another centre


class Seat(NamedTuple):
    """A post, by the ids that rows name it with."""

    post: str
    staff: str
    office: str


@dataclass
class Body:
    """An office with its people and the offices below it."""

    id: str
    kind: str
    division: str
    parent: str
    below: "list[Body]" = field(default_factory=list)
    seats: dict[str, list[Seat]] = field(default_factory=lambda: defaultdict(list))

    def seat(self, dice: random.Random, *roles: str) -> Seat:
        """Somebody of this office in one of these roles; anybody where there is none."""
        found = [seat for role in roles for seat in self.seats.get(role, ())]
        return dice.choice(found or [seat for seats in self.seats.values() for seat in seats])

    def staffed(self, kind: str) -> "list[Body]":
        """The offices of a kind below it where somebody works."""
        return [body for body in self.below if body.kind == kind and body.seats]


@dataclass
class County:
    """A county bureau, the departments beside it, and where children live: codes and names."""

    bureau: Body
    departments: list[Body]
    places: list[tuple[str, str]]


@dataclass
class Centre:
    """A hotline centre and the counties below it."""

    desk: Body
    counties: list[County]


class World:
    """The network, the limits and the working time of one database, read once."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.bodies = _bodies()
        self.centres = list(self._centres())
        if not self.centres:
            raise Trouble("No hotline centre here has an operator, a coordinator and a staffed county. Load the demo network: hutong demo.")
        self.weights = [LARGER.get(centre.desk.division, 1) for centre in self.centres]
        self.time = WorkingTime(since - MARGIN, until, calendar=clocks.calendar(since=since.date()), windows=clocks.windows(Office()))
        self.limits = dict(self._limits(since))  # now: once the keys of the tables stand aside, nobody reads any

    def _centres(self) -> "list[Centre]":
        desks = [body for body in self.bodies.values() if body.kind == OfficeKind.HOTLINE_CENTRE]
        able = [desk for desk in desks if desk.seats[Role.OPERATOR] and desk.seats[Role.COORDINATOR]]
        centres = [Centre(desk, [_county(bureau) for bureau in desk.staffed(OfficeKind.COUNTY_BUREAU)]) for desk in able]
        return [centre for centre in centres if centre.counties]

    def _limits(self, since: datetime) -> "Iterator[tuple[tuple[str, str, str], Limit]]":
        """For every centre the limits that hold there since before the first case."""
        for centre, tier, step in product(self.centres, TIERS, OPEN):
            code = centre.desk.division
            yield (tier, step, code), rulebook.limit_for(tier=tier, step=step, division_code=code, at=since)

    def limit(self, tier: str, step: str, division: str) -> Limit:
        """The limit of a step in a centre."""
        return self.limits[tier, step, division]

    def due(self, started: datetime, amount: int, unit: str) -> datetime:
        """When so much time has passed."""
        return self.time.due(started, amount, unit)

    def is_provisional(self, due: datetime, limit: Limit) -> bool:
        """Whether a deadline may still change, for want of a year's holidays."""
        return self.time.is_provisional(due, limit.unit)

    def alarms(self, started: datetime, due: datetime, limit: Limit) -> list[tuple[int, datetime]]:
        """The warnings of a deadline, and its end."""
        return [*self.time.alarms(started, due, limit.unit, limit.warn_at), (rules.MISSED, due)]

    def low_at(self, started: datetime, due: datetime, limit: Limit) -> datetime:
        """When less than a fifth of the time is left."""
        return self.time.alarms(started, due, limit.unit, [rules.LOW])[0][1]


def _county(bureau: Body) -> County:
    places = Division.objects.filter(code__startswith=bureau.division, valid_to=None, is_placeholder=False).order_by("code")
    return County(bureau, bureau.staffed(OfficeKind.DEPARTMENT), list(places.values_list("code", "full_name")))


def _bodies() -> dict[str, Body]:
    """All offices that stand, with those who work in them, always in the same order."""
    rows = Office.objects.filter(valid_to=None).order_by("code").values_list("pk", "kind", "division_id", "parent_id")
    bodies = {pk.hex: Body(pk.hex, kind, division or "", parent.hex if parent else "") for pk, kind, division, parent in rows}
    for body in bodies.values():
        if body.parent in bodies:
            bodies[body.parent].below.append(body)
    held = Post.objects.filter(valid_to=None, valid_from__lte=timezone.localdate(), office__valid_to=None)
    for post, staff, office, role in held.order_by("staff__username", "role").values_list("pk", "staff_id", "office_id", "role"):
        bodies[office.hex].seats[role].append(Seat(post.hex, staff.hex, office.hex))
    return bodies
