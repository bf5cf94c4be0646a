from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people import rules

TODAY = date(2026, 11, 20)
DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("born_on", "age"),
    [
        (date(2026, 11, 20), 0),
        (date(2014, 11, 20), 12),
        (date(2014, 11, 21), 11),
        (date(2008, 2, 29), 18),
    ],
)
def test_age_is_counted_in_whole_years(born_on: date, age: int) -> None:
    assert rules.age_on(born_on, TODAY) == age


@given(DAYS, st.integers(0, 9000))
def test_age_never_falls(born_on: date, days: int) -> None:
    day = born_on + timedelta(days=days)
    assert 0 <= rules.age_on(born_on, day) <= rules.age_on(born_on, day + timedelta(days=1))


def test_nobody_is_born_tomorrow() -> None:
    rules.check_born(TODAY, TODAY)
    with pytest.raises(Refusal) as refused:
        rules.check_born(TODAY + timedelta(days=1), TODAY)
    assert refused.value.reason == rules.BORN_LATER


def test_at_eighteen_one_is_a_child_no_more() -> None:
    rules.check_minor(date(2008, 11, 21), TODAY)
    with pytest.raises(Refusal) as refused:
        rules.check_minor(date(2008, 11, 20), TODAY)
    assert refused.value.reason == rules.GROWN_UP


@pytest.mark.parametrize(
    ("age", "born_on", "kept"),
    [
        (None, None, None),
        (7, None, 7),
        (None, date(2014, 11, 20), 12),
        (13, date(2014, 11, 20), 12),
        (7, date(2027, 1, 1), 7),
    ],
)
def test_the_age_is_that_of_the_birth_where_known(age: int | None, born_on: date | None, kept: int | None) -> None:
    assert rules.fitting_age(age, born_on, TODAY) == kept


@pytest.mark.parametrize(("age", "code"), [(18, "grown_up"), (-1, "grown_up"), (9, "age_differs")])
def test_an_age_that_cannot_be_is_refused(age: int, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.fitting_age(age, date(2014, 11, 20), TODAY)
    assert refused.value.reason.code == code


@pytest.mark.parametrize(
    ("level", "is_placeholder", "code"),
    [("province", False, "place_level"), ("prefecture", False, "place_level"), ("county", True, "place_code_only")],
)
def test_a_place_is_where_somebody_can_go(level: str, is_placeholder: bool, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_place(level=level, is_placeholder=is_placeholder)
    assert refused.value.reason.code == code


def test_an_abolished_division_names_its_successor() -> None:
    rules.check_standing(name="甲县", ended=False, successor="")
    with pytest.raises(Refusal, match="已撤销") as refused:
        rules.check_standing(name="甲县", ended=True, successor="乙区")
    assert "乙区" in str(refused.value)
    with pytest.raises(Refusal, match="已撤销"):
        rules.check_standing(name="甲县", ended=True, successor="")
