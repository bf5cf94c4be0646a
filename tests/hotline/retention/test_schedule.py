"""The schedule names every column that there is, as personal data or as none, and its times are those that it says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.apps import apps

from hutong.hotline.retention import queries, rules
from hutong.hotline.retention.rules import Schedule, schedule

AT = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


def columns() -> frozenset[str]:
    """Every column of the work's tables."""
    models = apps.get_app_config("hotline").get_models()
    return frozenset(f"{model._meta.db_table}.{field.column}" for model in models for field in model._meta.concrete_fields)


def test_every_column_stands_in_one_line() -> None:
    assert schedule().faults(columns()) == []


def test_a_new_column_without_a_line_is_found_and_so_is_one_that_stands_twice_or_is_gone() -> None:
    known = schedule()
    assert known.faults(columns() | {"people_child.shoe_size"}) == ["people_child.shoe_size stands in no line"]
    assert known.faults(columns() - {"people_child.school"}) == ["people_child.school is not there"]
    draft = known.kinds["draft"]
    twice = Schedule(known.levels, {**known.kinds, "draft": replace(draft, columns=(*draft.columns, "people_child.name"))}, known.without)
    assert twice.faults(columns()) == ["people_child.name stands twice"]


def test_each_line_says_why_on_what_basis_from_when_and_who_looks() -> None:
    for kind in schedule().kinds.values():
        assert all([kind.title, kind.words, kind.source, kind.basis, kind.after, kind.since, kind.reviewer, kind.columns]), kind.name


def test_what_the_worker_erases_is_what_the_schedule_says_it_erases() -> None:
    said = {kind.name for kind in schedule().kinds.values() if kind.then in {"blank", "delete"}}
    assert said == set(queries.DUE) == set(queries.TABLES)


@pytest.mark.parametrize(("months", "day"), [(1, (2026, 2, 28)), (12, (2025, 3, 31)), (120, (2016, 3, 31)), (25, (2024, 2, 29))])
def test_months_are_counted_as_people_count_them(months: int, day: tuple[int, int, int]) -> None:
    before = rules.months_before(AT, months)
    assert (before.year, before.month, before.day) == day


def test_a_time_that_is_none_is_found_at_once() -> None:
    with pytest.raises(ValueError, match="is no time"):
        rules.over_before(schedule().kinds["staff"], AT)
