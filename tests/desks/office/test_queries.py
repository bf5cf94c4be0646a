"""Each page asks the database the same number of questions, however much there is."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hutong.hotline.network import actions
from hutong.hotline.network.models import Department, Division, OfficeKind, Post, Role, Staff
from tests import cast, network
from tests.clients import signed_in
from tests.network import AT

pytestmark = pytest.mark.django_db


def row(place: int) -> None:
    """One more of everything that a page lists: a centre with a bureau, a department, a person with posts, a key, an ended division."""
    prefecture = f"610{place}"
    network.office(f"hc{place}", f"西{place}中心", OfficeKind.HOTLINE_CENTRE, prefecture, "shaanxi")
    county = Division.objects.filter(parent=prefecture)[0]
    network.office(f"cb{place}", f"西{place}民政局", OfficeKind.COUNTY_BUREAU, county.pk, f"hc{place}")
    network.office(f"dp{place}", f"莲湖{place}局", OfficeKind.DEPARTMENT, "610104", "lianhu", department=Department.values[place + 5])
    network.post(f"lei{place}", f"雷{place}", Role.CASE_WORKER, "lianhu")
    for code in ("lianhu", f"cb{place}"):
        Post.objects.create(
            staff=Staff.objects.get(username="wang"), office=cast.office(code), role=Role.VOLUNTEER, valid_from=f"202{place}-01-01",
            valid_to=f"202{place}-06-01",
        )  # fmt: skip
    actions.make_token(post=cast.post(f"lei{place}"), name=f"密钥{place}", by=None, at=AT)
    actions.add_division(code=f"61010499{place}", name=f"雷{place}街道", valid_from=AT.date(), by=None, at=AT)
    actions.end_division(
        division=Division.objects.get(pk=f"61010499{place}"), successor=Division.objects.get(pk="610104003"), on=AT.date(), by=None, at=AT
    )  # fmt: skip


def queries(name: str, *args: object, **query: str) -> int:
    client = signed_in("ning" if (name, *args) in {("export", "staff")} or name == "new_token" else "gao")
    asks = client.post if name == "export" else client.get
    with CaptureQueriesContext(connection) as caught:
        assert asks(reverse(f"office:{name}", args=args), query).status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    ("page", "query", "count"),
    [
        (("index",), {}, 9),
        (("index",), {"q": "雷"}, 9),
        (("index",), {"q": "西"}, 8),
        (("office", "lianhu"), {}, 12),
        (("office", "shaanxi"), {}, 11),
        (("staff", "wang"), {}, 10),
        (("change_office", "lianhu"), {}, 6),
        (("new_token", "lianhu"), {}, 7),
        (("divisions",), {}, 6),
        (("divisions",), {"q": "雷"}, 5),
        (("division", 610104), {}, 12),
        (("files",), {}, 5),
        (("export", "offices"), {}, 7),
        (("export", "staff"), {}, 7),
        (("export", "divisions"), {}, 7),
    ],
)
def test_a_page_asks_the_same_number_of_questions_however_much_there_is(page: tuple[Any, ...], query: dict[str, str], count: int) -> None:
    name, *args = page
    if name in ("office", "change_office", "new_token"):
        args = [cast.office(args[0]).pk]
    if name == "staff":
        args = [Staff.objects.get(username=args[0]).pk]
    row(2)
    few = queries(name, *args, **query)
    for place in (4, 5, 6):
        row(place)

    assert (few, queries(name, *args, **query)) == (count, count)


def asked_by_a_dry_run(lines: int) -> int:
    client = signed_in("gao")
    rows = "".join(f"shelter-{lines}-{number},救助站,救助保护机构,610104,lianhu,2026-09-01\r\n" for number in range(lines))
    header = "机构代码,名称,类型,行政区划代码,上级机构代码,启用日期\r\n"
    with CaptureQueriesContext(connection) as caught:
        answer = client.post(reverse("office:files"), {"sheet": "offices", "text": header + rows})
        assert answer.context["report"].counts["add"] == lines
    return len(caught)


def test_a_dry_run_asks_the_same_of_every_line() -> None:
    one, two, six = (asked_by_a_dry_run(lines) for lines in (1, 2, 6))

    assert six - two == 4 * (two - one)
