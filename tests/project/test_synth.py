"""`hutong synth` makes cases that keep every promise, the same each time, and never beside real ones."""

import argparse
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.cases import rules
from hutong.hotline.cases.models import Case, Event
from hutong.hotline.clocks import rules as clocks
from hutong.hotline.clocks.working import WorkingTime
from hutong.hotline.contacts.models import Contact
from hutong.project import check, synth
from hutong.project.database import Addresses
from hutong.project.synth import paths, texts
from hutong.project.synth.rows import Rows
from hutong.project.synth.stories import Story
from hutong.project.synth.world import World
from hutong.project.trouble import Trouble
from tests.loop import case_at

NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
MANY = 1_200
GUARDS = """
    SELECT format('%s %s %s %s', indexrelid::regclass, indisunique, indkey, indpred IS NOT NULL) FROM pg_index
    JOIN pg_class k ON k.oid = indrelid WHERE k.relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) FROM pg_constraint
    UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1
"""


def guards(addresses: Addresses) -> list[object]:
    with psycopg.connect(addresses.owner) as owner:
        return owner.execute(GUARDS).fetchall()


def broken(addresses: Addresses) -> list[str]:
    """What breaks a rule, with everything in the database seen as the working role sees it."""
    with psycopg.connect(addresses.work) as work:
        return [offender for found in check.look(work.cursor()) for offender in found.first]


def test_made_up_cases_keep_every_promise_and_leave_the_database_as_it_was(committed: Addresses) -> None:
    before = guards(committed)
    synth.load(committed.owner, first=0, last=MANY, now=NOW)
    assert broken(committed) == []
    assert guards(committed) == before
    assert set(Case.objects.values_list("stage", flat=True)) == set(rules.STAGES)
    assert Case.objects.count() == MANY
    assert Case.objects.filter(stage="closed").count() > MANY * 0.85
    assert Case.objects.exclude(stage="closed").exclude(missed_at=None).exists()
    done = set(Event.objects.values_list("action", flat=True))
    assert done == {*paths.LEADS_TO, *(code for _after, _chance, _tiers, codes in paths.ASIDES for code in codes), "warn", "miss"}


def test_a_rare_word_is_in_as_many_reports_as_told(committed: Addresses) -> None:
    synth.load(committed.owner, first=0, last=MANY, now=NOW)
    found = {word: Contact.objects.filter(narrative__contains=word).count() for word in texts.RARE}
    assert found == {word: texts.rare_hits(word, MANY) for word in texts.RARE}
    assert sum(found.values()) > 0


def test_more_are_added_to_those_that_are_there(committed: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUTONG_OWNER_URL", committed.owner)
    for cases in (30, 50, 40):
        synth.run(argparse.Namespace(cases=cases))
    assert Case.objects.count() == 50
    assert broken(committed) == []


def test_it_refuses_a_database_with_real_cases(committed: Addresses) -> None:
    case_at("assessment")
    with pytest.raises(Trouble, match="not made up"):
        synth.run(argparse.Namespace(cases=10))
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_same_number_tells_the_same_story() -> None:
    world, first, second = World(NOW - paths.SPAN, NOW), Rows(), Rows()
    for rows in (first, second):
        Story(world, rows, 7, NOW).tell()
    assert first.tables == second.tables


@pytest.fixture(scope="module")
def working() -> tuple[WorkingTime, dict[str, object]]:
    """Looked-up working time of a year with two made-up weekends and a holiday, and what the rules are given for the same."""
    exceptions = frozenset(
        day.date() for day in (datetime(2026, 2, 14, tzinfo=UTC), datetime(2026, 2, 17, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC))
    )
    facts = {"calendar": clocks.Calendar(frozenset({2025, 2026}), exceptions), "windows": clocks.DEFAULT_WINDOWS}
    return WorkingTime(datetime(2025, 11, 1, tzinfo=UTC), NOW, **facts), facts


starts = st.integers(0, 300 * 24 * 60).map(lambda minutes: datetime(2025, 11, 20, tzinfo=UTC) + timedelta(minutes=minutes))
limits = st.one_of(
    st.tuples(st.integers(1, 15), st.just("working_day")), st.tuples(st.integers(1, 420), st.just("working_minute")),
    st.tuples(st.integers(1, 7), st.just("day")), st.tuples(st.integers(1, 120), st.just("minute")),
)  # fmt: skip


@given(start=starts, limit=limits)
def test_looked_up_working_time_is_the_rules(
    working: tuple[WorkingTime, dict[str, object]], start: datetime, limit: tuple[int, str]
) -> None:
    looked_up, facts = working
    due = clocks.due(start, *limit, **facts)
    assert looked_up.due(start, *limit) == due
    warned = zip(
        looked_up.alarms(start, due, limit[1], (50, 80)), clocks.alarms(start, due, limit[1], warn_at=(50, 80), **facts), strict=True
    )
    assert all(abs(found[1] - rule[1]) < timedelta(seconds=1) for found, rule in warned)


def test_a_deadline_beyond_the_known_days_is_provisional(working: tuple[WorkingTime, dict[str, object]]) -> None:
    _looked_up, facts = working
    late = WorkingTime(NOW, datetime(2026, 12, 20, tzinfo=UTC), **facts)
    dues = [late.due(datetime(2026, 12, 20, tzinfo=UTC), days, "working_day") for days in (4, 5)]
    assert [late.is_provisional(due, "working_day") for due in dues] == [False, True]
