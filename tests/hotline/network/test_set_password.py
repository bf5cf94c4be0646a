"""A new password."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions, resetting
from hutong.hotline.network.models import Post, Role, Staff
from tests import cast
from tests.clients import signed_in
from tests.network import AT, TODAY, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def set_password(username: str, by: Post | None = None, at: datetime = AT) -> str:
    return resetting.set_password(staff=Staff.objects.get(username=username), by=by or cast.post("ning"), at=at)


def test_it_is_random_easy_to_read_out_and_in_no_log() -> None:
    first, second = set_password("wang"), set_password("wang")

    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}", second)
    assert first != second
    assert authenticate(username="wang", password=first) is None
    assert authenticate(username="wang", password=second) == Staff.objects.get(username="wang")
    assert second not in str(list(AuditEntry.objects.values()))


def test_sessions_under_the_old_one_end() -> None:
    client = signed_in("wang")
    assert client.get("/account/post").status_code == 200
    set_password("wang")

    assert client.get("/account/post")["Location"] == "/account/sign-in?next=/account/post"


@pytest.mark.parametrize(
    ("by", "username"), [("lan", "xu"), ("lan", "ning"), ("nan", "song"), ("nan", "qin"), ("shuang", "wang"), ("ma", "wang")]
)
def test_a_lower_or_other_administrator_sets_none(by: str, username: str) -> None:
    security_officer("nan", "xian"), security_officer("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        set_password(username, cast.post(by))


@pytest.mark.parametrize("valid_from", [cast.SINCE, TODAY.replace(year=2027)])
def test_whoever_also_has_a_higher_post_now_or_soon_is_out_of_a_lower_ones_reach(valid_from: object) -> None:
    lan = security_officer("lan", "lianhu")
    Post.objects.create(
        staff=Staff.objects.get(username="wang"), office=cast.office("shaanxi"), role=Role.ADMINISTRATOR, valid_from=valid_from
    )

    with refused("out_of_reach"):
        set_password("wang", lan)


def test_a_post_that_ended_is_no_hindrance() -> None:
    lan = security_officer("lan", "lianhu")
    Post.objects.create(
        staff=Staff.objects.get(username="wang"), office=cast.office("xian"), role=Role.OPERATOR, valid_from=cast.SINCE, valid_to=TODAY
    )

    assert set_password("wang", lan)


def test_whoever_left_gets_none() -> None:
    actions.deactivate_staff(staff=Staff.objects.get(username="wang"), by=cast.post("ning"), at=AT)

    with refused("inactive"):
        set_password("wang")


def test_the_person_signs_in_with_it_to_choose_another() -> None:
    password = set_password("wang", at=timezone.now())

    answer = Client().post("/account/sign-in", {"username": "ＷＡＮＧ", "password": password}, follow=True)
    assert answer.redirect_chain[-1][0] == "/account/password?next=%2F"


def test_three_days_later_it_opens_nothing() -> None:
    password = set_password("wang", at=timezone.now() - timedelta(hours=73))

    assert Client().post("/account/sign-in", {"username": "wang", "password": password}).status_code == 422
