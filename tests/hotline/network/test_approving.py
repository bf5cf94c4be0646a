"""A manager approves who may look at minors' data, for a purpose and a year at the most; without that a post reaches no case."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries as cases
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import actions, approving, queries
from hutong.hotline.network.models import ApiToken, Approval, Charge, Post, Role, Staff
from tests import cast
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def newcomer(role: Role = Role.COORDINATOR, office: str = "xian") -> Post:
    """Somebody who got a post today, and no approval."""
    staff = Staff.objects.create(username="new", name="新人")
    return Post.objects.create(staff=staff, office=cast.office(office), role=role, valid_from=cast.SINCE)


def approve(post: Post, until: date = TODAY + timedelta(days=100), purpose: str = "办理个案", by: str = "song") -> Approval:
    return approving.approve(post, purpose=purpose, until=until, by=cast.post(by), at=timezone.now())


def test_without_an_approval_no_case_is_reached_and_with_one_those_of_the_office_are() -> None:
    case, post = case_at("handling"), newcomer()
    assert not cases.visible_to(post).exists()
    assert not cases.watched(post).exists()
    approval = approve(post)
    assert case in cases.visible_to(post)
    assert cases.watched(post).exists()
    approving.end(approval, why="调离", by=cast.post("song"), at=timezone.now())
    assert not cases.visible_to(post).exists()
    assert list(AuditEntry.objects.filter(subject="post").order_by("at").values_list("verb", flat=True)) == [
        "access_approved",
        "access_ended",
    ]


def test_being_named_on_a_case_is_approval_for_that_case_alone() -> None:
    first, other = case_at("handling"), case_at("handling")
    post = newcomer(Role.CASE_WORKER, "lianhu")
    assignments.name_worker(first.pk, worker=post, by=cast.post("ma"), at=START, seen=None)
    assert list(cases.visible_to(post)) == [first]
    assert cases.is_named(post)
    assert list(cases.my_work(post)) == [first]
    assert other not in cases.visible_to(post)


def test_an_approval_that_ran_out_is_none() -> None:
    post = newcomer()
    Approval.objects.create(
        post=post, purpose="办理个案", valid_from=TODAY - timedelta(days=30), valid_to=TODAY, by=cast.post("song"), at=timezone.now()
    )
    assert not queries.approved_posts(TODAY).filter(pk=post.pk).exists()
    assert queries.approved_posts(TODAY - timedelta(days=1)).filter(pk=post.pk).exists()


def test_what_cannot_be_approved_is_refused_with_its_reason() -> None:
    post, at = newcomer(), timezone.now()
    wrong = [
        ({"purpose": " "}, "approval_purpose"),
        ({"until": TODAY}, "approval_too_long"),
        ({"until": TODAY + timedelta(days=400)}, "approval_too_long"),
        ({"by": "zhou"}, "not_in_charge"),
    ]
    for changed, code in wrong:
        with pytest.raises(Refusal) as refused:
            approve(post, **changed)  # type: ignore[arg-type]
        assert refused.value.reason.code == code
    for who, code in (("song", "approve_oneself"), ("gao", "approve_administrator")):
        with pytest.raises(Refusal) as refused:
            approving.approve(cast.post(who), purpose="看", until=TODAY + timedelta(days=9), by=cast.post("song"), at=at)
        assert refused.value.reason.code == code


def test_who_is_named_answers_for_the_office_and_those_below_and_for_nobody_elses() -> None:
    zhou, at = cast.post("zhou"), timezone.now()
    with pytest.raises(Refusal):
        approving.put_in_charge(zhou, by=cast.post("gao"), at=at)
    charge = approving.put_in_charge(zhou, by=cast.post("ning"), at=at)
    reach = set(approving.reach(zhou).values_list("staff__username", flat=True))
    assert {"xu", "lu", "wang", "shi"} <= reach
    assert not reach & {"zhou", "qin", "song", "gao"}
    assert [post.staff.username for post in approving.whom_to_ask(cast.post("wang"))] == ["zhou"]
    with pytest.raises(Refusal) as refused:
        approving.put_in_charge(zhou, by=cast.post("ning"), at=at)
    assert refused.value.reason.code == "in_charge_already"
    approving.end_charge(charge, by=cast.post("ning"), at=at)
    assert not approving.reach(zhou).exists()


def test_none_of_the_three_administrators_answers_for_minors_data() -> None:
    with pytest.raises(Refusal) as refused:
        approving.put_in_charge(cast.post("an"), by=cast.post("ning"), at=timezone.now())
    assert refused.value.reason.code == "approve_administrator"


def test_the_list_begins_with_those_who_have_none_and_counts_what_ends_soon() -> None:
    post = newcomer()
    song = cast.post("song")
    rows = approving.listed(song, on=TODAY)
    assert rows[0].pk == post.pk
    assert approving.counts(rows, on=TODAY) == {"without": 1, "soon_count": 0}
    approve(post, until=TODAY + timedelta(days=20))
    assert approving.counts(approving.listed(song, on=TODAY), on=TODAY) == {"without": 0, "soon_count": 1}


@pytest.mark.parametrize(
    ("who", "by", "days"),
    [("song", "song", 10), ("wang", "zhou", 10), ("wang", "song", 400), ("wang", "song", 0)],
    ids=["oneself", "not in charge", "longer than a year", "no day"],
)
def test_the_database_itself_refuses(who: str, by: str, days: int) -> None:
    made = Approval(
        post=cast.post(who), purpose="看", valid_from=TODAY, valid_to=TODAY + timedelta(days=days), by=cast.post(by), at=timezone.now()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE network_approval SET valid_to = valid_to + 100",
        "DELETE FROM network_approval",
        "UPDATE network_charge SET by_id = NULL",
        "UPDATE network_api_token SET post_id = (SELECT id FROM network_post LIMIT 1)",
        "UPDATE network_api_token SET digest = ''",
    ],
)
def test_what_was_approved_is_never_rewritten(statement: str) -> None:
    assert Approval.objects.exists()
    assert Charge.objects.exists()
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE network_approval SET ended_at = NULL, ended_by_id = NULL, ended_why = ''",
        "UPDATE network_approval SET ended_why = '另有原因'",
        "UPDATE network_charge SET ended_at = NULL, ended_by_id = NULL",
        "UPDATE network_api_token SET ended_at = NULL",
    ],
)
def test_what_ended_runs_never_again_and_ended_as_it_was_said(statement: str) -> None:
    approving.end(approve(newcomer()), why="调离", by=cast.post("song"), at=timezone.now())
    approving.end_charge(Charge.objects.get(post=cast.post("song")), by=cast.post("ning"), at=timezone.now())
    actions.make_token(post=cast.post("ma"), name="局内系统", by=cast.post("ning"), at=START)
    actions.end_token(token=ApiToken.objects.get(), by=cast.post("ning"), at=START)
    with pytest.raises(ProgrammingError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE ended_at IS NOT NULL")
