"""A person new to the network."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions
from hutong.hotline.network.models import Role, Staff
from tests import cast
from tests.network import AT, TODAY, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def add(**given: Any) -> Staff:
    said = {
        "username": "lei", "name": "雷鸣", "phone": "", "office": "lianhu", "role": Role.CASE_WORKER, "valid_from": TODAY,
        "by": cast.post("ning"), "at": AT,
    } | given  # fmt: skip
    return actions.add_staff(**said | {"office": cast.office(said["office"])})


def test_a_new_person_has_a_post_and_no_password_yet() -> None:
    made = add(phone="１３８ 1234 5678")

    assert (made.username, made.name, made.phone, made.is_active) == ("lei", "雷鸣", "13812345678", True)
    assert [(post.office.code, post.role, post.valid_from) for post in made.posts.all()] == [("lianhu", "case_worker", TODAY)]
    assert authenticate(username="lei", password="") is None
    assert not made.has_usable_password()
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == ["staff_added", "post_given"]


@pytest.mark.parametrize("typed", ["LEI", "ｌｅｉ", " Lei "])
def test_a_sign_in_name_is_kept_in_one_form(typed: str) -> None:
    assert add(username=typed).username == "lei"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"username": "雷鸣"}, "bad_sign", "username"),
        ({"username": "l"}, "bad_sign", "username"),
        ({"username": "l" * 41}, "bad_sign", "username"),
        ({"username": "xu"}, "taken", "username"),
        ({"username": "XU"}, "taken", "username"),
        ({"name": "\t"}, "missing", "name"),
        ({"name": "雷" * 41}, "too_long", "name"),
        ({"name": "雷\ud800"}, "unstorable", "name"),
        ({"phone": "1381234567"}, "telephone", "phone"),
        ({"role": "operator"}, "wrong_role", "role"),
        ({"role": "king"}, "wrong_role", "role"),
        ({"valid_from": date(2019, 1, 1)}, "not_standing", "valid_from"),
    ],
)
def test_what_is_wrong_is_said_beside_its_input_and_nobody_is_added(given: dict[str, Any], code: str, field: str) -> None:
    before = Staff.objects.count()
    with refused(code, field):
        add(**given)

    assert (Staff.objects.count(), AuditEntry.objects.count()) == (before, 0)


@pytest.mark.parametrize("username", ["lan", "shuang", "ma"])
def test_only_an_administrator_at_or_above_the_office_adds_one(username: str) -> None:
    security_officer("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        add(office="changan", by=cast.post(username))
