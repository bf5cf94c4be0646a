"""Ending a post."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions, queries
from hutong.hotline.network.models import ApiToken, Post, Role
from tests import cast
from tests.network import AT, TODAY, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def end(username: str, *, on: date = TODAY, by: Post | None = None) -> Post:
    actions.end_post(post=cast.post(username), on=on, by=by or cast.post("ning"), at=AT)
    return cast.post(username)


def test_from_that_day_on_it_opens_nothing_and_its_keys_are_useless() -> None:
    actions.make_token(post=cast.post("wang"), name="工单", by=cast.post("ning"), at=AT)
    ended = end("wang")

    assert ended.valid_to == TODAY
    assert list(queries.posts_held(staff=ended.staff, on=TODAY)) == []
    assert list(queries.posts_held(staff=ended.staff, on=TODAY - timedelta(days=1))) == [ended]
    assert ApiToken.objects.get().ended_at == AT
    assert AuditEntry.objects.latest("id").verb == "post_ended"


def test_an_end_to_come_may_still_be_moved_and_leaves_the_keys_until_then() -> None:
    actions.make_token(post=cast.post("wang"), name="工单", by=cast.post("ning"), at=AT)
    later = timezone.localdate()
    end("wang", on=later + timedelta(days=30))
    assert ApiToken.objects.get().ended_at is None

    assert end("wang", on=later + timedelta(days=60)).valid_to == later + timedelta(days=60)
    assert end("wang", on=TODAY).valid_to == TODAY
    assert ApiToken.objects.get().ended_at == AT


def test_it_ends_once_and_not_before_it_began() -> None:
    with refused("bad_day", "on"):
        end("wang", on=date(2019, 12, 31))
    end("wang")

    with refused("ended"):
        end("wang")


@pytest.mark.parametrize(("by", "username"), [("lan", "xu"), ("lan", "song"), ("shuang", "wang"), ("ma", "wang")])
def test_only_an_administrator_at_or_above_its_office_ends_it(by: str, username: str) -> None:
    security_officer("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        end(username, by=cast.post(by))


def test_a_lower_administrator_ends_the_lower_of_two_posts_alone() -> None:
    lan = security_officer("lan", "lianhu")
    low = cast.post("wang")
    high = Post.objects.create(staff=low.staff, office=cast.office("shaanxi"), role=Role.SUPERVISOR, valid_from=cast.SINCE)

    actions.end_post(post=low, on=TODAY, by=lan, at=AT)
    with refused("out_of_reach"):
        actions.end_post(post=high, on=TODAY, by=lan, at=AT)


def test_nobody_ends_the_post_in_which_they_work() -> None:
    with refused("oneself"):
        end("ning")
