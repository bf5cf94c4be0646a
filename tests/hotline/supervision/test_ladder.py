"""The ladder of a missed deadline: each rung once, in order, at its moment, until somebody acts."""

from datetime import datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import timers as cases_timers
from hutong.hotline.cases.actions import judging, recusing
from hutong.hotline.cases.models import Case, Clock, Event, Notice
from hutong.hotline.rulebook.models import Rung
from hutong.hotline.supervision import timers
from hutong.hotline.supervision.models import Order
from hutong.project.database import Addresses
from tests.cast import office, post
from tests.loop import ONWARD, START, case_at
from tests.together import together

DEEDS = (*cases_timers.DEEDS, *timers.DEEDS)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CODES = ("mca", "shaanxi", "xian", "baoji", "lianhu", "changan")


def ladder(tier: str) -> list[Rung]:
    """The nation's rungs of a tier."""
    return list(Rung.objects.filter(tier=tier, rulebook__division=None).order_by("position"))


def sweep(at: datetime) -> list[str]:
    """All that is due by then, as the worker does it: again until nothing is."""
    done: list[str] = []
    while lines := cases_timers.sweep(at=at, deeds=DEEDS):
        done += lines
    return done


def climbed(case: Case) -> list[Event]:
    return list(case.events.filter(action="climb").order_by("seq"))


def told(case: Case) -> list[str]:
    """The offices that the rungs told, in order."""
    codes = {str(office(code).pk): code for code in CODES}
    return [codes[event.detail["office"]] for event in climbed(case)]


def running(case: Case) -> Clock:
    return Clock.objects.get(case=case, ended_at=None)


def missed(stage: str = "acceptance", *, tier: str = "II") -> tuple[Case, datetime]:
    """A case, and the moment at which its deadline was missed."""
    case = case_at(stage, tier=tier)
    at = running(case).due_at
    sweep(at)
    return case, at


# Of each tier: how long after the miss, and which office is told by then, of a case that a county has not signed for.
CLIMBS = {
    "I": [(0 * MINUTE, ["lianhu", "xian"]), (15 * MINUTE, ["lianhu"]), (30 * MINUTE, ["xian"]), (HOUR, ["shaanxi"])],
    "II": [(0 * HOUR, ["lianhu", "xian"]), (4 * HOUR, ["lianhu"]), (DAY, ["xian"]), (2 * DAY, ["shaanxi"])],
    "III": [(0 * DAY, ["lianhu"]), (2 * DAY, ["lianhu"]), (5 * DAY, ["xian"]), (7 * DAY, ["shaanxi"])],
    "IV": [(0 * DAY, ["lianhu"]), (7 * DAY, ["xian"])],
}


@pytest.mark.django_db
@pytest.mark.parametrize("tier", CLIMBS)
def test_each_rung_is_told_at_its_moment_and_not_before(tier: str) -> None:
    case = case_at("acceptance", tier=tier)
    at, expected = running(case).due_at, []
    for after, offices in CLIMBS[tier]:
        sweep(at + after - SECOND)
        assert told(case) == expected
        sweep(at + after)
        expected += offices
        assert told(case) == expected
    sweep(at + 60 * DAY)
    assert [event.detail["rung"] for event in climbed(case)] == list(range(1, len(expected) + 1))
    assert running(case).next_rung_at is None


@pytest.mark.django_db
def test_each_level_is_told_what_it_must_do_now() -> None:
    case, at = missed(tier="I")
    sweep(at + HOUR)
    assert [event.text for event in climbed(case)] == [rung.next_step for rung in ladder("I")]
    notices = Notice.objects.filter(case=case, kind="climbed").order_by("event__seq").values_list("office__code", flat=True)
    assert list(notices) == ["lianhu", "xian", "lianhu", "xian", "shaanxi"]


@pytest.mark.django_db
def test_who_is_told_at_the_miss_itself_is_as_before() -> None:
    case, _at = missed(tier="I")
    assert set(Notice.objects.filter(case=case, kind="missed").values_list("office__code", flat=True)) == {"lianhu", "xian", "shaanxi"}


@pytest.mark.django_db
def test_after_an_outage_every_rung_that_passed_is_told_once_in_order() -> None:
    case, at = missed(tier="I")
    lines = sweep(at + 3 * DAY)
    assert [line for line in lines if "rung" in line] == [f"{case.number} acceptance rung {rung}" for rung in (3, 4, 5)]
    assert {event.at for event in climbed(case)[2:]} == {at + 3 * DAY}


@pytest.mark.django_db
def test_tier_i_is_told_first_then_the_oldest() -> None:
    cases = []
    for seconds, tier in enumerate(("III", "II", "III", "I")):
        cases.append(case_at("acceptance", tier=tier))
        cases_timers.sweep(at=START + 30 * DAY + seconds * SECOND)
    keys = list(timers.to_climb(START + 40 * DAY))
    assert keys == [running(cases[place]).pk for place in (3, 1, 0, 2)]


