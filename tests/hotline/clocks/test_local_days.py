"""Days that a place decides about: inherited down the divisions, the nearest outdoing the others and the nation."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Clock
from hutong.hotline.clocks import actions, queries
from hutong.hotline.clocks.models import LocalDay
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network.models import Division, Post
from tests import cast
from tests.hotline.clocks.model import PACKAGED
from tests.loop import case_at
from tests.network import AT, administrator, jiangxi, refused

pytestmark = pytest.mark.django_db
BASIS = "陕政发〔2026〕9号"
TYPHOON = date(2026, 9, 22)
OFF, WORK = SpecialDay(TYPHOON, False, "台风"), SpecialDay(TYPHOON, True, "照常上班")
CHAIN = ("61", "6101", "610104")


def decide(code: str, *days: SpecialDay, by: Post | None = None, **more: Any) -> list[LocalDay]:
    return actions.set_local_days(**{"division": Division.objects.get(pk=code), "days": days, "basis": BASIS, "by": by, "at": AT} | more)


def works(office: str, day: date = TYPHOON, **more: Any) -> bool:
    return queries.calendar(since=day, division=cast.office(office).division_id or "", **more).is_workday(day)


def test_a_day_holds_for_the_division_and_all_below_until_one_decides_otherwise() -> None:
    decide("61", OFF)
    assert [works(code) for code in ("mca", "shaanxi", "xian", "lianhu", "qishan")] == [True, False, False, False, False]
    decide("6101", WORK)
    assert [works(code) for code in ("shaanxi", "xian", "lianhu", "changan", "qishan")] == [False, True, True, True, False]
    decide("610104", OFF)
    assert [works(code) for code in ("xian", "lianhu", "lianhu-police", "changan")] == [True, False, False, True]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([*CHAIN, "6103", "610116"]), st.integers(0, 20), st.booleans()), max_size=15))
def test_the_nearest_and_latest_word_counts(decisions: list[tuple[str, int, bool]]) -> None:
    said: dict[tuple[str, date], bool] = {}
    LocalDay.objects.filter(ended_at=None).update(ended_at=AT)
    for code, count, is_workday in decisions:
        day = date(2026, 9, 20) + timedelta(count)
        said[code, day] = is_workday
        decide(code, SpecialDay(day, is_workday, "某日"))
    known = queries.calendar(since=TYPHOON, division="610104")
    for count in range(21):
        day = date(2026, 9, 20) + timedelta(count)
        words = [said[code, day] for code in CHAIN if (code, day) in said]
        assert known.is_workday(day) == (words[-1] if words else PACKAGED.is_workday(day))


def test_a_day_taken_back_is_as_the_nation_says_and_what_was_is_kept() -> None:
    (day,) = decide("610104", OFF)
    actions.end_local_day(local_day=day, by=cast.post("gao"), at=AT + timedelta(days=1))
    actions.end_local_day(local_day=day, by=cast.post("gao"), at=AT + timedelta(days=2))
    assert (works("lianhu"), works("lianhu", at=AT + timedelta(hours=1)), works("lianhu", at=AT - timedelta(hours=1))) == (
        True,
        False,
        True,
    )
    entries = AuditEntry.objects.filter(verb__in=["set_local_days", "end_local_day"]).order_by("at")
    assert [(entry.verb, entry.detail) for entry in entries] == [
        ("set_local_days", {"code": "610104", "days": {"2026-09-22": False}}),
        ("end_local_day", {"code": "610104", "days": ["2026-09-22"]}),
    ]


def test_administrators_of_civil_affairs_decide_for_their_own_division_and_below() -> None:
    for username, office in (("ping", "mca"), ("nan", "xian"), ("lan", "lianhu")):
        administrator(username, office)
    jiangxi()
    may = {"ping": CHAIN, "gao": CHAIN, "nan": CHAIN[1:], "lan": CHAIN[2:], "wen": (), "song": (), "lu": ()}
    for username, codes in may.items():
        for code in CHAIN:
            if code in codes:
                decide(code, OFF, by=cast.post(username))
            else:
                with refused("not_your_division"):
                    decide(code, WORK, by=cast.post(username))
    (standing,) = LocalDay.objects.filter(division="61", ended_at=None)
    with refused("not_your_division"):
        actions.end_local_day(local_day=standing, by=cast.post("nan"), at=AT)
    assert not works("lianhu")


@pytest.mark.parametrize(
    ("days", "more", "field"),
    [
        ([], {}, "days"),
        ([OFF, WORK], {}, "days"),
        ([OFF._replace(name=" ")], {}, "days"),
        ([OFF._replace(name="风" * 41)], {}, "days"),
        ([OFF._replace(day=date(1999, 1, 1))], {}, "days"),
        ([OFF], {"basis": " "}, "basis"),
        ([OFF], {"basis": "长" * 201}, "basis"),
    ],
)
def test_a_day_is_named_once_with_why_and_on_what_basis(days: list[SpecialDay], more: dict[str, str], field: str) -> None:
    with refused("to_mend", field):
        decide("610104", *days, **more)
    assert not LocalDay.objects.exists()


def test_no_deadline_that_runs_moves_whenever_the_day_is() -> None:
    case = case_at("handling")
    before = Clock.objects.filter(case=case).order_by("started_at").values()
    kept = list(before)
    decide("61", *(SpecialDay(TYPHOON + timedelta(count), False, "台风") for count in range(-15, 15)))
    assert list(before.all()) == kept
