"""Who acts in the demo: the people of the offices around a case, those first for whom the stage table says that others wait."""

import random
from collections.abc import Container, Iterator
from datetime import date
from functools import cache
from uuid import UUID

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Role

AWAITED_FIRST = 0.85  # how often somebody is asked for whom others wait
TRIES = 8

Around = list[tuple[str, UUID]]  # the offices of a case, by what they are to it


class Staff:
    """The posts, read once for each office."""

    def __init__(self, dice: random.Random, today: date) -> None:
        self.dice, self.today = dice, today
        self.of = cache(self._of)

    def _of(self, office: UUID) -> list[Post]:
        held = Post.objects.filter(network.stands(self.today), office=office).exclude(role__in=cases.READS_NO_CASES)
        return list(held.select_related("staff", "office__parent", "office__division").order_by("staff__username", "role"))

    def one(self, office: UUID, *roles: Role) -> Post | None:
        """Somebody of an office in one of these roles; None where nobody holds one."""
        found = [post for post in self.of(office) if post.role in roles]
        return self.dice.choice(found) if found else None

    def around(self, case: Case, awaited: Container[str]) -> Iterator[Post]:
        """People who may have something to do on a case, in the order in which chance asks them."""
        offices = list(_around(case))
        named = list(self._named(case, offices, awaited))
        anybody = [post for _relation, office in offices for post in self.of(office)]
        for _try in range(TRIES):
            yield self.dice.choice(named if named and self.dice.random() < AWAITED_FIRST else anybody)

    def _named(self, case: Case, offices: Around, awaited: Container[str]) -> Iterator[Post]:
        """Whom the table names for the rows that others wait for, at the stage of the case."""
        for action in ACTIONS.values():
            asked = case.extension_days if action.code.endswith("_extension") else case.lower_to if action.code.endswith("_lower") else True
            if action.code in awaited and case.stage in action.stages and asked:
                for relation, office in offices:
                    yield from (post for post in self.of(office) if post.role in action.who.get(relation, ()))


def _around(case: Case) -> Iterator[tuple[str, UUID]]:
    yield from (("holder", case.holder_id), ("centre", case.centre_id), ("lead", case.lead_id))
    if case.worker_id:
        yield "worker", case.lead_id
    if case.centre.parent_id:
        yield "province", case.centre.parent_id
    if case.lead.parent_id:
        yield "above_lead", case.lead.parent_id
    for part in case.assignments.exclude(kind="lead").filter(state__in=cases.OPEN_PARTS):
        yield "part", part.office_id
    for transfer in case.transfers.filter(state__in=("proposed", "settled")):
        yield from (("decider", transfer.decider_id), ("receiver", transfer.receiver_id))
