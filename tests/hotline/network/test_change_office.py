"""Changing what is said of an office."""

from typing import Any

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions
from hutong.hotline.network.models import Division, Office, OfficeKind, Post
from tests import cast, network
from tests.network import AT, TODAY, administrator, jiangxi, refused

pytestmark = pytest.mark.django_db


def change(code: str, by: Post | None = None, **given: Any) -> Office:
    office = cast.office(code)
    said = {"name": office.name, "division": office.division, "parent": office.parent, "phone": office.phone} | given
    actions.change_office(office=office, by=by or cast.post("gao"), at=AT, **said)
    return cast.office(code)


def test_a_name_and_a_telephone_change() -> None:
    changed = change("lianhu", name="莲湖区民政和社会工作局", phone="029-8711 1222")

    assert (changed.name, changed.phone, changed.code) == ("莲湖区民政和社会工作局", "029-87111222", "lianhu")
    assert list(AuditEntry.objects.values_list("verb", "subject_id")) == [("office_changed", changed.pk)]


def test_an_office_follows_its_division_into_the_successor() -> None:
    """A county becomes a district: another code, the same offices."""
    successor = actions.add_division(code="610131", name="莲湖新区", valid_from=TODAY, by=None, at=AT)
    for code in ("lianhu", "lianhu-police", "lianhu-education"):
        change(code, division=successor)
    actions.end_division(division=Division.objects.get(pk="610104"), successor=successor, on=TODAY, by=cast.post("gao"), at=AT)

    assert cast.office("lianhu-police").division_id == "610131"


def test_an_office_moves_below_another_parent_that_covers_its_place() -> None:
    network.office("shelter", "莲湖救助站", OfficeKind.SHELTER, "610104", "lianhu")

    assert change("shelter", parent=cast.office("xian")).parent == cast.office("xian")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "  "}, "missing", "name"),
        ({"phone": "12"}, "telephone", "phone"),
        ({"division": None}, "missing", "division"),
        ({"division": "6101"}, "taken", "division"),
        ({"division": "610116"}, "taken", "division"),
        ({"division": "61"}, "wrong_level", "division"),
        ({"parent": None}, "wrong_parent", "parent"),
        ({"parent": "baoji"}, "wrong_parent", "parent"),
        ({"parent": "lianhu"}, "wrong_parent", "parent"),
        ({"parent": "lianhu-police"}, "wrong_parent", "parent"),
    ],
)
def test_what_is_wrong_is_said_beside_its_input(given: dict[str, Any], code: str, field: str) -> None:
    if given.get("division"):
        given = {"division": Division.objects.get(pk=given["division"])}
    if given.get("parent"):
        given = {"parent": cast.office(given["parent"])}
    if code == "taken" and given["division"].pk == "6101":
        network.office("xian-bureau", "西安市民政局", OfficeKind.COUNTY_BUREAU, "6101", "xian")

    with refused(code, field):
        change("lianhu", **given)


def test_no_office_moves_into_a_division_that_ended() -> None:
    Division.objects.filter(pk="610124").update(valid_to=TODAY)

    with refused("not_standing", "division"):
        change("lianhu", division=Division.objects.get(pk="610124"))


def test_nor_below_an_office_that_ended() -> None:
    network.office("shelter", "莲湖救助站", OfficeKind.SHELTER, "610104", "xian")
    Office.objects.filter(code="lianhu").update(valid_to=TODAY)

    with refused("not_standing", "parent"):
        change("shelter", parent=cast.office("lianhu"))


def test_an_ended_office_stays_as_it_was() -> None:
    Office.objects.filter(code="lianhu-police").update(valid_to=TODAY)

    with refused("ended"):
        change("lianhu-police", name="新名")


@pytest.mark.parametrize(("username", "code"), [("nan", "baoji"), ("nan", "shaanxi"), ("lan", "xian"), ("wen", "xian"), ("song", "xian")])
def test_only_an_administrator_at_or_above_changes_it(username: str, code: str) -> None:
    administrator("nan", "xian"), administrator("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        change(code, cast.post(username), name="夺来的")


def test_an_administrator_may_correct_the_telephone_of_the_own_office() -> None:
    assert change("xian", administrator("nan", "xian"), phone="12349").phone == "12349"


def test_but_not_where_it_stands_nor_whom_it_answers_to() -> None:
    """Else a centre could take another prefecture's reports, or a bureau another province's divisions."""
    nan = administrator("nan", "xian")

    with refused("oneself"):
        change("xian", nan, division=Division.objects.get(pk="6102"))
    with refused("oneself"):
        change("shaanxi", division=Division.objects.get(pk="62"))


def test_an_office_is_not_moved_out_of_ones_reach() -> None:
    network.office("shelter", "西安救助站", OfficeKind.SHELTER, "6101", "xian")
    nan = administrator("nan", "xian")

    with refused("out_of_reach"):
        change("shelter", nan, parent=cast.office("shaanxi"))


def test_a_change_in_between_is_not_overwritten() -> None:
    seen = cast.office("lianhu")
    change("lianhu", phone="029-87111222")

    with refused("stale"):
        actions.change_office(
            office=seen, name="新名", division=seen.division, parent=seen.parent, phone="", by=cast.post("gao"), at=AT
        )  # fmt: skip
    assert (cast.office("lianhu").name, cast.office("lianhu").phone) == ("莲湖区民政局", "029-87111222")
