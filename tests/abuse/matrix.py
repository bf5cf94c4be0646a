"""Every address × role × place, and what is declared of each cell: by the gate of the address, and by the table of who sees a case."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from hutong.hotline.cases.models import Case, Recusal
from hutong.hotline.cases.queries import READS_NO_CASES
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Office, Post, Role, Staff
from tests import cast
from tests.desks.test_everything_is_logged import World, views

# How somebody stands to a case that Lianhu handles for Xi'an: their office, and whether it sees the case.
PLACES = {
    "own": ("lianhu", True),
    "centre": ("xian", True),
    "higher": ("shaanxi", True),
    "neighbouring": ("changan", False),
    "elsewhere": ("baoji", False),
    "lower": ("lianhu-education", False),
    "recused": ("lianhu", False),
    "ended": ("lianhu", False),
}
METHODS = ("GET", "POST")
# What is looked for at an address: of the case, so that who does not see it is told that there is none.
OF_THE_CASE = ("case_id", "order_id", "contact_id", "call_id", "call_back_id", "recording_id")
REFUSED = {403, 404, 405}
# Whom a gate lets in is asked for in these places whatever the role, and in the others in these roles.
IN_EVERY_ROLE, IN_EVERY_PLACE = ("own", "neighbouring", "recused"), (Role.COORDINATOR, Role.SUPERVISOR)
NOT_HERE = frozenset({"api"})  # has no gate of a view: `software` below


@dataclass
class Matrix:
    """The cells, and how many of them were asked for."""

    world: World
    posts: dict[tuple[str, str], Post]
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    tested: int = 0

    @classmethod
    def made(cls) -> "Matrix":
        """A case of each sort, and somebody of every role in every place."""
        world = World()
        return cls(world, {(role, place): somebody(role, place, world.case) for role in Role for place in PLACES})

    def client(self, role: str, place: str) -> Client:
        """Their browser."""
        if (role, place) not in self.clients:
            client, post = Client(), self.posts[role, place]
            client.force_login(post.staff)
            session = client.session
            session["post"] = str(post.pk)
            session.save()
            self.clients[role, place] = client
        return self.clients[role, place]

    def ask(self, method: str, address: str, role: str, place: str) -> HttpResponse:
        """The answer that a cell gets."""
        self.tested += 1
        return self.client(role, place).generic(method, address)  # type: ignore[return-value]

    def is_as_if_not_there(self, answer: HttpResponse, method: str, name: str, takes: list[str], role: str, place: str) -> bool:
        """Whether an answer is the one that an id of nothing gets."""
        nothing = reverse(
            name, kwargs={each: new_id() if each in OF_THE_CASE else value for each, value in self.given(name, takes).items()}
        )
        other = self.ask(method, nothing, role, place)
        return (answer.status_code, answer.get("Location")) == (other.status_code, other.get("Location"))

    def address(self, name: str, takes: list[str]) -> str:
        """One address of a name: of this case and what belongs to it, else of something that is not there."""
        return reverse(name, kwargs=self.given(name, takes))

    def given(self, name: str, takes: list[str]) -> dict[str, Any]:
        """What stands in an address."""
        world = self.world
        known: dict[str, Any] = {
            "case_id": world.case.pk, "order_id": world.order.pk, "contact_id": world.contact.pk, "call_id": world.call.pk,
            "call_back_id": world.waiting.call_back_id, "recording_id": world.recording, "office_id": cast.office("lianhu").pk,
            "code": "610104" if name.startswith("office:") else "note" if name.startswith("cases:") else "receive_order", "name": "story",
            "asked": "hang_up", "language": "zh", "sheet": "offices", "year": 2026,
        }  # fmt: skip
        return {each: known.get(each) or new_id() for each in takes}

    def marks(self) -> list[str]:
        """What betrays the case on a page."""
        return [self.world.case.number, str(self.world.case.pk), "钱大海"]


def somebody(role: str, place: str, case: Case) -> Post:
    """A person of this role in this place; recused from the case, or gone, where the place says so."""
    office = Office.objects.get(code=PLACES[place][0])
    staff = Staff.objects.create(username=f"{role}-{place}", name="某人", password="!")
    until = timezone.localdate() - timedelta(days=1) if place == "ended" else None
    if place == "recused":
        Recusal.objects.create(case=case, staff=staff, reason="亲属", by=cast.post("zhou"), at=timezone.now())
    return Post.objects.create(staff=staff, office=office, role=role, valid_from=date(2020, 1, 1), valid_to=until)


def addresses() -> Iterator[tuple[str, list[str], Any]]:
    """The name of each address behind a gate, what it takes, and the gate."""
    for name, takes, view in views(get_resolver()):
        if view.gate not in ("public", "signed_in") and name.partition(":")[0] not in NOT_HERE:
            yield name, takes, view.gate


def admits(gate: Any, role: str) -> bool:
    """Whether the gate of an address lets a role in."""
    return "any post" in gate or role in gate


def sees(role: str, place: str) -> bool:
    """Whether somebody sees the case: the table of places, and that the three administrators see none."""
    return PLACES[place][1] and role not in READS_NO_CASES


def cells(gate: Any, takes: list[str]) -> Iterator[tuple[str, str, str, set[int]]]:
    """The cells of an address that are asked for: method, role, place, and with which status they may be answered.

    A gate is asked before anything is looked at: whom it refuses is asked for in one place, and a post that is over in one role.
    """
    is_of_the_case = any(each in OF_THE_CASE for each in takes)
    yield "GET", Role.COORDINATOR, "ended", {302, 401}
    for role in Role:
        if not admits(gate, role):
            yield "GET", role, "own", {403}
            continue
        for place in PLACES if is_of_the_case else ("own", "recused"):
            if place not in IN_EVERY_ROLE and role not in IN_EVERY_PLACE:
                continue
            if place != "ended" and is_of_the_case and not sees(role, place):
                yield "GET", role, place, REFUSED
                yield "POST", role, place, REFUSED
            elif place != "ended":
                yield "GET", role, place, {200, 302, 400, 403, 404, 405, 409, 422}
    yield "POST", next((role for role in Role if not admits(gate, role)), Role.COORDINATOR), "ended", {302, 401, 405}
