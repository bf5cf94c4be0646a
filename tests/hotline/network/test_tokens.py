"""Keys of an office's own software."""

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions, queries, rules
from hutong.hotline.network.models import ApiToken, Post
from tests import cast
from tests.network import AT, TODAY, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def make(username: str = "zhou", name: str = "市 12345 平台", by: Post | None = None) -> str:
    return actions.make_token(post=cast.post(username), name=name, by=by or cast.post("ning"), at=AT)


def test_only_the_digest_of_a_key_is_kept() -> None:
    key = make(name="市　12345 平台")
    row = ApiToken.objects.get()

    assert key.startswith("hutong_")
    assert (row.name, row.post, row.digest, row.ended_at) == ("市 12345 平台", cast.post("zhou"), rules.token_digest(key), None)
    assert key not in str([*ApiToken.objects.values(), *AuditEntry.objects.values()])
    assert AuditEntry.objects.get().verb == "token_made"


def test_a_form_sent_twice_makes_one_key() -> None:
    make()
    with refused("taken", "name"):
        make()

    assert ApiToken.objects.count() == 1


def test_an_ended_key_makes_room_for_one_of_its_name() -> None:
    make()
    actions.end_token(token=ApiToken.objects.get(), by=cast.post("ning"), at=AT)
    make()

    assert [token.ended_at for token in queries.tokens_of(cast.office("xian"))] == [None, AT]


def test_ending_twice_keeps_the_first_moment() -> None:
    make()
    for at in (AT, AT.replace(hour=9)):
        actions.end_token(token=ApiToken.objects.get(), by=cast.post("ning"), at=at)

    assert ApiToken.objects.get().ended_at == AT


def test_a_key_needs_a_name_and_a_post_that_stands() -> None:
    with refused("missing", "name"):
        make(name=" ")
    Post.objects.filter(staff__username="zhou").update(valid_to=TODAY)

    with refused("ended"):
        make()


@pytest.mark.parametrize("by", ["lan", "shuang", "zhou"])
def test_only_an_administrator_at_or_above_makes_or_ends_one(by: str) -> None:
    security_officer("lan", "lianhu"), jiangxi()
    make()
    token = ApiToken.objects.get()

    with refused("out_of_reach"):
        make(name="另一把", by=cast.post(by))
    with refused("out_of_reach"):
        actions.end_token(token=token, by=cast.post(by), at=AT)
