"""Setting up an office."""

from datetime import date, timedelta
from typing import Any

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions
from hutong.hotline.network.models import Department, Division, Office, OfficeKind
from tests import cast
from tests.network import AT, TODAY, administrator, jiangxi, refused

pytestmark = pytest.mark.django_db


def add(**given: Any) -> Office:
    said = {
        "code": "zhouzhi", "name": "周至县民政局", "kind": "county_bureau", "division": "610124", "parent": "xian", "valid_from": TODAY,
        "by": cast.post("gao"), "at": AT,
    } | given  # fmt: skip
    said["division"] = Division.objects.get(pk=said["division"]) if said["division"] else None
    said["parent"] = cast.office(said["parent"]) if said["parent"] else None
    return actions.add_office(**said)


def test_a_county_bureau_is_set_up_below_its_centre() -> None:
    made = add(name="　周至县 民政局 ", phone="０２９－８７１１１２２２")

    assert (made.name, made.kind, made.phone, made.valid_to) == ("周至县 民政局", OfficeKind.COUNTY_BUREAU, "029-87111222", None)
    assert list(AuditEntry.objects.values_list("verb", "subject_id", "staff_id")) == [("office_added", made.pk, cast.post("gao").staff_id)]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"code": "县"}, "bad_sign", "code"),
        ({"code": "a b"}, "bad_sign", "code"),
        ({"code": "lianhu"}, "taken", "code"),
        ({"name": ""}, "missing", "name"),
        ({"name": "民政\udc00局"}, "unstorable", "name"),
        ({"name": "长" * 81}, "too_long", "name"),
        ({"phone": "8711"}, "telephone", "phone"),
        ({"division": None}, "missing", "division"),
        ({"division": "61"}, "wrong_level", "division"),
        ({"division": "610104003"}, "wrong_level", "division"),
        ({"division": "441900"}, "wrong_level", "division"),
        ({"division": "610323"}, "wrong_parent", "parent"),
        ({"division": "610104"}, "taken", "division"),
        ({"kind": "hotline_centre"}, "wrong_level", "division"),
        ({"kind": "township"}, "wrong_level", "division"),
        ({"kind": "bogus"}, "unknown_choice", ""),
        ({"parent": "shaanxi"}, "wrong_parent", "parent"),
        ({"parent": "lianhu"}, "wrong_parent", "parent"),
        ({"parent": None}, "wrong_parent", "parent"),
        ({"department": "police"}, "wrong_department", "department"),
        ({"kind": "department"}, "wrong_department", "department"),
        ({"kind": "department", "department": "bogus"}, "unknown_choice", ""),
        ({"valid_from": date(1999, 1, 1)}, "not_standing", "division"),
        ({"valid_from": date(2019, 12, 31)}, "not_standing", "parent"),
    ],
)
def test_what_is_wrong_is_said_beside_its_input(given: dict[str, Any], code: str, field: str) -> None:
    with refused(code, field):
        add(**given)

    assert not AuditEntry.objects.exists()


def test_a_division_has_one_department_of_a_kind() -> None:
    with refused("taken", "division"):
        add(kind="department", department=Department.POLICE, division="610104", parent="lianhu")


def test_an_ended_office_makes_room_for_its_successor() -> None:
    Office.objects.filter(code="lianhu-police").update(valid_to=TODAY)

    assert add(kind="department", department=Department.POLICE, division="610104", parent="lianhu").department == Department.POLICE


def test_nothing_is_set_up_in_a_division_or_below_an_office_that_ended_since() -> None:
    Division.objects.filter(pk="610124").update(valid_to=TODAY)
    with refused("not_standing", "division"):
        add(valid_from=date(2024, 1, 1))
    Division.objects.filter(pk="610124").update(valid_to=None)
    Office.objects.filter(code="xian").update(valid_to=TODAY)
    with refused("not_standing", "parent"):
        add(valid_from=date(2024, 1, 1))


def test_one_may_be_set_up_ahead_of_its_day() -> None:
    assert add(valid_from=TODAY + timedelta(days=30)).valid_from == date(2026, 10, 18)


@pytest.mark.parametrize("username", ["nan", "wen", "song", "zhou"])
def test_only_an_administrator_above_sets_one_up(username: str) -> None:
    """Nan administers Xi'an's centre; Wen another province; Song and Zhou are no administrators."""
    administrator("nan", "xian"), jiangxi()

    with refused("out_of_reach"):
        add(division="610324", parent="baoji", by=cast.post(username))


def test_no_administrator_sets_up_a_second_ministry() -> None:
    for by in (administrator("ping", "mca"), administrator("lan", "lianhu")):
        with refused("out_of_reach"):
            add(kind="ministry", division=None, parent=None, by=by)
