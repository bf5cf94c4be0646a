"""Each person's first page."""

from itertools import product

import pytest

from hutong.desks.navigation import desks_of
from hutong.hotline.network.models import Office, OfficeKind, Post, Role

HOMES = {
    ("operator", "hotline_centre"): "operator:desk",
    ("shift_lead", "hotline_centre"): "operator:desk",
    ("coordinator", "hotline_centre"): "cases:work",
    ("coordinator", "county_bureau"): "county:work",
    ("case_worker", "county_bureau"): "county:work",
    ("case_worker", "hotline_centre"): "county:work",
    ("liaison", "department"): "county:work",
    ("child_director", "village"): "county:work",
    ("supervisor", "province_bureau"): "province:board",
    ("inspector", "province_bureau"): "cases:work",
    ("administrator", "province_bureau"): "office:index",
    ("auditor", "province_bureau"): "audit:index",
}


@pytest.mark.parametrize(("role", "kind"), HOMES)
def test_each_role_starts_at_its_own_desk(role: str, kind: str) -> None:
    assert desks_of(Post(role=role, office=Office(kind=kind)))[0].name == HOMES[role, kind]


def test_everybody_has_a_desk_and_none_twice() -> None:
    for role, kind in product(Role, OfficeKind):
        names = [desk.name for desk in desks_of(Post(role=role, office=Office(kind=kind)))]
        assert names, (role, kind)
        assert len(names) == len(set(names)), (role, kind)
