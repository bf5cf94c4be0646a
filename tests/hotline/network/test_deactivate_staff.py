"""Ending everything of a person at once."""

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions, queries
from hutong.hotline.network.models import ApiToken, Post, Role, Staff
from tests import cast
from tests.clients import signed_in
from tests.network import AT, TODAY, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def deactivate(username: str, by: Post | None = None) -> Staff:
    actions.deactivate_staff(staff=Staff.objects.get(username=username), by=by or cast.post("ning"), at=AT)
    return Staff.objects.get(username=username)


def test_the_sign_in_every_session_every_post_and_key_end() -> None:
    client = signed_in("wang")
    second = Post.objects.create(
        staff=Staff.objects.get(username="wang"), office=cast.office("changan"), role=Role.CASE_WORKER, valid_from=cast.SINCE
    )
    actions.make_token(post=second, name="工单", by=cast.post("ning"), at=AT)
    left = deactivate("wang")

    assert (left.is_active, left.has_usable_password()) == (False, False)
    assert {post.valid_to for post in left.posts.all()} == {TODAY}
    assert ApiToken.objects.get().ended_at == AT
    assert client.get("/account/post").status_code == 302
    assert list(queries.posts_held(staff=left, on=TODAY)) == []
    assert AuditEntry.objects.latest("id").verb == "staff_deactivated"


def test_a_post_that_had_ended_keeps_its_day() -> None:
    Post.objects.filter(staff__username="wang").update(valid_to=cast.SINCE.replace(year=2021))

    assert deactivate("wang").posts.get().valid_to == cast.SINCE.replace(year=2021)


@pytest.mark.parametrize(("by", "username"), [("lan", "xu"), ("lan", "ning"), ("shuang", "wang"), ("ma", "wang")])
def test_only_who_reaches_all_their_posts_does_it(by: str, username: str) -> None:
    security_officer("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        deactivate(username, cast.post(by))


def test_nobody_does_it_to_oneself() -> None:
    with refused("oneself"):
        deactivate("ning")
