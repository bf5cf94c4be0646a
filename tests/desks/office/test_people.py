"""The pages of people and their posts."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.network.models import Office, Post, Staff
from tests import cast
from tests.clients import first_time, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in("ning")


def page(name: str, username: str) -> str:
    return reverse(f"office:{name}", args=[Staff.objects.get(username=username).pk])


def new_staff(code: str = "lianhu") -> str:
    return reverse("office:new_staff", args=[cast.office(code).pk])


def typed(**changes: Any) -> dict[str, Any]:
    """A new person as typed."""
    return {"name": "雷鸣", "username": "lei", "phone": "", "role": "case_worker", "valid_from": "2026-09-01"} | changes


def test_a_new_person_gets_a_password_and_signs_in_with_it(client: Client) -> None:
    client.post(new_staff(), typed())
    assert "还没有密码，不能登录。请设置密码。" in client.get(page("staff", "lei")).content.decode()
    answer = client.post(page("password", "lei"), {"sure": "yes"})
    password = answer.context["secret"]

    assert f">{password}</code>" in answer.content.decode()
    assert password not in client.get(page("staff", "lei")).content.decode()
    answer = first_time("lei", password).get("/account/set-up?next=/", follow=True)
    assert (answer.redirect_chain[0], answer.wsgi_request.post.staff.username) == (("/", 302), "lei")


def test_with_two_posts_they_choose(client: Client) -> None:
    client.post(new_staff(), typed())
    client.post(page("give_post", "lei"), {"office": "莲湖区民政局", "role": "coordinator", "valid_from": "2026-09-01"})
    password = client.post(page("password", "lei"), {"sure": "yes"}).context["secret"]

    answer = first_time("lei", password).get("/account/set-up", follow=True)
    assert {(post.office.code, post.role) for post in answer.context["posts"]} == {("lianhu", "case_worker"), ("lianhu", "coordinator")}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": " "}, "name", "这个字段是必填项。"),
        ({"name": "雷" * 41}, "name", "姓名最多 40 字，现有 41 字。"),
        ({"username": "雷"}, "username", "“雷”应为 2 至 40 个字母、数字或 . _ -。"),
        ({"username": "ＸＵ"}, "username", "已有相同登录名的人员。"),
        ({"phone": "1381234567"}, "phone", "电话号码不完整或有误：应为手机号、带区号的固定电话或短号码，可加分机。 请核对；不知道时留空。"),
        ({"role": "operator"}, "role", "选择一个有效的选项。 operator 不在可用的选项中。"),
        ({"valid_from": "去年"}, "valid_from", "“去年”不是日期，应如 2026-09-18。"),
        ({"valid_from": "2019-12-31"}, "valid_from", "“莲湖区民政局”在 2019-12-31 未启用或已停用。"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_everything_typed_stays(
    client: Client, changes: dict[str, str], field: str, said: str
) -> None:
    answer = client.post(new_staff(), typed(**changes))
    form = answer.context["form"]

    assert (answer.status_code, form.errors) == (422, {field: [said]})
    assert {name: form[name].value() for name in typed()} == typed(**changes)
    assert not Staff.objects.filter(name="雷鸣").exists()


def test_only_posts_that_the_office_has_are_offered(client: Client) -> None:
    roles = [role for role, _label in client.get(new_staff("lianhu-police")).context["form"].fields["role"].choices]

    assert roles == ["liaison", "administrator", "security_officer", "auditor"]


def test_a_person_is_changed_and_a_change_in_between_is_told(client: Client) -> None:
    form = client.get(page("change_staff", "wang")).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    signed_in("ning").post(page("change_staff", "wang"), {"name": "王洋", "phone": ""})
    answer = client.post(page("change_staff", "wang"), shown | {"name": "王大海"})

    assert answer.context["form"].errors == {"name": ["刚有他人改为“王洋”。您填的还在；再次保存，即以您填的为准。"]}
    assert cast.post("wang").staff.name == "王洋"


def test_a_second_post_elsewhere_says_that_the_password_must_be_set_anew(client: Client) -> None:
    assert "原密码失效，须重新设置" in client.get(page("give_post", "wang")).content.decode()
    answer = client.post(
        page("give_post", "wang"), {"office": "西安市12349热线中心", "role": "operator", "valid_from": "2026-09-01"}, follow=True
    )  # fmt: skip

    assert "岗位已给予。" in answer.content.decode()
    assert "还没有密码，不能登录。请设置密码。" in answer.content.decode()
    assert authenticate(username="wang", password=cast.PASSWORD) is None


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"office": ""}, "office", "这个字段是必填项。"),
        ({"office": "没有局"}, "office", "没有叫“没有局”的机构，请从列表中选择。"),
        ({"office": "民政部"}, "office", "没有叫“民政部”的机构，请从列表中选择。"),
        ({"office": "莲湖区"}, "office", "有 3 个机构符合，请选定一个：莲湖区民政局、莲湖区教育局、莲湖区公安分局"),
        ({"role": "operator"}, "role", "县级民政部门没有这个岗位。"),
        ({"role": "case_worker"}, "role", "此人在该机构已有这个岗位。"),
        ({"valid_from": "2019-01-01"}, "valid_from", "“莲湖区民政局”在 2019-01-01 未启用或已停用。"),
    ],
)
def test_each_refusal_of_a_post_stands_beside_its_field(client: Client, changes: dict[str, str], field: str, said: str) -> None:
    given = {"office": "莲湖区民政局", "role": "coordinator", "valid_from": "2026-09-01"} | changes
    form = client.post(page("give_post", "wang"), given).context["form"]

    assert form.errors == {field: [said]}
    assert {name: form[name].value() for name in given} == given


def test_an_ended_office_is_not_offered(client: Client) -> None:
    Office.objects.filter(code="changan").update(valid_to=cast.SINCE)
    given = {"office": "长安区民政局", "role": "case_worker", "valid_from": "2026-09-01"}

    assert client.post(page("give_post", "wang"), given).context["form"].errors == {
        "office": ["没有叫“长安区民政局”的机构，请从列表中选择。"]
    }


def test_a_post_is_ended(client: Client) -> None:
    address, today = reverse("office:end_post", args=[cast.post("wang").pk]), timezone.localdate().isoformat()
    assert client.post(address, {"on": "2019-01-01"}).context["form"].errors == {"on": ["不能早于启用日期 2020-01-01。"]}
    answer = client.post(address, {"on": today}, follow=True)

    assert "岗位已结束。" in answer.content.decode()
    assert str(Post.objects.get(staff__username="wang").valid_to) == today


def test_a_person_is_deactivated_and_comes_back_with_a_post(client: Client) -> None:
    answer = client.post(page("deactivate_staff", "wang"), {"sure": "yes"}, follow=True)
    assert "人员已停用。" in answer.content.decode()
    assert "此人已停用" not in answer.content.decode()

    client.post(
        page("give_post", "wang"), {"office": "莲湖区民政局", "role": "case_worker", "valid_from": timezone.localdate().isoformat()}
    )
    back = Staff.objects.get(username="wang")
    assert (back.is_active, back.has_usable_password()) == (True, False)


def test_what_one_may_not_do_to_oneself_is_not_offered(client: Client) -> None:
    text = client.get(page("staff", "ning")).content.decode()

    assert page("password", "ning") in text
    for name in ("deactivate_staff", "give_post"):
        assert page(name, "ning") not in text
    assert reverse("office:end_post", args=[cast.post("ning").pk]) not in text
