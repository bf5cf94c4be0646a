"""Giving a person a post."""

from datetime import date, timedelta
from typing import Any

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions, queries
from hutong.hotline.network.models import Office, Post, Role, Staff
from tests import cast
from tests.network import AT, TODAY, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def give(username: str, office: str, role: Role, by: Post | None = None, **given: Any) -> Post:
    said = {"valid_from": TODAY, "by": by or cast.post("ning"), "at": AT} | given
    return actions.give_post(staff=Staff.objects.get(username=username), office=cast.office(office), role=role, **said)


def can_sign_in(username: str) -> bool:
    return Staff.objects.get(username=username).has_usable_password()


def test_a_second_post_in_the_same_office_leaves_the_password() -> None:
    made = give("lu", "xian", Role.COORDINATOR)

    assert {post.role for post in queries.posts_held(staff=made.staff, on=TODAY)} == {"shift_lead", "coordinator"}
    assert can_sign_in("lu")
    assert list(AuditEntry.objects.values_list("verb", "subject_id")) == [("post_given", made.pk)]


@pytest.mark.parametrize(
    ("username", "office", "role", "kept"),
    [
        ("xu", "lianhu", Role.COORDINATOR, True),
        ("wang", "lianhu", Role.COORDINATOR, True),
        ("wang", "changan", Role.CASE_WORKER, False),
        ("wang", "xian", Role.OPERATOR, False),
        ("wang", "shaanxi", Role.SUPERVISOR, False),
    ],
)
def test_where_the_old_offices_administrator_does_not_reach_the_new_one_the_password_ends(
    username: str, office: str, role: Role, kept: bool
) -> None:
    """Lianhu's administrator may have set Wang's password, and must not come to the centre or the province with it."""
    give(username, office, role)

    assert can_sign_in(username) is kept


def test_whoever_had_left_is_back_without_a_password() -> None:
    actions.deactivate_staff(staff=Staff.objects.get(username="wang"), by=cast.post("ning"), at=AT)
    give("wang", "lianhu", Role.CASE_WORKER)

    back = Staff.objects.get(username="wang")
    assert (back.is_active, back.has_usable_password()) == (True, False)
    assert back.posts.filter(valid_to=None).count() == 1


def test_whose_last_post_ended_comes_back_without_a_password() -> None:
    actions.end_post(post=cast.post("wang"), on=TODAY, by=cast.post("ning"), at=AT)
    give("wang", "xian", Role.OPERATOR)

    assert not can_sign_in("wang")


@pytest.mark.parametrize(
    ("office", "role", "given", "code", "field"),
    [
        ("lianhu", Role.CASE_WORKER, {}, "taken", "role"),
        ("lianhu", Role.OPERATOR, {}, "wrong_role", "role"),
        ("lianhu", "king", {}, "wrong_role", "role"),
        ("lianhu", Role.COORDINATOR, {"valid_from": date(2019, 12, 31)}, "not_standing", "valid_from"),
    ],
)
def test_what_is_wrong_is_said_beside_its_input(office: str, role: Role, given: dict[str, Any], code: str, field: str) -> None:
    with refused(code, field):
        give("wang", office, role, **given)


def test_no_post_in_an_office_that_ended() -> None:
    Office.objects.filter(code="changan").update(valid_to=TODAY)

    with refused("not_standing", "valid_from"):
        give("wang", "changan", Role.CASE_WORKER)


def test_the_same_post_does_not_overlap_itself() -> None:
    Post.objects.filter(staff__username="wang").update(valid_to=TODAY + timedelta(days=10))
    with refused("taken", "role"):
        give("wang", "lianhu", Role.CASE_WORKER, valid_from=TODAY + timedelta(days=9))

    again = give("wang", "lianhu", Role.CASE_WORKER, valid_from=TODAY + timedelta(days=10))
    assert again.valid_to is None


@pytest.mark.parametrize(("by", "username", "office"), [("lan", "wang", "xian"), ("lan", "wang", "changan"), ("shuang", "wang", "lianhu")])
def test_an_administrator_gives_posts_only_in_reach(by: str, username: str, office: str) -> None:
    security_officer("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        give(username, office, Role.VOLUNTEER, cast.post(by))


@pytest.mark.parametrize("username", ["ning", "xu", "bai", "shui"])
def test_and_only_to_people_whose_other_posts_they_reach(username: str) -> None:
    """Else the person would be out of the reach of their own administrators from then on."""
    jiangxi()

    with refused("out_of_reach"):
        give(username, "lianhu", Role.COORDINATOR, security_officer("lan", "lianhu"))


def test_nobody_gives_one_to_oneself() -> None:
    with refused("oneself"):
        give("ning", "xian", Role.COORDINATOR)
