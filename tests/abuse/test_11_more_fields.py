"""Sending more fields than a form has gives nobody anything."""

from typing import Any

import pytest
from django.urls import reverse

from hutong.hotline.network.models import Post, Staff
from tests import cast
from tests.abuse.attack import attack, patched
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db
WANTED = {
    "role": "administrator", "post": "", "office": "", "office_id": "", "is_staff": "on", "is_superuser": "on", "is_active": "on",
    "groups": "1", "username": "boss", "password": "boss", "name": "改", "valid_to": "2099-01-01", "valid_from": "2000-01-01",
    "staff": "", "staff_id": "", "id": "", "pk": "", "mfa": "off", "last_login": "2000-01-01", "password_until": "",
}  # fmt: skip


def who() -> list[dict[str, Any]]:
    """Everything that is kept of people and posts, but for the language, which one chooses."""
    staff = [
        {key: value for key, value in row.items() if key not in {"language", "last_login"}} for row in Staff.objects.order_by("pk").values()
    ]
    return [*staff, *Post.objects.order_by("pk").values()]


def every_field(staff: Staff, language: str) -> None:
    """What a form made from a model would do that lists no fields."""
    Staff.objects.filter(pk=staff.pk).update(language=language, name=WANTED["name"])


def fields_of_every_table() -> set[str]:
    return {field.name for model in (Staff, Post) for field in model._meta.get_fields() if not field.auto_created}


def test_every_field_of_a_person_and_a_post_is_tried() -> None:
    known = fields_of_every_table() - {"language", "phone", "contact"}
    assert known <= WANTED.keys()


@attack(11, patched("hutong.hotline.network.signing_in.choose_language", every_field))
def test_with_ones_own_form_one_changes_what_it_asks_and_nothing_else() -> None:
    before, sent = who(), WANTED | {"office": str(cast.office("shaanxi").pk), "staff": str(cast.post("gao").staff_id)}
    for username in ("xu", "wang", "shi"):
        client = signed_in(username)
        client.post(reverse("account:language"), sent | {"language": "en"})
        client.post(reverse("account:choose_post"), sent | {"post": str(cast.post("gao").pk)})
        client.post(reverse("office:change_staff", args=[cast.post(username).staff_id]), sent)
        client.post(reverse("office:give_post", args=[cast.post(username).staff_id]), sent)
        assert client.session["post"] == str(cast.post(username).pk)

    assert who() == before


def test_software_that_sends_a_field_that_is_none_is_refused_as_a_whole() -> None:
    case = case_at("handling")
    for name in ("centre", "lead", "holder", "stage", "seen_by", "by", "at"):
        answer = Software.of("wang").act(case, "note", text="记一笔", **{name: "x"})
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, [name])  # type: ignore[attr-defined]
