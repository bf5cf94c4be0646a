"""The pages of offices."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.network.models import ApiToken, Office, OfficeKind, Post
from tests import cast, network
from tests.clients import signed_in
from tests.network import administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in("gao")


@pytest.fixture
def rights() -> Client:
    """Who gives posts and keys."""
    return signed_in("ning")


def page(name: str, code: str) -> str:
    return reverse(f"office:{name}", args=[cast.office(code).pk])


def typed(**changes: Any) -> dict[str, Any]:
    """A new county bureau as typed."""
    return {
        "name": "周至县民政局", "code": "zhouzhi", "kind": "county_bureau", "department": "", "division": "周至县", "phone": "",
        "valid_from": "2026-09-01",
    } | changes  # fmt: skip


def test_the_tree_shows_a_province_to_its_counties(client: Client) -> None:
    context = client.get(reverse("office:index")).context
    tree = [(branch.code, branch.staff_count, branch.part_count, [leaf.code for leaf in leaves]) for branch, leaves in context["branches"]]

    assert context["root"] == cast.office("shaanxi")
    assert tree == [("xian", 5, 0, ["lianhu", "changan"]), ("baoji", 1, 0, ["qishan"])]
    assert [leaf.part_count for leaf in context["branches"][0][1]] == [2, 0]


@pytest.mark.parametrize(("username", "office"), [("ping", "mca"), ("nan", "xian"), ("lan", "lianhu")])
def test_the_root_is_ones_own_office_wherever_its_division_sorts(username: str, office: str) -> None:
    administrator(username, office)

    assert signed_in(username).get(reverse("office:index")).context["root"] == cast.office(office)


def test_a_bureau_and_a_centre_of_the_same_division_are_told_apart() -> None:
    """北京: its bureau and its centre both stand in division 11."""
    network.office("pb-11", "北京市民政局", OfficeKind.PROVINCE_BUREAU, "11", "mca")
    network.office("hc-11", "北京市12349热线中心", OfficeKind.HOTLINE_CENTRE, "11", "pb-11")
    network.post("jing", "景山", "administrator", "pb-11")  # type: ignore[arg-type]
    context = signed_in("jing").get(reverse("office:index")).context

    assert (context["root"].code, [branch.code for branch, _leaves in context["branches"]]) == ("pb-11", ["hc-11"])


@pytest.mark.parametrize("text", ["莲湖", "莲湖 教育", "lianhu-e", "610104 教育"])
def test_an_office_is_found_by_parts_of_its_name_or_its_code(client: Client, text: str) -> None:
    found = client.get(reverse("office:index"), {"q": text}).context["offices"]

    assert "lianhu-education" in {office.code for office in found}


def test_a_person_is_found_by_name_or_sign_in_with_the_posts_held_now(client: Client) -> None:
    for text in ("王海", "wang"):
        (found,) = client.get(reverse("office:index"), {"q": text}).context["people"]
        assert (found.username, [post.role for post in found.posts_now]) == ("wang", ["case_worker"])


def test_an_ended_office_is_found_last(client: Client) -> None:
    Office.objects.filter(code="lianhu").update(valid_to=cast.SINCE)
    found = client.get(reverse("office:index"), {"q": "莲湖"}).context["offices"]

    assert [office.code for office in found][-1] == "lianhu"


@pytest.mark.parametrize("text", ["不存在", "%", "\0", "x" * 300, "'; DROP TABLE"])
def test_what_is_not_found_says_what_to_try(client: Client, text: str) -> None:
    answer = client.get(reverse("office:index"), {"q": text})

    assert answer.status_code == 200
    assert "没有找到" in answer.content.decode()


def test_an_office_is_added_and_shown_with_a_word_of_it(client: Client) -> None:
    answer = client.post(page("new_office", "xian"), typed(), follow=True)

    assert answer.redirect_chain == [(page("office", "xian"), 302)]
    assert "机构已增加。" in answer.content.decode()
    assert (cast.office("zhouzhi").division_id, cast.office("zhouzhi").parent) == ("610124", cast.office("xian"))


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": ""}, "name", "这个字段是必填项。"),
        ({"name": "长" * 81}, "name", "名称最多 80 字，现有 81 字。"),
        ({"name": "半\ufffd字"}, "name", "名称中有无法保存的字符（多为半个生僻字或表情）。 请删去后重新填写。"),
        ({"code": "周至"}, "code", "“周至”应为 2 至 40 个字母、数字或 . _ -。"),
        ({"code": "lianhu"}, "code", "已有相同代码的机构。"),
        ({"kind": "ministry"}, "kind", "选择一个有效的选项。 ministry 不在可用的选项中。"),
        ({"department": "police"}, "department", "部门机构须选明部门，其他机构不选。"),
        ({"division": ""}, "division", "这个字段是必填项。"),
        ({"division": "没有县"}, "division", "没有叫“没有县”的行政区划，请从列表中选择。"),
        ({"division": "999999"}, "division", "没有代码为“999999”的行政区划。 请按名称查找，从列表中选择。"),
        ({"division": "陕西省"}, "division", "县级民政部门不能设在这一级行政区划。"),
        ({"division": "莲湖区"}, "division", "该行政区划已有一个同类机构。"),
        ({"phone": "12"}, "phone", "电话号码不完整或有误：应为手机号、带区号的固定电话或短号码，可加分机。 请核对；不知道时留空。"),
        ({"valid_from": "2026-02-30"}, "valid_from", "“2026-02-30”不是日期，应如 2026-09-18。"),
        ({"valid_from": ""}, "valid_from", "这个字段是必填项。"),
        ({"valid_from": "1999-01-01"}, "division", "“陕西省西安市周至县”在 1999-01-01 未启用或已停用。"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_everything_typed_stays(
    client: Client, changes: dict[str, str], field: str, said: str
) -> None:
    answer = client.post(page("new_office", "xian"), typed(**changes))
    form = answer.context["form"]

    assert answer.status_code == 422
    assert form.errors == {field: [said]}
    assert {name: form[name].value() for name in typed()} == typed(**changes)
    assert not Office.objects.filter(code="zhouzhi").exists()


def test_full_width_digits_are_taken(client: Client) -> None:
    client.post(
        page("new_office", "xian"), typed(division="６１０１２４", phone="０２９－８７１１１２２２", valid_from="２０２６年９月１日")
    )

    made = cast.office("zhouzhi")
    assert (made.division_id, made.phone, str(made.valid_from)) == ("610124", "029-87111222", "2026-09-01")


def test_the_same_form_sent_twice_adds_one_office(client: Client) -> None:
    client.post(page("new_office", "xian"), typed())
    again = client.post(page("new_office", "xian"), typed())

    assert again.context["form"].errors == {"code": ["已有相同代码的机构。"]}
    assert Office.objects.filter(name="周至县民政局").count() == 1


def change(client: Client, code: str, **changes: str) -> Any:
    """Open the form, change some of it, send it."""
    return client.post(page("change_office", code), shown(client, code) | changes)


def shown(client: Client, code: str) -> dict[str, str]:
    form = client.get(page("change_office", code)).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_an_office_is_changed(client: Client) -> None:
    answer = change(client, "lianhu", name="莲湖民政局", phone="12349")

    assert answer["Location"] == page("office", "lianhu")
    assert (cast.office("lianhu").name, cast.office("lianhu").phone) == ("莲湖民政局", "12349")


def test_two_who_change_different_things_both_have_their_way(client: Client) -> None:
    form = shown(client, "lianhu")
    change(signed_in("gao"), "lianhu", phone="12349")
    client.post(page("change_office", "lianhu"), form | {"name": "莲湖民政局"})

    assert (cast.office("lianhu").name, cast.office("lianhu").phone) == ("莲湖民政局", "12349")


def test_two_who_change_the_same_thing_are_told_and_the_second_may_insist(client: Client) -> None:
    form = shown(client, "lianhu")
    change(signed_in("gao"), "lianhu", name="甲")
    answer = client.post(page("change_office", "lianhu"), form | {"name": "乙"})

    asked = answer.context["form"]
    assert (answer.status_code, asked.errors) == (422, {"name": ["刚有他人改为“甲”。您填的还在；再次保存，即以您填的为准。"]})
    assert asked["name"].value() == "乙"
    assert cast.office("lianhu").name == "甲"

    client.post(page("change_office", "lianhu"), {name: asked[name].value() or "" for name in asked.fields})
    assert cast.office("lianhu").name == "乙"


@pytest.mark.parametrize("seen", ["", "{", "[]", '"x"', '{"name": 7}'])
def test_a_form_that_does_not_remember_what_it_showed_is_taken_as_typed(client: Client, seen: str) -> None:
    change(client, "lianhu", phone="12349", seen=seen)

    assert cast.office("lianhu").phone == "12349"


def test_ones_own_office_keeps_its_place_and_its_parent() -> None:
    administrator("nan", "xian")
    nan = signed_in("nan")
    answer = nan.post(page("change_office", "xian"), shown(nan, "xian") | {"phone": "12349", "division": "铜川市", "parent": "baoji"})

    assert answer.status_code == 302
    assert (cast.office("xian").phone, cast.office("xian").division_id, cast.office("xian").parent) == (
        "12349",
        "6101",
        cast.office("shaanxi"),
    )


def test_namesakes_are_told_apart_by_their_codes(client: Client) -> None:
    for code, parent in (("shelter-1", "xian"), ("shelter-2", "baoji")):
        network.office(code, "市救助站", OfficeKind.SHELTER, cast.office(parent).division_id, parent)

    assert client.get(reverse("components:offices"), {"q": "市救助站"}).json() == [
        ["市救助站 shelter-1", "救助保护机构"], ["市救助站 shelter-2", "救助保护机构"],
    ]  # fmt: skip
    given = {"office": "市救助站", "role": "case_worker", "valid_from": "2026-09-01"}
    rights, address = signed_in("ning"), reverse("office:give_post", args=[cast.post("wang").staff_id])
    assert rights.post(address, given).context["form"].errors == {
        "office": ["有 2 个机构符合，请选定一个：市救助站 shelter-1、市救助站 shelter-2"]
    }
    rights.post(address, given | {"office": "市救助站 shelter-2"})
    assert Post.objects.filter(staff__username="wang", office__code="shelter-2").exists()


def test_an_office_is_ended(client: Client) -> None:
    today = timezone.localdate()
    answer = client.post(page("end_office", "changan"), {"on": today.isoformat()}, follow=True)

    assert "机构已停用。" in answer.content.decode()
    assert cast.office("changan").valid_to == today
    assert "增加人员" not in client.get(page("office", "changan")).content.decode()


def test_why_it_cannot_end_is_said_on_the_form(client: Client) -> None:
    answer = client.post(page("end_office", "lianhu"), {"on": timezone.localdate().isoformat()})

    assert answer.context["form"].non_field_errors() == ["还有 2 个下级机构。 请先停用它们或改换其上级。"]


def token_form(rights: Client) -> Any:
    return rights.post(page("new_token", "xian"), {"name": "市 12345 平台", "post": cast.post("zhou").pk})


def test_a_key_is_shown_once(rights: Client) -> None:
    answer = token_form(rights)
    key = answer.context["secret"]

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert f">{key}</code>" in answer.content.decode()
    assert "只显示这一次" in answer.content.decode()
    assert key not in rights.get(page("office", "xian")).content.decode()
    assert token_form(rights).context["form"].errors == {
        "name": ["此岗位已有同名的密钥在用。 若没有记下它，请先停用再建；若另有用途，请换个名称。"]
    }


def test_a_key_is_made_for_a_post_of_that_office_alone(rights: Client) -> None:
    for post in (cast.post("wang").pk, UUID(int=0), "x", ""):
        answer = rights.post(page("new_token", "xian"), {"name": "工单", "post": post})
        assert list(answer.context["form"].errors) == ["post"]
    assert not ApiToken.objects.exists()


def test_a_key_is_ended(rights: Client) -> None:
    token_form(rights)
    answer = rights.post(reverse("office:end_token", args=[ApiToken.objects.get().pk]), {"sure": "yes"}, follow=True)

    assert "密钥已停用。" in answer.content.decode()
    assert ApiToken.objects.get().ended_at is not None
