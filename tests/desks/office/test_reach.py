"""Who comes to the administration pages, and how far: Shaanxi's administrator neither sees nor touches Jiangxi."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from hutong.desks.office import phone
from hutong.desks.office.urls import urlpatterns
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.clocks import actions as clocks
from hutong.hotline.clocks.models import LocalDay, WorkHours
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network import actions
from hutong.hotline.network.models import ApiToken, Division, Office, Post, Staff
from tests import cast
from tests.clients import signed_in
from tests.network import AT, administrator, jiangxi, security_officer

pytestmark = pytest.mark.django_db


def objects() -> Iterator[tuple[str, object]]:
    """Each page that names an object, with one of Jiangxi."""
    jiangxi()
    actions.make_token(post=cast.post("shui"), name="工单", by=None, at=AT)
    named = {
        "office_id": cast.office("donghu").pk,
        "staff_id": cast.post("shui").staff_id,
        "post_id": cast.post("shui").pk,
        "token_id": ApiToken.objects.get().pk,
        "local_day_id": clocks.set_local_days(
            division=Division.objects.get(pk="360102"), days=[SpecialDay(AT.date(), False, "台风")], basis="停工通知", by=None, at=AT
        )[0].pk,
        "code": 360102,
    }
    for entry in urlpatterns:
        for kind in named.keys() & entry.pattern.converters:
            if entry.name != "division" and entry.callback.__module__ != phone.__name__:  # a centre's telephone has tests of its own
                yield entry.name, named[kind]
    yield "phone", cast.office("nanchang").pk


RIGHTS = {
    "new_staff", "new_token", "change_staff", "password", "deactivate_staff", "give_post", "end_post", "end_token",
    "end_sessions", "charge",
}  # fmt: skip


def keeper(name: str, administrator: str, security_officer: str) -> str:
    """Whose page it is."""
    return security_officer if name in RIGHTS else administrator


def said(answer: HttpResponse) -> str:
    """What stands on the page, without the moment and the keys in its head."""
    return answer.content.decode().partition("<main")[2]


def everything() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Office, Staff, Post, ApiToken, LocalDay, WorkHours)] + [
        list(Division.objects.filter(pk="360102").values())
    ]


def test_what_belongs_to_another_province_is_answered_as_what_is_not_there() -> None:
    pages, clients = list(objects()), {who: signed_in(who) for who in ("gao", "ning")}
    before = everything()
    assert len(pages) == 25
    for name, pk in pages:
        client = clients[keeper(name, "gao", "ning")]
        nowhere = uuid4() if not isinstance(pk, int) else 999999
        for ask, status in ((client.get, 404), (client.post, 405 if name in ("office", "staff", "phone") else 404)):
            there, missing = (ask(reverse(f"office:{name}", args=[which])) for which in (pk, nowhere))
            assert (there.status_code, said(there)) == (status, said(missing))
    assert everything() == before
    assert set(AuditEntry.objects.exclude(verb__in=["token_made", "set_local_days"]).values_list("verb", flat=True)) == {"refused"}


def test_its_own_administrator_opens_every_one_of_them() -> None:
    for name, pk in list(objects()):
        assert (name, signed_in(keeper(name, "wen", "shuang")).get(reverse(f"office:{name}", args=[pk])).status_code) == (name, 200)


def test_searching_finds_nothing_there() -> None:
    jiangxi()
    client = signed_in("gao")

    for text in ("东湖", "水清", "donghu", "wen", "3601"):
        found = client.get(reverse("office:index"), {"q": text}).context
        assert (found["offices"], found["people"]) == ([], [])
    assert client.get(reverse("components:offices"), {"q": "东湖"}).json() == []


def test_the_list_of_divisions_is_public_but_only_ones_own_can_be_changed() -> None:
    page = signed_in("gao").get(reverse("office:division", args=[3601]))

    assert (page.status_code, page.context["kept"]) == (200, False)
    assert signed_in("gao").get(reverse("office:division", args=[6101])).context["kept"]


@pytest.mark.parametrize("name", ["index", "divisions", "files"])
@pytest.mark.parametrize("username", ["xu", "zhou", "song", "an", "wang", "shi"])
def test_the_pages_are_administrators_alone(username: str, name: str) -> None:
    assert signed_in(username).get(reverse(f"office:{name}")).status_code == 403


def test_a_lower_administrator_finds_nothing_above() -> None:
    administrator("lan", "lianhu")
    client = signed_in("lan")

    assert client.get(reverse("office:office", args=[cast.office("lianhu").pk])).status_code == 200
    for code in ("xian", "shaanxi", "mca", "changan"):
        assert client.get(reverse("office:office", args=[cast.office(code).pk])).status_code == 404
    security_officer("nan", "lianhu")
    for username in ("xu", "gao"):
        assert signed_in("nan").post(reverse("office:password", args=[cast.post(username).staff_id])).status_code == 404


def test_a_person_with_a_higher_post_besides_is_seen_but_not_changed() -> None:
    security_officer("lan", "lianhu")
    wang = cast.post("wang").staff
    Post.objects.create(staff=wang, office=cast.office("shaanxi"), role="supervisor", valid_from=cast.SINCE)
    client = signed_in("lan")
    page = client.get(reverse("office:staff", args=[wang.pk]))
    assert "另有 1 个岗位不在您的管理范围内" in page.content.decode()
    assert "陕西省民政厅" not in page.content.decode().split("<main")[1]
    before = Staff.objects.filter(pk=wang.pk).values().get()

    for name, typed in (("password", {}), ("deactivate_staff", {}), ("change_staff", {"name": "新名", "phone": ""})):
        answer = client.post(reverse(f"office:{name}", args=[wang.pk]), {"sure": "yes", **typed})
        assert (answer.status_code, answer.context["form"].non_field_errors()) == (
            422,
            ["此人有岗位不在您的管理范围内。 请联系管理其全部岗位的上级管理员。"],
        )
    assert Staff.objects.filter(pk=wang.pk).values().get() == before
