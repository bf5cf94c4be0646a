"""三员分立: the system administrator, the security officer and the auditor are three people, and none of them does another's work."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from hutong.hotline.cases import queries as cases
from hutong.hotline.network import actions, resetting
from hutong.hotline.network.models import Post, Role, Staff
from hutong.hotline.network.rules import THREE
from tests import cast
from tests.loop import case_at
from tests.network import AT, TODAY, refused

pytestmark = pytest.mark.django_db
HOLDERS = {"administrator": "gao", "security_officer": "ning", "auditor": "an"}
SECOND = pytest.mark.parametrize(("held", "role"), list(permutations(THREE, 2)))


def somebody(role: str, **until: object) -> Staff:
    """Whoever holds one of the three."""
    staff = Staff.objects.create(username="lei", name="雷鸣")
    Post.objects.create(staff=staff, office=cast.office("shaanxi"), role=role, valid_from=cast.SINCE, **until)
    return staff


@SECOND
def test_nobody_is_given_a_second_of_the_three_even_elsewhere(held: str, role: str) -> None:
    with refused("three_apart", "role"):
        actions.give_post(staff=somebody(held), office=cast.office("xian"), role=role, valid_from=TODAY, by=cast.post("ning"), at=AT)


@SECOND
def test_the_database_refuses_it_too(held: str, role: str) -> None:
    staff = somebody(held)
    with pytest.raises(IntegrityError, match="three people"), transaction.atomic():
        Post.objects.create(staff=staff, office=cast.office("xian"), role=role, valid_from=TODAY)


def test_one_of_the_three_may_follow_another_or_stand_in_two_offices() -> None:
    staff = somebody("auditor", valid_to=TODAY)
    for office in ("shaanxi", "xian"):
        actions.give_post(
            staff=staff, office=cast.office(office), role="administrator", valid_from=TODAY + timedelta(days=1), by=cast.post("ning"), at=AT
        )

    assert staff.posts.count() == 3


def test_the_administrator_gives_no_rights_and_the_security_officer_keeps_no_offices() -> None:
    gao, ning, wang = cast.post("gao"), cast.post("ning"), cast.post("wang")
    for deed in (
        lambda: actions.give_post(staff=wang.staff, office=cast.office("xian"), role="operator", valid_from=TODAY, by=gao, at=AT),
        lambda: resetting.set_password(staff=wang.staff, by=gao, at=AT),
        lambda: actions.make_token(post=wang, name="工单", by=gao, at=AT),
        lambda: actions.end_office(office=cast.office("changan"), on=TODAY, by=ning, at=AT),
    ):
        with refused("of_another"):
            deed()


@pytest.mark.parametrize("role", THREE)
def test_none_of_them_reads_cases(role: str) -> None:
    case_at("handling")

    assert not cases.visible_to(cast.post(HOLDERS[role])).exists()
    assert Role(role) in cases.READS_NO_CASES
