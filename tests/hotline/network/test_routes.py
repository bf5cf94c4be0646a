"""Who takes a report from a place, who acts there, and to whom a referral goes."""

import pytest

from hutong.hotline.network import queries
from hutong.hotline.network.models import Department, Office, OfficeKind
from tests import cast, network
from tests.network import TODAY

pytestmark = pytest.mark.django_db


def code(office: Office | None) -> str:
    return office.code if office else ""


@pytest.fixture
def elsewhere() -> None:
    """A municipality, a county that answers to its province, a city without counties."""
    for name, province, place in (("北京", "11", "11"), ("湖北", "42", "429004"), ("广东", "44", "4419")):
        network.office(f"pb-{province}", f"{name}民政", OfficeKind.PROVINCE_BUREAU, province, "mca")
        network.office(f"hc-{place}", f"{name}热线", OfficeKind.HOTLINE_CENTRE, place, f"pb-{province}")
    network.office("cb-110101", "东城区民政局", OfficeKind.COUNTY_BUREAU, "110101", "hc-11")
    network.office("cb-429004", "仙桃市民政局", OfficeKind.COUNTY_BUREAU, "429004", "hc-429004")
    network.office("cb-4419", "东莞市民政局", OfficeKind.COUNTY_BUREAU, "4419", "hc-4419")
    network.office("edu-11", "北京市教委", OfficeKind.DEPARTMENT, "11", "hc-11", department=Department.EDUCATION)
    network.office("police-110101", "东城分局", OfficeKind.DEPARTMENT, "110101", "cb-110101", department=Department.POLICE)


@pytest.mark.parametrize(
    ("place", "centre", "bureau"),
    [
        ("610104003", "xian", "lianhu"), ("610104", "xian", "lianhu"), ("610112", "xian", ""), ("6101", "xian", ""), ("61", "", ""),
        ("110101001", "hc-11", "cb-110101"), ("1101", "hc-11", ""), ("110102", "hc-11", ""), ("500101", "", ""),
        ("429004001", "hc-429004", "cb-429004"), ("429005", "", ""), ("4290", "", ""),
        ("441900003", "hc-4419", "cb-4419"), ("441900", "hc-4419", "cb-4419"), ("4419", "hc-4419", "cb-4419"),
    ],
)  # fmt: skip
def test_the_centre_that_takes_a_report_and_the_bureau_that_acts(elsewhere: None, place: str, centre: str, bureau: str) -> None:
    assert code(queries.centre_for(place, on=TODAY)) == centre
    assert code(queries.county_bureau_for(place, on=TODAY)) == bureau


@pytest.mark.parametrize(
    ("place", "departments"),
    [
        ("610104003", ["lianhu-police", "lianhu-education"]), ("6101", []), ("61", []), ("110101001", ["police-110101", "edu-11"]),
        ("110102", ["edu-11"]), ("441900003", []),
    ],
)  # fmt: skip
def test_the_countys_departments_come_before_the_prefectures(elsewhere: None, place: str, departments: list[str]) -> None:
    assert [office.code for office in queries.departments_for(place, on=TODAY)] == departments


def test_an_ended_office_takes_nothing_from_its_last_day_on() -> None:
    Office.objects.filter(code="xian").update(valid_to=TODAY)

    assert queries.centre_for("610104", on=TODAY) is None
    assert code(queries.centre_for("610104", on=cast.SINCE)) == "xian"


@pytest.mark.parametrize(("office", "bureau"), [("lianhu-education", "shaanxi"), ("shaanxi", "shaanxi"), ("mca", "")])
def test_the_bureau_of_an_offices_province(office: str, bureau: str) -> None:
    assert code(queries.province_bureau(cast.office(office), on=TODAY)) == bureau
