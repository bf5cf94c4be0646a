"""The ladder of a missed deadline: each rung once, in order, at its moment, until somebody acts."""

from datetime import datetime, timedelta

import pytest

from hutong.hotline.cases import timers as cases_timers
from hutong.hotline.cases.models import Case, Clock, Event, Notice
from hutong.hotline.rulebook.models import Rung
from hutong.hotline.supervision import timers
from hutong.hotline.supervision.models import Order
from tests.cast import office
from tests.loop import case_at

DEEDS = (*cases_timers.DEEDS, *timers.DEEDS)


def sweep(at: datetime) -> list[str]:
    """All that is due by then, as the worker does it: again until nothing is."""
    done: list[str] = []
    while lines := cases_timers.sweep(at=at, deeds=DEEDS):
        done += lines
    return done


def climbed(case: Case) -> list[Event]:
    return list(case.events.filter(action="climb").order_by("seq"))


def rungs(case: Case) -> list[tuple[int, str]]:
    codes = {str(each.pk): each.code for each in (office(code) for code in ("mca", "shaanxi", "xian", "lianhu", "changan"))}
    return [(event.detail["rung"], codes[event.detail["office"]]) for event in climbed(case)]


def due(case: Case) -> datetime:
    return Clock.objects.get(case=case, ended_at=None).due_at


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Of each tier: how long after the miss, and which office is told by then, of a case that a county has not signed for.
CLIMBS = {
    "I": [(0 * MINUTE, ["lianhu", "xian"]), (15 * MINUTE, ["lianhu"]), (30 * MINUTE, ["xian"]), (HOUR, ["shaanxi"])],
    "II": [(0 * HOUR, ["lianhu", "xian"]), (4 * HOUR, ["lianhu"]), (DAY, ["xian"]), (2 * DAY, ["shaanxi"])],
    "III": [(0 * DAY, ["lianhu"]), (2 * DAY, ["lianhu"]), (5 * DAY, ["xian"])],
    "IV": [(0 * DAY, ["lianhu"])],
}


@pytest.mark.django_db
@pytest.mark.parametrize("tier", CLIMBS)
def test_each_rung_is_told_at_its_moment_and_not_before(tier: str) -> None:
    case = case_at("acceptance", tier=tier)
    missed, told = due(case), []
    sweep(missed)
    for after, offices in CLIMBS[tier]:
        sweep(missed + after - timedelta(seconds=1 if after else 0))
        assert [code for _rung, code in rungs(case)] == told if after else True
        sweep(missed + after)
        told += offices
        assert [code for _rung, code in rungs(case)] == told
    assert sweep(missed + timedelta(days=60)) == [] or Order.objects.exists()
    assert [rung for rung, _code in rungs(case)] == list(range(1, len(told) + 1))


@pytest.mark.django_db
def test_each_level_is_told_what_it_must_do_now() -> None:
    case = case_at("acceptance", tier="I")
    sweep(due(case))
    sweep(due(case) + HOUR)
    assert [event.text for event in climbed(case)] == [
        rung.next_step for rung in Rung.objects.filter(tier="I", rulebook__division=None).order_by("position")
    ]
    told = Notice.objects.filter(case=case, kind="climbed").order_by("event__seq").values_list("office__code", flat=True)
    assert list(told) == ["lianhu", "xian", "lianhu", "xian", "shaanxi"]
