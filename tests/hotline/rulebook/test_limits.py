"""What holds where and when: row by row that of the nearest division, in its highest version in force."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.rulebook import actions, defaults, queries, rules
from hutong.hotline.rulebook.models import Limit, Question, Route, Rulebook, Rung, TierRule
from hutong.hotline.rulebook.tables import TABLES
from tests.rulebooks import a_draft, in_force

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def amount(code: str | None, *, at: datetime = AT, step: str = "handling") -> int:
    return queries.limit_for(tier="III", step=step, division_code=code, at=at).amount


def test_every_default_is_seeded_once_for_the_nation() -> None:
    actions.seed()
    book = Rulebook.objects.get()
    assert (book.division_id, book.number, book.state, book.valid_from) == (None, 1, "approved", actions.SINCE_THE_PILOT)
    for name, rows in defaults.rows().items():
        table = TABLES[name]
        kept = [table.values(row) for row in table.model._default_manager.filter(rulebook=book)]
        assert sorted(map(str, kept)) == sorted(str({column.name: row[column.name] for column in table.columns}) for row in rows)


def test_the_nearest_division_up_the_chain_decides_row_by_row() -> None:
    for division, count in (("61", 14), ("6101", 13), ("610104", 12)):
        in_force(division, {"amount": count}, at=AT)
    assert [amount(code) for code in ("610104001", "610104", "610116", "610323", "150100", None)] == [12, 12, 13, 14, 15, 15]
    assert [amount(code, step="review") for code in ("610104", "6101", None)] == [2, 2, 2]


def test_a_version_holds_from_its_moment_on_and_the_earlier_one_before() -> None:
    first = in_force("6101", {"amount": 10}, {"step": "review", "amount": 1}, at=AT)
    in_force("6101", {"amount": 8}, at=AT + HOUR)
    moments = (AT - HOUR, AT, AT + HOUR - timedelta(microseconds=1), AT + HOUR)
    assert [amount("610104", at=at) for at in moments] == [15, 10, 10, 8]
    assert [amount("610104", at=at, step="review") for at in moments] == [2, 1, 1, 1]  # what it does not say anew it goes on saying
    assert (first.number, amount("610104", at=AT + 99 * HOUR)) == (1, 8)


def test_a_later_version_that_does_not_have_a_row_falls_back_to_the_division_above() -> None:
    in_force("6101", {"amount": 10}, at=AT)
    draft = a_draft("6101", at=AT)
    actions.remove_row(draft.pk, TABLES["limits"], ("III", "handling", ""), by=None, at=AT)
    assert amount("610104", at=AT + HOUR) == 10
    actions.approve(draft.pk, by=None, at=AT + HOUR)
    assert [amount("610104", at=AT + count * HOUR) for count in (0, 1)] == [10, 15]


def test_a_draft_and_a_withdrawn_one_hold_nowhere() -> None:
    draft = a_draft("6101", {"amount": 10}, at=AT)
    assert amount("6101", at=AT + HOUR) == 15
    actions.withdraw(draft.pk, by=None, at=AT)
    assert amount("6101", at=AT + HOUR) == 15


def test_before_the_pilot_there_is_nothing() -> None:
    early = datetime(2020, 8, 31, 12, tzinfo=UTC)
    for ask in (lambda: amount("610104", at=early), lambda: queries.tier_rule_for(tier="I", division_code=None, at=early)):
        with pytest.raises(Refusal) as refusal:
            ask()
        assert refusal.value.reason in (queries.NO_LIMIT, queries.NO_TIER)
    assert queries.rungs_for(tier="I", division_code="6101", at=early) == []


def test_each_kind_of_assignment_has_limits_of_its_own() -> None:
    found = [queries.limit_for(tier="I", step="part_report", kind=kind, division_code="6101", at=AT) for kind in rules.KINDS]
    assert [(limit.amount, limit.unit) for limit in found] == [(1, "day"), (1, "day"), (120, "minute")]
    with pytest.raises(Refusal):
        queries.limit_for(tier="I", step="part_report", division_code="6101", at=AT)


def test_the_ladder_the_routes_the_questions_and_the_tiers_are_inherited_too() -> None:
    in_force("61", {"position": 2, "after": 60, "target": "county_head", "next_step": "省里的"}, at=AT, table="rungs")
    in_force("6101", {}, at=AT, table="questions")
    in_force("610104", {}, at=AT, table="routes")
    in_force("6103", {"told": ["police"]}, at=AT, table="tiers")

    ladder = queries.rungs_for(tier="III", division_code="610104", at=AT)
    assert [(rung.position, rung.next_step == "省里的") for rung in ladder] == [(1, False), (2, True), (3, False), (4, False)]
    asked = queries.questions_for(division_code="610104", at=AT)
    assert [question.text for question in asked if not question.category][4:] == ["孩子吃饭了吗？"]
    assert [queries.questions_for(division_code=code, at=AT) == asked for code in ("6101", "6103")] == [True, False]
    routes = {(route.harm, route.status): route.lead for route in queries.routes_for(category="hardship", division_code="610104", at=AT)}
    assert (routes["助学", ""], routes["", "stray"], routes["", ""]) == ("education", "shelter", "county_bureau")
    assert queries.tier_rule_for(tier="III", division_code="610323", at=AT).told == ["police"]


def test_each_look_up_is_one_question(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    in_force("6101", {"amount": 10}, at=AT)
    where = {"division_code": "610104001", "at": AT}
    for ask in (
        lambda: queries.limit_for(tier="III", step="handling", **where).rulebook.division.name,
        lambda: queries.tier_rule_for(tier="I", **where).rulebook.number,
        lambda: queries.rungs_for(tier="I", **where),
        lambda: queries.routes_for(category="hardship", **where),
        lambda: queries.questions_for(**where),
    ):
        with django_assert_num_queries(1):
            ask()


BOOKS = st.lists(
    st.tuples(
        st.sampled_from([None, "61", "6101", "610104"]),
        st.integers(0, 4),  # hours after AT
        st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(0, 9), max_size=3),  # rungs: position and after
    ),
    max_size=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(books=BOOKS, code=st.sampled_from(["610104", "610116", "6101", "61", "15", None]), hour=st.integers(-1, 5))
def test_inheritance_is_what_one_would_find_by_looking_through_everything(books: list[Any], code: str | None, hour: int) -> None:
    at = AT + hour * HOUR
    with transaction.atomic():
        national = {rung.position: rung.after for rung in queries.rungs_for(tier="I", division_code=None, at=AT)}
        said: dict[str | None, dict[int, int]] = {None: national}
        numbers: dict[str | None, int] = {None: 1}
        for division, hours, rows in books:
            numbers[division] = numbers.get(division, 0) + 1
            book = Rulebook.objects.create(division_id=division, number=numbers[division], changed_at=AT)
            rung = {"target": "shift_lead", "notice": "app", "next_step": "…", "basis": "…"}
            Rung.objects.bulk_create(Rung(rulebook=book, tier="I", position=place, after=after, **rung) for place, after in rows.items())
            Rulebook.objects.filter(pk=book.pk).update(state="approved", valid_from=AT + hours * HOUR)
            if hours <= hour:
                said[division] = rows  # the highest number that is in force, for they come in order
        wanted: dict[int, int] = {}
        for division in (None, *rules.chain(code or "")):
            wanted |= said.get(division, {})
        found = {rung.position: rung.after for rung in queries.rungs_for(tier="I", division_code=code, at=at)}
        transaction.set_rollback(True)
    assert found == wanted


@pytest.mark.parametrize("unit", ["working_minute", "working_day"])
@pytest.mark.parametrize("tier", ["I", "II"])
def test_the_database_keeps_tiers_i_and_ii_on_real_time(tier: str, unit: str) -> None:
    with pytest.raises(IntegrityError, match="limit_real_time_for_i_and_ii"), transaction.atomic():
        a_limit(tier=tier, unit=unit)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"tier": "I", "unit": "day", "pause_days": 1}, "limit_tier_i_never_pauses"),
        ({"tier": "II", "unit": "day", "ends_on_workday": True}, "limit_extends_natural_days_only"),
        ({"tier": "III", "unit": "working_day", "ends_on_workday": True}, "limit_extends_natural_days_only"),
    ],
)
def test_the_database_refuses_what_no_limit_may_be(facts: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        a_limit(**facts)


def a_limit(**facts: Any) -> Limit:
    draft = Rulebook.objects.filter(state="draft").first() or a_draft("6101", at=AT)
    return Limit.objects.create(**{"rulebook": draft, "step": "handling", "amount": 1, "warn_at": [50], "basis": "?"} | facts)


@pytest.mark.parametrize("model", [TierRule, Limit, Route, Rung, Question])
def test_no_row_of_a_rulebook_in_force_is_changed_or_removed(model: type[Any]) -> None:
    row = model.objects.first()
    for deed in (row.save, row.delete, lambda: model.objects.update(basis="改")):
        with pytest.raises(IntegrityError, match="its rows do not change"), transaction.atomic():
            deed()
    row.pk = None
    with pytest.raises(IntegrityError, match="its rows do not change"), transaction.atomic():
        row.save(force_insert=True)


def test_nor_is_the_rulebook_itself() -> None:
    for changes in ({"state": "draft"}, {"valid_from": AT}, {"state": "withdrawn"}):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            Rulebook.objects.update(**changes)
