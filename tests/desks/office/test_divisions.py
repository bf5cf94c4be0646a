"""The pages of divisions."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.network.models import Division
from tests import cast
from tests.clients import signed_in
from tests.network import administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in("gao")


def page(name: str, code: str) -> str:
    return reverse(f"office:{name}", args=[int(code)])


def found(client: Client, text: str = "") -> list[str]:
    return [each.code for each in client.get(reverse("office:divisions"), {"q": text} if text else {}).context["found"]]


def test_before_anything_is_typed_what_lies_directly_below_ones_place_is_shown(client: Client) -> None:
    administrator("nan", "xian"), administrator("ping", "mca")

    assert found(client) == [f"61{number:02}" for number in range(1, 11)]
    assert found(signed_in("nan"))[:3] == ["610102", "610103", "610104"]
    assert found(signed_in("ping"))[:3] == ["11", "12", "13"]


@pytest.mark.parametrize(
    ("text", "first"), [("莲湖", "610104"), ("西安 莲湖", "610104"), ("东湖区", "360102"), ("610104000000", "610104"), ("６１０１", "6101")]
)
def test_divisions_are_found_by_name_or_code(client: Client, text: str, first: str) -> None:
    assert found(client, text)[0] == first


@pytest.mark.parametrize("text", ["没有这个县", "%", "\0", "九" * 300])
def test_what_is_not_found_says_what_to_try(client: Client, text: str) -> None:
    assert "请写名称的开头" in client.get(reverse("office:divisions"), {"q": text}).content.decode()


def test_an_ended_one_is_found_last_and_leads_to_its_successor(client: Client) -> None:
    Division.objects.filter(pk="610124").update(valid_to="2026-09-01", successor="610118")

    assert found(client, "周至")[-1] == "610124"
    text = client.get(page("division", "610124")).content.decode()
    assert "2026-09-01 起停用" in text
    assert page("division", "610118") in text


@pytest.mark.parametrize(
    ("code", "below"),
    [("42", "429004"), ("11", "110101"), ("4419", "441900003"), ("6202", "620201100"), ("4290", "429004"), ("6101", "610104")],
)
def test_below_a_division_stand_those_that_a_placeholder_holds(client: Client, code: str, below: str) -> None:
    lower = [each.code for each in client.get(page("division", code)).context["lower"]]

    assert below in lower
    assert not Division.objects.filter(pk__in=lower, is_placeholder=True).exists()


def test_a_divisions_page_says_who_takes_its_reports_and_who_acts(client: Client) -> None:
    context = client.get(page("division", "610104003")).context

    assert (context["centre"], context["bureau"]) == (cast.office("xian"), cast.office("lianhu"))
    assert client.get(page("division", "999999")).status_code == 404


def test_a_division_is_added_below_another(client: Client) -> None:
    form = client.get(page("new_division", "6101")).context["form"]
    assert form["code"].value() == "6101"
    answer = client.post(page("new_division", "6101"), {"code": "610131", "name": "新设区", "valid_from": "2026-09-01"}, follow=True)

    assert "区划已增加。" in answer.content.decode()
    assert "610131" in [each.code for each in answer.context["lower"]]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"code": "61013"}, "code", "“61013”不是区划代码：应为 2、4、6、9 或 12 位数字。"),
        ({"code": "610104"}, "code", "已有相同代码的行政区划。"),
        ({"code": "610199001"}, "code", "没有上级区划 610199。 请先增加上级区划。"),
        ({"code": "360199"}, "__all__", "区划 360199 不在您的管理范围内。 行政区划由部级和省级管理员维护。"),
        ({"name": "区" * 61}, "name", "名称最多 60 字，现有 61 字。"),
        ({"valid_from": "2026-13-01"}, "valid_from", "“2026-13-01”不是日期，应如 2026-09-18。"),
        ({"valid_from": "1900-01-01"}, "valid_from", "“陕西省西安市”在 1900-01-01 未启用或已停用。"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_everything_typed_stays(
    client: Client, changes: dict[str, str], field: str, said: str
) -> None:
    given: dict[str, Any] = {"code": "610131", "name": "新设区", "valid_from": "2026-09-01"} | changes
    form = client.post(page("new_division", "6101"), given).context["form"]

    assert form.errors == {field: [said]}
    assert {name: form[name].value() for name in given} == given


def test_a_division_is_renamed(client: Client) -> None:
    answer = client.post(page("rename_division", "6101"), {"name": "长安市"}, follow=True)

    assert "已更名。" in answer.content.decode()
    assert Division.objects.get(pk="610104").full_name == "陕西省长安市莲湖区"


def test_two_divisions_are_merged(client: Client) -> None:
    today = timezone.localdate()
    answer = client.post(page("end_division", "610124"), {"on": today.isoformat(), "successor": "鄠邑区"}, follow=True)

    assert "区划已停用。" in answer.content.decode()
    assert (Division.objects.get(pk="610124").successor_id, Division.objects.get(pk="610124").valid_to) == ("610118", today)
    assert "停用或合并" not in answer.content.decode()


def test_an_end_by_mistake_is_taken_back(client: Client) -> None:
    client.post(page("end_division", "610124"), {"on": timezone.localdate().isoformat(), "successor": ""})
    assert page("restore_division", "610124") in client.get(page("division", "610124")).content.decode()
    answer = client.post(page("restore_division", "610124"), {"sure": "yes"}, follow=True)

    assert "区划已恢复。" in answer.content.decode()
    assert Division.objects.get(pk="610124").valid_to is None


@pytest.mark.parametrize(
    ("code", "changes", "field", "said"),
    [
        (
            "610104", {}, "__all__",
            "“陕西省西安市莲湖区”还有 3 个机构：莲湖区民政局、莲湖区教育局、莲湖区公安分局。 请先停用这些机构，或把它们改划到继任区划。",
        ),
        ("610124", {"successor": "没有区"}, "successor", "没有叫“没有区”的行政区划，请从列表中选择。"),
        ("610124", {"successor": "城关镇"}, "successor", ""),
        ("610124", {"successor": "周至县"}, "successor", "继任区划应是另一个实有的区划，不能是它自己或其下辖区划。"),
        ("610124", {"successor": "江西省南昌市东湖区"}, "__all__", "区划 360102 不在您的管理范围内。 行政区划由部级和省级管理员维护。"),
        ("610124", {"on": "1999-01-01"}, "on", "不能早于启用日期 2000-01-01。"),
    ],
)  # fmt: skip
def test_why_a_division_cannot_end_is_said(client: Client, code: str, changes: dict[str, str], field: str, said: str) -> None:
    given = {"on": timezone.localdate().isoformat(), "successor": ""} | changes
    form = client.post(page("end_division", code), given).context["form"]

    assert list(form.errors) == [field]
    assert not said or form.errors[field] == [said]
    assert {name: form[name].value() for name in given} == given


def test_a_centres_administrator_reads_them_and_changes_none() -> None:
    administrator("nan", "xian")
    nan = signed_in("nan")

    assert "更名" not in nan.get(page("division", "610104")).content.decode()
    for name in ("rename_division", "new_division", "end_division"):
        assert nan.get(page(name, "610104")).status_code == 404
