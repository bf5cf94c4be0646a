"""Closing an office."""

from datetime import date, timedelta

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.network import actions
from hutong.hotline.network.models import ApiToken, Office, Post, Session
from tests import cast, loop
from tests.clients import signed_in
from tests.network import AT, TODAY, administrator, jiangxi, refused

pytestmark = pytest.mark.django_db


def end(code: str, *, by: Post | None = None, on: date = TODAY) -> Office:
    actions.end_office(office=cast.office(code), on=on, by=by or cast.post("gao"), at=AT)
    return cast.office(code)


def test_its_posts_and_keys_end_with_it() -> None:
    actions.make_token(post=cast.post("jiang"), name="警务平台", by=cast.post("ning"), at=AT)
    ended = end("lianhu-police")

    assert ended.valid_to == TODAY
    assert cast.post("jiang").valid_to == TODAY
    assert ApiToken.objects.get().ended_at == AT
    assert AuditEntry.objects.get(verb="office_ended").subject_id == ended.pk


def test_nobody_of_it_stays_signed_in() -> None:
    """Nor does the stream of a page that is open go on: it ends with its session."""
    jiang, ma = (signed_in(who).session["sign_in"] for who in ("jiang", "ma"))
    end("lianhu-police")

    assert Session.objects.get(pk=jiang).ended_why == "posts"
    assert Session.objects.get(pk=ma).ended_at is None


def test_a_post_to_come_never_begins() -> None:
    Post.objects.filter(staff__username="jiang").update(valid_from=TODAY + timedelta(days=5))
    end("lianhu-police")

    post = cast.post("jiang")
    assert (post.valid_from, post.valid_to) == (TODAY + timedelta(days=5), TODAY + timedelta(days=5))


def test_while_others_answer_to_it_it_stays() -> None:
    with refused("has_children") as refusal:
        end("lianhu")

    assert str(refusal.value) == "还有 2 个下级机构。 请先停用它们或改换其上级。"


@pytest.mark.parametrize(
    ("stage", "code", "work"),
    [("handling", "changan", "负责个案 1、主办个案 1、办件 1"), ("assessment", "xian", "负责个案 1、主办个案 1、受理个案 1、待处理来访 1")],
)
def test_while_it_holds_work_it_stays_and_the_work_is_counted(stage: str, code: str, work: str) -> None:
    case = loop.case_at("dispatch" if stage == "handling" else stage)
    if stage == "handling":
        loop.assignments.dispatch(case.pk, office=cast.office("changan"), by=cast.post("zhou"), at=AT, seen=case.version, text="请上门")
    else:
        contacts.receive(centre=cast.office("xian"), channel="web", narrative="网页", idempotency_key="1", by=None, at=AT)
        Office.objects.filter(parent__code="xian").update(valid_to=cast.SINCE)

    with refused("holds_work") as refusal:
        end(code)
    assert str(refusal.value) == f"该机构还有未了结的事项：{work}。 请先移交或办结。"


def test_it_ends_once_not_in_the_future_and_not_before_it_began() -> None:
    with refused("future", "on"):
        end("changan", on=TODAY + timedelta(days=1))
    with refused("bad_day", "on"):
        end("changan", on=date(2019, 12, 31))
    end("changan")

    with refused("ended"):
        end("changan")


@pytest.mark.parametrize(("username", "code"), [("lan", "changan"), ("wen", "changan"), ("ma", "lianhu-police"), ("nan", "qishan")])
def test_only_an_administrator_above_ends_it(username: str, code: str) -> None:
    administrator("nan", "xian"), administrator("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        end(code, by=cast.post(username))


def test_nobody_ends_the_office_that_they_sit_in() -> None:
    with refused("oneself"):
        end("lianhu", by=administrator("lan", "lianhu"))
