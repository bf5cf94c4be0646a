"""A draft tried on real cases: what it finds, in portions, by whichever worker."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hutong.hotline.cases.models import Case, Clock
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.rulebook import actions as rulebook
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.rulebook.tables import TABLES
from hutong.hotline.trials import actions, queries, timers
from hutong.hotline.trials.models import RulebookTrial
from tests import cast
from tests.loop import START, case_at
from tests.rulebooks import LIMIT, a_draft, administrator, in_force, tried

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=3)


def run(trial: RulebookTrial, at: datetime = NOW) -> dict[str, Any]:
    while timers.advance(at=at):
        pass
    trial.refresh_from_db()
    assert (trial.state, trial.done) == ("done", trial.total)
    return trial.result


def test_it_finds_what_would_have_been() -> None:
    case = case_at("handling", tier="III")  # handling began on Monday at 10:40
    closed = case_at("closed", tier="III", at=START + timedelta(minutes=1))
    draft = a_draft("61", {"amount": 1}, {"step": "assessment", "amount": 5, "unit": "working_minute"}, at=START)
    result = run(actions.ask(draft.pk, days=7, by=None, at=NOW))

    clocks = Clock.objects.filter(case__in=[case.pk, closed.pk])
    moved = clocks.filter(step__in=["handling", "assessment"]).count()
    assert result["deadlines"] == {"earlier": moved, "same": clocks.count() - moved}
    assert {step: counts["earlier"] for step, counts in result["steps"].items()} == {"III assessment": 2, "III handling": 2}
    # Both assessments took 10 minutes instead of 5; of the two handlings one is open and overdue since Tuesday.
    assert result["missed"] == [0, 3]
    assert result["offices"] == [[cast.office("xian").pk.hex, 0, 2], [cast.office("lianhu").pk.hex, 0, 1]]
    assert {row[1] for row in result["examples"]["earlier"]} == {case.number, closed.number}
    assert queries.office_names(result) == [("西安市12349热线中心", 0, 2), ("莲湖区民政局", 0, 1)]


def test_it_looks_at_the_cases_of_its_own_division_in_its_time() -> None:
    case_at("handling", at=START)
    drafts = {division: a_draft(division, {"amount": 1}, at=START) for division in (None, "6101", "610104", "610116", "15")}
    totals = {division: queries.cases(draft, days=7, until=NOW).count() for division, draft in drafts.items()}
    assert totals == {None: 1, "6101": 1, "610104": 1, "610116": 0, "15": 0}
    assert [queries.cases(drafts[None], days=days, until=START + timedelta(days=31)).count() for days in (7, 30, 90)] == [0, 0, 1]


def test_a_nearer_division_keeps_its_own_limits() -> None:
    in_force("610104", {"amount": 15}, at=START - timedelta(days=1))
    case_at("handling", at=START)
    result = run(actions.ask(a_draft("61", {"amount": 1}, at=START).pk, days=7, by=None, at=NOW))
    assert set(result["deadlines"]) == {"same"}


def test_a_case_without_a_place_goes_by_its_centre() -> None:
    case = case_at("assessment")
    with connection.cursor() as owner, transaction.atomic():
        owner.execute("SET CONSTRAINTS ALL DEFERRED")
        Case.objects.filter(pk=case.pk).update(place=None, version=case.version + 1)
        draft = a_draft("6101", {"step": "assessment", "unit": "working_minute", "amount": 1}, at=START)
        trial = actions.ask(draft.pk, days=7, by=None, at=NOW)
        assert run(trial)["deadlines"]["earlier"] == 1
        transaction.set_rollback(True)


def test_portion_by_portion_it_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in range(5):
        case_at("handling", at=START + timedelta(minutes=count))
    draft = a_draft("61", {"amount": 1}, at=START)
    whole = run(actions.ask(draft.pk, days=7, by=None, at=NOW))
    monkeypatch.setattr(timers, "PORTION", 2)
    trial = actions.ask(draft.pk, days=7, by=None, at=NOW)
    seen = []
    while timers.advance(at=NOW):
        trial.refresh_from_db()
        seen.append((trial.state, trial.done))
    assert seen == [("running", 2), ("running", 4), ("done", 5)]
    assert trial.result == whole


def test_a_portion_that_was_broken_off_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in range(3):
        case_at("handling", at=START + timedelta(minutes=count))
    monkeypatch.setattr(timers, "PORTION", 2)
    trial = actions.ask(a_draft("61", {"amount": 1}, at=START).pk, days=7, by=None, at=NOW)
    timers.advance(at=NOW)
    with transaction.atomic():  # a worker that is killed: nothing of its portion is there
        timers.advance(at=NOW)
        transaction.set_rollback(True)
    assert run(trial)["deadlines"]["earlier"] == 3


def test_a_draft_that_changes_meanwhile_is_tried_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in range(3):
        case_at("handling", at=START + timedelta(minutes=count))
    monkeypatch.setattr(timers, "PORTION", 2)
    draft = a_draft("61", {"amount": 1}, at=START)
    trial = actions.ask(draft.pk, days=7, by=None, at=NOW)
    timers.advance(at=NOW)
    rulebook.write_row(draft.pk, TABLES["limits"], LIMIT | {"amount": 20}, by=None, at=NOW)
    assert run(trial)["deadlines"]["later"] == 3
    draft.refresh_from_db()
    assert (trial.of, draft.tried_at) == (NOW, NOW)


def test_one_that_cannot_be_done_does_not_stand_in_the_way(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    case_at("handling")
    first, second = a_draft("61", at=START), a_draft("6101", at=START)
    broken = actions.ask(first.pk, days=7, by=None, at=NOW)
    good = actions.ask(second.pk, days=7, by=None, at=NOW + timedelta(seconds=1))
    with monkeypatch.context() as patched:
        patched.setattr(queries, "limits", lambda *_args, **_more: 1 / 0)
        assert timers.advance(at=NOW) == f"trial {broken.pk} failed"
    run(good)
    broken.refresh_from_db()
    assert (broken.state, "ZeroDivisionError" in caplog.text) == ("failed", True)
    assert Rulebook.objects.get(pk=first.pk).tried_at is None


def test_without_cases_it_is_done_at_once_and_counts_as_tried() -> None:
    draft = a_draft("15", {}, at=START)
    tried(draft, at=NOW)
    draft.refresh_from_db()
    assert draft.tried_at is not None


@pytest.mark.parametrize(("who", "code"), [("baoji", "out_of_reach"), ("lianhu", "out_of_reach"), ("xian", None), ("shaanxi", None)])
def test_the_division_s_administrator_or_one_above_tries_it(who: str, code: str | None) -> None:
    draft, by = a_draft("6101", at=START), administrator(who)
    with pytest.raises(Refusal) if code else nullcontext() as refused:
        actions.ask(draft.pk, days=7, by=by, at=NOW)
    assert (refused.value.reason.code if refused else None) == code


def test_only_a_draft_is_tried_and_only_so_far_back() -> None:
    with pytest.raises(Refusal) as refused:
        actions.ask(in_force("61", at=START).pk, days=7, by=None, at=NOW)
    assert refused.value.reason == rulebook.NOT_A_DRAFT
    with pytest.raises(Refusal) as refused:
        actions.ask(a_draft("61", at=START).pk, days=8, by=None, at=NOW)
    assert list(refused.value.fields) == ["days"]


def test_a_portion_asks_the_same_number_of_questions_however_much_there_is() -> None:
    draft, counts = a_draft("61", {"amount": 1}, at=START), []
    for count in (1, 4):
        for number in range(count):
            case_at("handling", at=START + timedelta(minutes=10 * count + number))
        actions.ask(draft.pk, days=7, by=None, at=NOW + timedelta(minutes=count))
        with CaptureQueriesContext(connection) as caught:
            timers.advance(at=datetime(2026, 9, 20, tzinfo=UTC))
        counts.append(len(caught))
    assert counts[0] == counts[1]
