"""Writing a rulebook: who may, what is refused, that a second person approves and that what was stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook import actions, queries
from hutong.hotline.rulebook.models import Limit, Rulebook
from hutong.hotline.rulebook.rules import PAST
from hutong.hotline.rulebook.tables import TABLES
from tests import cast
from tests.loop import ONWARD, START, case_at, opened
from tests.rulebooks import LIMIT, a_draft, administrator, in_force, tried
from tests.together import together

AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = TABLES["limits"]
KEY = ("III", "handling", "")


def reason(deed: Callable[[], object]) -> Reason | None:
    """What somebody is told who is refused; nothing when it was done."""
    try:
        with transaction.atomic():
            deed()
    except Refusal as refusal:
        return refusal.reason
    return None


def drafted(by: Post, amount: int = 9) -> Rulebook:
    draft = actions.begin(by=by, at=AT)
    actions.write_row(draft.pk, LIMITS, LIMIT | {"amount": amount}, by=by, at=AT)
    return draft


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("office", "division"), [("mca", None), ("shaanxi", "61"), ("xian", "6101"), ("lianhu", "610104")]
)  # fmt: skip
def test_an_administrator_writes_for_the_own_division(office: str, division: str | None) -> None:
    draft = drafted(administrator(office))
    assert (draft.division_id, draft.state) == (division, "draft")
    assert Limit.objects.get(rulebook=draft, tier="III", step="handling", kind="").amount == 9


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["song", "zhou", "lu", "an"])
def test_nobody_else_writes(who: str) -> None:
    draft = a_draft("6101", at=AT)
    by = cast.post(who)
    assert reason(lambda: actions.begin(by=by, at=AT)) == actions.OUT_OF_REACH
    for deed in deeds_of_a_writer(draft, by):
        assert reason(deed) == actions.OUT_OF_REACH


@pytest.mark.django_db
@pytest.mark.parametrize("office", ["mca", "shaanxi", "baoji", "lianhu", "lianhu-police"])
def test_nor_does_an_administrator_of_another_level(office: str) -> None:
    draft = a_draft("6101", at=AT)
    for deed in deeds_of_a_writer(draft, administrator(office)):
        assert reason(deed) == actions.OUT_OF_REACH


def deeds_of_a_writer(draft: Rulebook, by: Post) -> list[Callable[[], object]]:
    return [
        lambda: actions.write_row(draft.pk, LIMITS, LIMIT, by=by, at=AT),
        lambda: actions.remove_row(draft.pk, LIMITS, KEY, by=by, at=AT),
        lambda: actions.withdraw(draft.pk, by=by, at=AT),
    ]


@pytest.mark.django_db
def test_a_draft_begins_with_the_rows_of_the_newest_version_and_there_is_one_at_a_time() -> None:
    in_force("6101", {"amount": 12}, at=AT)
    newest = in_force("6101", {"amount": 11}, {"step": "review", "amount": 1}, at=AT + 99 * HOUR)
    nan = administrator("xian")
    draft = actions.begin(by=nan, at=AT + HOUR)
    assert sorted(map(str, map(LIMITS.values, Limit.objects.filter(rulebook=draft)))) == sorted(
        map(str, map(LIMITS.values, Limit.objects.filter(rulebook=newest)))
    )
    assert (draft.number, reason(lambda: actions.begin(by=nan, at=AT + HOUR))) == (3, actions.DRAFT_EXISTS)
    actions.withdraw(draft.pk, by=nan, at=AT + HOUR)
    assert actions.begin(by=nan, at=AT + HOUR).number == 4


@pytest.mark.django_db
def test_the_database_keeps_one_draft_a_division() -> None:
    for division in ("6101", None):
        a_draft(division, at=AT)
        with pytest.raises(IntegrityError, match="rulebook_one_draft"), transaction.atomic():
            Rulebook.objects.create(division_id=division, number=99, changed_at=AT)


@pytest.mark.django_db
def test_a_row_is_set_changed_and_taken_out_again() -> None:
    draft = a_draft("6101", {"amount": 12}, at=AT)
    actions.write_row(draft.pk, LIMITS, LIMIT | {"amount": "8"}, by=None, at=AT)
    assert Limit.objects.get(rulebook=draft).amount == 8
    assert reason(lambda: actions.write_row(draft.pk, LIMITS, LIMIT, by=None, at=AT, is_new=True)) == actions.ROW_EXISTS
    actions.remove_row(draft.pk, LIMITS, KEY, by=None, at=AT)
    assert not Limit.objects.filter(rulebook=draft).exists()
    assert reason(lambda: actions.remove_row(draft.pk, LIMITS, KEY, by=None, at=AT)) == actions.NO_ROW


@pytest.mark.django_db
def test_the_nation_may_not_lack_a_limit() -> None:
    draft = a_draft(None, at=AT)
    assert reason(lambda: actions.remove_row(draft.pk, LIMITS, KEY, by=None, at=AT)) == actions.NEEDED
    actions.remove_row(draft.pk, TABLES["questions"], ("", 1), by=None, at=AT)


@pytest.mark.django_db
def test_all_that_is_wrong_is_said_at_once_by_column() -> None:
    draft = a_draft("6101", at=AT)
    with pytest.raises(Refusal) as refusal:
        actions.write_row(draft.pk, LIMITS, LIMIT | {"tier": "V", "amount": "多", "basis": " ", "warn_at": "半"}, by=None, at=AT)
    assert set(refusal.value.fields) == {"tier", "amount", "basis", "warn_at"}
    with pytest.raises(Refusal) as refusal:
        actions.write_row(draft.pk, LIMITS, LIMIT | {"tier": "I", "amount": "-1", "warn_at": "80、50"}, by=None, at=AT)
    assert set(refusal.value.fields) == {"unit", "amount", "warn_at"}


@pytest.mark.django_db
@pytest.mark.parametrize("office", ["mca", "shaanxi", "xian"])
def test_another_administrator_of_the_same_or_a_higher_office_approves(office: str) -> None:
    draft = drafted(administrator("xian"))
    tried(draft, at=AT)
    by = administrator(office)
    approved = actions.approve(draft.pk, by=by, at=AT + HOUR)
    assert (approved.state, approved.approved_by, approved.valid_from) == ("approved", by.staff, AT + HOUR)


@pytest.mark.django_db
@pytest.mark.parametrize("office", ["baoji", "lianhu", "lianhu-police"])
def test_one_of_a_lower_or_another_place_does_not(office: str) -> None:
    draft = drafted(administrator("xian"))
    tried(draft, at=AT)
    by = administrator(office)
    assert reason(lambda: actions.approve(draft.pk, by=by, at=AT)) == actions.OUT_OF_REACH


@pytest.mark.django_db
def test_whoever_had_a_hand_in_it_does_not_approve_it() -> None:
    writer, helper, third = (administrator("xian", name) for name in ("甲", "乙", "丙"))
    draft = drafted(writer)
    actions.write_row(draft.pk, LIMITS, LIMIT | {"amount": 8}, by=helper, at=AT)
    tried(draft, at=AT)
    answers = [reason(lambda by=by: actions.approve(draft.pk, by=by, at=AT)) for by in (writer, helper, third)]  # type: ignore[misc]
    assert answers == [actions.SECOND_PERSON, actions.SECOND_PERSON, None]


@pytest.mark.django_db
def test_the_database_knows_a_second_person_too() -> None:
    draft = drafted(administrator("xian"))
    for changes in ({"approved_by": draft.written_by}, {"approved_by": None}, {"approved_by": cast.post("gao").staff, "tried_at": None}):
        with pytest.raises(IntegrityError, match="rulebook_approved_by_another"), transaction.atomic():
            Rulebook.objects.filter(pk=draft.pk).update(
                **{"state": "approved", "approved_at": AT, "valid_from": AT, "tried_at": AT} | changes
            )


@pytest.mark.django_db
def test_a_draft_is_tried_before_it_is_approved_and_again_after_a_change() -> None:
    writer, other = administrator("xian"), administrator("xian")
    draft = drafted(writer)
    approve = lambda: actions.approve(draft.pk, by=other, at=AT + 2 * HOUR)  # noqa: E731
    assert reason(approve) == actions.NOT_TRIED
    tried(draft, at=AT)
    actions.write_row(draft.pk, LIMITS, LIMIT | {"amount": 7}, by=writer, at=AT + HOUR)
    assert reason(approve) == actions.NOT_TRIED
    tried(draft, at=AT + HOUR)
    assert reason(approve) is None


@pytest.mark.django_db
def test_it_holds_from_a_moment_that_is_not_past() -> None:
    draft, other = drafted(administrator("xian")), administrator("xian")
    tried(draft, at=AT)
    assert reason(lambda: actions.approve(draft.pk, valid_from=AT - HOUR, by=other, at=AT)) == PAST
    actions.approve(draft.pk, valid_from=AT + HOUR, by=other, at=AT)
    found = [queries.limit_for(tier="III", step="handling", division_code="6101", at=AT + count * HOUR).amount for count in (0, 1)]
    assert found == [15, 9]


@pytest.mark.django_db
def test_a_ladder_that_falls_is_not_approved() -> None:
    other, draft = administrator("xian"), actions.begin(by=administrator("xian"), at=AT)
    rung = {"tier": "II", "position": 3, "target": "county_head", "notice": "app", "orders": False, "next_step": "过问", "basis": "市里"}
    actions.write_row(draft.pk, TABLES["rungs"], rung | {"after": 2000}, by=None, at=AT)  # the fourth, inherited, comes after 1440
    tried(draft, at=AT)
    refused = reason(lambda: actions.approve(draft.pk, by=other, at=AT))
    assert refused is not None
    assert (refused.code, str(refused.sentence)) == ("inconsistent", "II 级第 4 步早于前一步。")


@pytest.mark.django_db
def test_what_is_decided_is_not_changed_any_more() -> None:
    decided = [in_force("6101", at=AT), actions.withdraw(a_draft("61", at=AT).pk, by=None, at=AT)]
    for book in decided:
        for deed in (
            *deeds_of_a_writer(book, None),  # type: ignore[arg-type]
            lambda book=book: actions.approve(book.pk, by=None, at=AT),
        ):
            assert reason(deed) == actions.NOT_A_DRAFT


@pytest.mark.django_db
def test_a_running_clock_keeps_the_limit_it_was_born_with_and_a_new_one_carries_the_new() -> None:
    old = case_at("handling", tier="III")
    before = (old.deadline_id, old.due_at, old.deadline.limit_id)
    book = in_force("6101", {"amount": 3}, at=START + HOUR)
    new = opened(tier="III", at=START + 2 * HOUR)
    while new.stage != "handling":
        ONWARD[new.stage](new, START + 3 * HOUR)
        new.refresh_from_db()
    old.refresh_from_db()
    assert (old.deadline_id, old.due_at, old.deadline.limit_id) == before
    assert (old.deadline.limit.rulebook.number, old.deadline.limit.amount) == (1, 15)
    assert (new.deadline.limit.rulebook, new.deadline.limit.amount) == (book, 3)
    assert new.due_at < old.due_at


@pytest.mark.django_db
def test_every_deed_is_in_the_log() -> None:
    writer, other = administrator("xian"), administrator("xian")
    draft = drafted(writer)
    actions.remove_row(draft.pk, LIMITS, KEY, by=writer, at=AT)
    tried(draft, at=AT)
    actions.approve(draft.pk, by=other, at=AT)
    actions.withdraw(actions.begin(by=writer, at=AT).pk, by=writer, at=AT)
    told = AuditEntry.objects.filter(subject="rulebook").order_by("pk").values_list("verb", "post_id", "subject_id")
    second = Rulebook.objects.get(division="6101", number=2).pk
    assert list(told) == [
        ("rulebook_begun", writer.pk, draft.pk),
        ("rulebook_row_written", writer.pk, draft.pk),
        ("rulebook_row_removed", writer.pk, draft.pk),
        ("rulebook_tried", None, draft.pk),
        ("rulebook_approved", other.pk, draft.pk),
        ("rulebook_begun", writer.pk, second),
        ("rulebook_withdrawn", writer.pk, second),
    ]
    assert AuditEntry.objects.get(verb="rulebook_row_written").detail == {"table": "limits", "key": list(KEY)}


def answered(deed: Callable[[], Any]) -> Any:
    """What it gives, or why it was refused."""
    try:
        return deed()
    except Refusal as refusal:
        return refusal.reason


@pytest.mark.usefixtures("network_put_back")
def test_two_who_begin_at_once_get_one_draft() -> None:
    by = administrator("xian")
    answers = together(*[lambda: answered(lambda: actions.begin(by=by, at=AT))] * 2)
    assert actions.DRAFT_EXISTS in answers
    assert Rulebook.objects.filter(division="6101").count() == 1


@pytest.mark.usefixtures("network_put_back")
def test_a_row_that_is_written_while_the_draft_is_approved_is_in_it_or_refused() -> None:
    draft = a_draft("6101", at=AT)
    written, approved = together(
        lambda: answered(lambda: actions.write_row(draft.pk, LIMITS, LIMIT, by=None, at=AT)),
        lambda: answered(lambda: actions.approve(draft.pk, by=None, at=AT)),
    )
    assert (written == actions.NOT_A_DRAFT) == (not Limit.objects.filter(rulebook=draft).exists())
    assert approved.state == "approved"