@pytest.mark.django_db
@pytest.mark.parametrize("deed", ["accept", "recuse"])
def test_nobody_further_is_told_once_the_deadline_has_ended(deed: str) -> None:
    case, at = missed()
    if deed == "accept":
        ONWARD["acceptance"](Case.objects.get(pk=case.pk), at + HOUR)
    else:
        recusing.recuse(case.pk, office=office("lianhu"), by=post("xu"), at=at + HOUR, seen=None, text="亲属")
    sweep(at + 3 * HOUR)
    assert told(case)[:2] == ["lianhu", "xian"]
    assert {event.detail["step"] for event in climbed(case)} <= {"acceptance", "dispatch"}
    assert len([event for event in climbed(case) if event.detail["step"] == "acceptance"]) == 2


@pytest.mark.django_db
def test_a_raised_tier_starts_the_ladder_of_that_tier() -> None:
    case, at = missed(tier="III")
    judging.raise_tier(case.pk, tier="I", by=post("xu"), at=at + HOUR, seen=None, text="又被打")
    assert (running(case).rung, running(case).next_rung_at) == (0, None)
    sweep(running(case).due_at)
    assert [event.detail["rung"] for event in climbed(case)] == [1, 1, 2]


@pytest.mark.django_db
def test_an_extension_that_is_granted_late_stands_where_the_ladder_stood_or_starts_anew() -> None:
    case, at = missed("handling", tier="III")
    assignments.ask_extension(case.pk, days=5, by=post("wang"), at=at + HOUR, seen=None, text="疑难")
    assignments.grant_extension(case.pk, by=post("zhou"), at=at + HOUR, seen=None)
    assert (running(case).missed_at, running(case).rung, running(case).next_rung_at) == (None, 0, None)


@pytest.mark.django_db
def test_a_recused_office_is_passed_over_for_the_next_above() -> None:
    case, at = missed(tier="I")
    recusing.recuse(case.pk, office=office("shaanxi"), by=post("xu"), at=at, seen=None, text="厅里有当事人亲属")
    sweep(at + 2 * HOUR)
    assert told(case)[-1] == "mca"
    assert "shaanxi" not in told(case)[2:]


# --- orders by the ladder


@pytest.mark.django_db
def test_the_rung_that_says_so_issues_an_order_by_itself() -> None:
    case, at = missed(tier="II")
    sweep(at + DAY)
    order = Order.objects.get()
    assert (order.issuer.code, order.office.code, order.post, order.rung, order.state) == ("xian", "lianhu", None, 4, "issued")
    assert (order.number, order.case, order.missed_id) == ("西安市督办〔2026〕1号", case, running(case).pk)
    assert order.subject == f"个案 {case.number}“签收”逾期未办"
    assert "孩子现在是否安全" in order.text
    event = climbed(case)[-1]
    assert (event.detail["order"], event.detail["order_number"]) == (str(order.pk), order.number)
    sweep(at + 9 * DAY)
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_what_the_centre_itself_left_is_ordered_by_the_province() -> None:
    case, at = missed("assessment", tier="II")
    sweep(at + DAY)
    order = Order.objects.get(case=case)
    assert (order.issuer.code, order.office.code) == ("shaanxi", "xian")


# --- any times of looking, any deed between


ACTS = ("nothing", "nothing", "nothing", "accept")


@given(st.lists(st.tuples(st.integers(1, 3 * 24 * 60), st.sampled_from(ACTS)), min_size=1, max_size=8), st.sampled_from(sorted(CLIMBS)))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_whenever_the_worker_looks_what_is_told_is_the_ladder_up_to_then(steps: list[tuple[int, str]], tier: str) -> None:
    """The model: of the rungs of the tier those whose time has come before somebody acted, each once, lowest first."""
    case, at = missed(tier=tier)
    now, over = at, False
    for minutes, act in steps:
        now += minutes * MINUTE
        if act == "accept" and not over:
            expected, over = len(climbed(case)), True
            ONWARD["acceptance"](Case.objects.get(pk=case.pk), now - SECOND)
        sweep(now)
        found = [event.detail["rung"] for event in climbed(case) if event.detail["step"] == "acceptance"]
        if not over:
            expected = len([rung for rung in ladder(tier) if at + rung.after * MINUTE <= now])
        assert found == list(range(1, expected + 1))


# --- several workers, and the database's own guard


def test_two_workers_climb_each_rung_once(committed: Addresses) -> None:
    cases = [missed(tier="II") for _number in range(5)]
    at = max(moment for _case, moment in cases) + 3 * DAY
    lines = [line for lines in together(*[lambda: sweep(at)] * 2) for line in lines]
    assert len(lines) == len(set(lines))
    for case, _moment in cases:
        assert [event.detail["rung"] for event in climbed(case)] == [1, 2, 3, 4, 5]
    assert sorted(Order.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("change", ["rung = 0", "missed_at = missed_at + interval '1 hour'"])
def test_the_ladder_of_a_clock_never_goes_down(change: str, committed: Addresses) -> None:
    missed(tier="I")
    with psycopg.connect(committed.work) as link, pytest.raises(psycopg.errors.CheckViolation, match="never moves"):
        link.execute(f"UPDATE clocks_clock SET {change} WHERE ended_at IS NULL")  # noqa: S608


def test_a_rung_without_an_event_is_refused(committed: Addresses) -> None:
    missed(tier="I")
    with psycopg.connect(committed.work) as link:
        link.execute("UPDATE clocks_clock SET rung = rung + 1 WHERE ended_at IS NULL")
        with pytest.raises(psycopg.errors.CheckViolation, match="rule 2"):
            link.commit()
