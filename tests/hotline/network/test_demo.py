"""The demo network: every pilot's offices, rightly placed and named, each of use."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import transaction

from hutong.hotline.network import demo, queries, rules
from hutong.hotline.network.models import Approval, Charge, Department, Division, Office, OfficeKind, Post, Role, Staff
from hutong.project.database import Addresses
from tests.conftest import use
from tests.network import TODAY

PROVINCES = "江西省 广西壮族自治区 贵州省 陕西省 青海省"
AROUND = "内蒙古自治区 辽宁省 江苏省 浙江省 河南省 湖北省 广东省 四川省"
CITIES = "包头市 大连市 苏州市 杭州市 台州市 衢州市 洛阳市 武汉市 荆州市 孝感市 鄂州市 广州市 德阳市 广元市"


@pytest.fixture(scope="module")
def network(addresses: Addresses, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo in the place of the cast, until the end of this module; only the owner of the tables may clear them."""
    with django_db_blocker.unblock():
        use(addresses, owner=True)
        with transaction.atomic():
            for model in (Approval, Charge, Post, Staff):
                model.objects.all().delete()
            Office.objects.all()._raw_delete("default")
            demo.load()
            yield
            transaction.set_rollback(True)
        use(addresses)


def pilots() -> list[Division]:
    """The prefectures and counties of the pilots, straight from the table of divisions and the notice's names."""
    rows = Division.objects.filter(level__in=("prefecture", "county"), is_placeholder=False).order_by("code")
    places = [*PROVINCES.split(), *(f"{province}{city}" for province in AROUND.split() for city in CITIES.split())]
    return [row for row in rows if row.full_name.startswith(tuple(places))]


def test_it_holds_the_pilots_offices_and_no_others(network: None) -> None:
    at = {kind: [office.division_id for office in Office.objects.filter(kind=kind).order_by("division_id")] for kind in OfficeKind}
    cities, counties = ([place.code for place in pilots() if place.level == level] for level in ("prefecture", "county"))

    assert (len(cities), len(counties)) == (66, 580)
    assert (at["hotline_centre"], at["county_bureau"]) == (cities, counties)
    assert sorted(office.division.name for office in Office.objects.filter(kind="province_bureau")) == sorted(
        f"{PROVINCES} {AROUND}".split()
    )
    assert Counter(at["department"]) == dict.fromkeys([*cities, *counties], len(Department))
    assert Office.objects.count() == 1 + 13 + 66 + 580 + 13 * (66 + 580)


def test_every_office_stands_where_its_kind_may_and_answers_to_the_level_above(network: None) -> None:
    for office in Office.objects.select_related("parent"):
        above = (office.parent.kind, office.parent.division_id) if office.parent else (None, None)
        assert rules.office_fits(office.kind, office.division_id)
        assert rules.parent_fits(office.kind, office.division_id, *above)


def test_a_place_of_the_pilots_has_a_centre_a_bureau_and_all_departments(network: None) -> None:
    for place in pilots()[::9]:
        centre = queries.centre_for(place.code, on=TODAY)
        assert centre
        assert queries.province_bureau(centre, on=TODAY) == centre.parent
        if place.level == "county":
            bureau = queries.county_bureau_for(place.code, on=TODAY)
            assert bureau
            assert bureau.parent == centre
        departments = [office.department for office in queries.departments_for(place.code, on=TODAY)]
        assert departments == Department.values * (2 if place.level == "county" else 1)


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("PB-15", "内蒙古自治区民政厅", "MCA"), ("HC-1502", "包头市12349热线中心", "PB-15"),
        ("CB-150223", "达尔罕茂明安联合旗民政局", "HC-1502"),
        ("CB-320576", "苏州工业园区民政局", "HC-3205"), ("CB-420107", "青山区民政局", "HC-4201"), ("CB-610104", "莲湖区民政局", "HC-6101"),
        ("HC-5226", "黔东南苗族侗族自治州12349热线中心", "PB-52"), ("DP-6101-court", "西安市中级人民法院", "HC-6101"),
        ("DP-610104-court", "莲湖区人民法院", "CB-610104"), ("DP-6101-police", "西安市公安局", "HC-6101"),
        ("DP-610104-police", "莲湖区公安分局", "CB-610104"), ("DP-610124-police", "周至县公安局", "CB-610124"),
        ("DP-320581-police", "常熟市公安局", "CB-320581"), ("DP-610104-youth_league", "共青团莲湖区委员会", "CB-610104"),
        ("DP-6101-health", "西安市卫生健康委员会", "HC-6101"), ("DP-610124-health", "周至县卫生健康局", "CB-610124"),
    ],
)  # fmt: skip
def test_offices_bear_the_names_that_people_know(network: None, code: str, name: str, parent: str) -> None:
    office = Office.objects.get(code=code)

    assert (office.name, office.parent and office.parent.code) == (name, parent)


def test_no_name_is_a_placeholders_and_none_is_too_long(network: None) -> None:
    names = list(Office.objects.values_list("name", flat=True))

    assert [name for name in names if "市辖区" in name or "直辖" in name or len(name) > 80] == []


def test_every_office_has_its_people_in_posts_that_it_may_have(network: None) -> None:
    held: dict[Any, list[str]] = {}
    for office, kind, role in Post.objects.values_list("office_id", "office__kind", "role"):
        assert rules.post_fits(role, kind)
        held.setdefault(office, []).append(role)

    for office in Office.objects.exclude(code="HC-6101"):
        assert Counter(held[office.pk]) == Counter(demo.POSTS[OfficeKind(office.kind)])


def test_the_sign_ins_that_are_told_open_the_posts_that_are_told(network: None) -> None:
    assert [username for username, _password, _who in demo.SIGN_INS] == list(demo.KNOWN)
    for username, (office, role, who) in demo.KNOWN.items():
        staff = authenticate(username=username, password=demo.PASSWORD)
        assert staff is not None
        posts = {(post.office.code, post.role) for post in queries.posts_held(staff=staff, on=TODAY)}  # type: ignore[arg-type]
        assert posts == {(office, role)} | ({demo.SECOND_POST[1:]} if username == demo.SECOND_POST[0] else set())
        assert who.startswith(str(Role(role).label))
        assert who.endswith(Office.objects.get(code=office).name)


def test_the_people_are_the_same_every_time(network: None) -> None:
    first = list(Staff.objects.order_by("pk").values_list("name", flat=True)[:20])

    assert [post.staff.name for post in list(demo._people({office.code: office for office in demo._offices()}))[:20]] == first


def test_loading_again_changes_nothing(network: None) -> None:
    before = Office.objects.count(), Staff.objects.count(), Post.objects.count()
    demo.load()

    assert (Office.objects.count(), Staff.objects.count(), Post.objects.count()) == before
