"""What a draft would have changed, against looking at every clock minute by minute."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.hotline.clocks import rules as clocks
from hutong.hotline.clocks.rules import DEFAULT_WINDOWS, Calendar
from hutong.hotline.clocks.working import WorkingTime
from hutong.hotline.trials.rules import MOST_LOADED, Ran, Sums, Terms, lookup, terms_for

START = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)  # a Friday, 9:00 in Shanghai
NOW = START + timedelta(days=40)
HOLIDAYS = frozenset({date(2026, 9, 25), date(2026, 9, 20), date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 10)})
CALENDAR = Calendar(exceptions=HOLIDAYS, guesses=True)
TIME = WorkingTime(START - timedelta(days=5), NOW, calendar=CALENDAR, windows=DEFAULT_WINDOWS, ahead=timedelta(days=400))

MOMENTS = st.integers(0, 60 * 24 * 20).map(lambda minutes: START + timedelta(minutes=minutes))
TERMS = st.one_of(
    st.builds(Terms, st.integers(0, 5000), st.sampled_from(["minute", "working_minute"]), st.just(False), st.just((50, 80))),
    st.builds(Terms, st.integers(0, 20), st.sampled_from(["day", "working_day"]), st.just(False), st.sampled_from([(), (50, 80), (90,)])),
)


def ran(started: datetime, due: datetime, ended: datetime, terms: Terms, *, office: str = "x", extension_days: int = 0) -> Ran:
    course = (moment.timestamp() for moment in (started, due, ended))
    return Ran("a", "a", office, "III", "handling", *course, extension_days, terms)


def due(start: datetime, terms: Terms) -> datetime:
    return clocks.due(start, terms.amount, terms.unit, calendar=CALENDAR, windows=DEFAULT_WINDOWS)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def warned(clock: Ran, until: float, terms: Terms) -> int:
    """How many warnings had come by its end, by the moments at which the worker gives them."""
    alarms = clocks.alarms(at(clock.started), at(until), terms.unit, calendar=CALENDAR, windows=DEFAULT_WINDOWS, warn_at=terms.warn_at)
    return sum(moment <= at(clock.ended) for _share, moment in alarms)


@st.composite
def rans(draw: Any) -> Ran:
    started, terms = draw(MOMENTS), draw(TERMS)
    ended = started + timedelta(minutes=draw(st.integers(1, 60 * 24 * 20)))
    course = (moment.timestamp() for moment in (started, due(started, terms), ended))
    case = draw(st.sampled_from(["a", "b", "c", "d", "e", "f", "g"]))
    return Ran(case, case, draw(st.sampled_from(["x", "y"])), "III", "handling", *course, 0, terms)


@settings(deadline=None)
@given(st.lists(st.tuples(rans(), TERMS), max_size=12))
def test_the_sums_are_those_of_looking_at_every_clock(pairs: list[tuple[Ran, Terms]]) -> None:
    sums = Sums()
    for clock, terms in pairs:
        sums = Sums.of(sums.as_json())  # as it is carried from portion to portion
        sums.add(clock, terms, TIME)

    then = [(clock, terms, due(at(clock.started), terms).timestamp()) for clock, terms in pairs]
    assert sums.deadlines["earlier"] == sum(after < clock.due for clock, _terms, after in then)
    assert sums.deadlines["later"] == sum(after > clock.due for clock, _terms, after in then)
    assert sums.deadlines["same"] == sum(after == clock.due for clock, _terms, after in then)
    assert sums.missed == [
        sum(clock.due < clock.ended for clock, _terms, _after in then), sum(after < clock.ended for clock, _terms, after in then)
    ]  # fmt: skip
    assert sums.warned == [
        sum(warned(clock, clock.due, clock.terms) for clock, _terms, _after in then),
        sum(warned(clock, after, terms) for clock, terms, after in then),
    ]
    worst = {office: [most_at_once(office, then, place) for place in (0, 1)] for office in ("x", "y")}
    assert {office: [before, after] for office, before, after in sums.most_loaded()} == {
        office: counts for office, counts in worst.items() if counts[0] != counts[1]
    }
    assert all(len({row[0] for row in rows}) == len(rows) <= 5 for rows in sums.examples.values())


def most_at_once(office: str, then: list[tuple[Ran, Terms, float]], place: int) -> int:
    """On how many clocks of the office its worst day had overdue and open ones, day by day."""
    days: Counter[date] = Counter()
    for clock, _terms, after in then:
        late = (clock.due, after)[place]
        if clock.office == office and late < clock.ended:
            day, last = clocks.local(at(late)).date(), clocks.local(at(clock.ended)).date()
            while day <= last:
                days[day] += 1
                day += timedelta(days=1)
    return max(days.values(), default=0)


def test_an_extension_is_added_to_the_new_limit() -> None:
    terms = Terms(3, "working_day", False, ())
    clock = Ran(
        "a", "a", "x", "III", "handling", START.timestamp(), due(START, terms._replace(amount=8)).timestamp(), NOW.timestamp(), 5, terms
    )
    shorter = Sums()
    shorter.add(clock, terms._replace(amount=1), TIME)
    assert shorter.examples["earlier"][0][5] == due(START, terms._replace(amount=6)).isoformat()


def test_a_limit_of_the_same_length_moves_nothing_even_where_the_deadline_was_changed_by_hand() -> None:
    terms = Terms(3, "working_day", False, (50,))
    clock = ran(START, START + timedelta(days=1), NOW, terms)
    sums = Sums()
    sums.add(clock, terms._replace(warn_at=(50, 80)), TIME)
    assert (sums.deadlines["same"], sums.warned) == (1, [1, 2])


def test_natural_days_that_end_on_a_day_off_run_on_where_the_draft_says_so() -> None:
    terms = Terms(1, "day", False, ())
    clock = ran(START, START + timedelta(days=1), NOW, terms)  # to a Saturday
    sums = Sums()
    sums.add(clock, terms._replace(ends_on_workday=True), TIME)
    assert sums.examples["later"][0][5] == "2026-09-20T17:30:00+08:00"  # the Sunday is made up for


def test_the_twenty_offices_with_the_worst_days_are_named_the_worst_first() -> None:
    sums, terms = Sums(), Terms(1, "day", False, ())
    for number in range(30):
        for _clock in range(number + 1):
            clock = ran(START, NOW + timedelta(days=1), NOW, terms._replace(amount=50), office=f"{number:02}")
            sums.add(clock, terms, TIME)
    assert sums.most_loaded() == [(f"{number:02}", 0, number + 1) for number in range(29, 29 - MOST_LOADED, -1)]


def test_the_nearest_division_decides() -> None:
    rows = [(None, "I", "intake", Terms(1, "day", False, ())), ("61", "I", "intake", Terms(2, "day", False, ()))]
    limits = lookup(rows)
    assert [terms_for(limits, chain, "I", "intake") for chain in ([], ["61", "6101"])] == [rows[0][3], rows[1][3]]
    assert terms_for(limits, ["61"], "I", "reply") is None
