"""Every address × every role × every place: what is not declared does not open, and a route without a gate fails the build."""

import pytest
from django.urls import get_resolver
from django.utils import timezone

from hutong.hotline.cases.models import Case, Event
from hutong.hotline.network import actions as network
from hutong.hotline.network.models import Role
from tests.abuse import matrix
from tests.abuse.attack import NO_WALL, attack, patched
from tests.abuse.matrix import METHODS, PLACES, REFUSED, Matrix
from tests.desks.api.software import Software, ask, operations
from tests.desks.test_everything_is_logged import views

pytestmark = pytest.mark.django_db
OPEN = (
    patched("hutong.hotline.cases.queries.visible_to", lambda _post: Case.objects.exclude(tier="I")),  # left to be opened in an emergency
    NO_WALL,
)


@attack(1, *OPEN)
def test_only_what_is_declared_opens(request: pytest.FixtureRequest) -> None:
    found, before = Matrix.made(), Event.objects.count()
    marks = found.marks()
    declared = list(matrix.addresses())
    for name, takes, gate in declared:
        address = found.address(name, takes)
        for method, role, place, may in matrix.cells(gate, takes):
            answer = found.ask(method, address, role, place)
            is_declared = answer.status_code in may or (
                may == REFUSED and found.is_as_if_not_there(answer, method, name, takes, role, place)
            )
            assert is_declared, f"{method} {name} as {role}, {place}: {answer.status_code}, declared {sorted(may)}"
            if not matrix.sees(role, place) and not answer.streaming and not name.startswith("audit:"):  # an auditor is told numbers
                shown = [mark for mark in marks if mark in answer.content.decode(errors="replace") and mark not in address]
                assert shown == [], f"{method} {name} as {role}, {place} shows {shown}"
    assert Event.objects.count() == before
    whole = len(declared) * len(METHODS) * len(Role) * len(PLACES)
    request.node.user_properties.append(
        ("cells", f"{len(declared)} addresses: {found.tested} cells asked for, {whole - found.tested} declared by their gate, 0 open")
    )


@attack(1, *OPEN)
def test_software_opens_only_what_is_declared(request: pytest.FixtureRequest) -> None:
    found, roles, asked = Matrix.made(), list(Role), 0
    for turn, (method, path) in enumerate(operations()):
        for place in (place for place in PLACES if place != "ended"):  # tests/desks/api/test_gates.py: no key of theirs opens anything
            role = roles[(turn + len(place)) % len(roles)]
            post = found.posts[role, place]
            key = network.make_token(post=post, name=f"{turn}", by=None, at=timezone.now())
            answer = ask(Software(key), method, path, found.world.case.pk if "case_id" in path else found.world.contact.pk)
            may = {401} if place == "ended" else {403} if role in matrix.READS_NO_CASES else {404}
            asked += 1
            if place == "ended" or role in matrix.READS_NO_CASES or ("{case_id}" in path and not matrix.sees(role, place)):
                assert answer.status_code in may, f"{method} {path} as {role}, {place}: {answer.status_code}, declared {may}"
            assert answer.status_code < 500
    request.node.user_properties.append(("cells", f"{len(operations())} operations of the API: {asked} cells asked for, one role in turn"))


def test_an_address_without_a_gate_fails_the_build() -> None:
    assert [name for name, _takes, view in views(get_resolver()) if not hasattr(view, "gate")] == []
