"""When a backup is due and of which kind, what is kept, what a moment needs, and which WAL is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from hutong.project.keeping import rules
from hutong.project.keeping.rules import FULL, INCREMENT, Backup

MB16 = 16 << 20
NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


def backup(days_ago: float, kind: str = FULL, parent: str = "", timeline: int = 1) -> Backup:
    at = NOW - timedelta(days=days_ago)
    return Backup(f"{at:%Y%m%dT%H%M%SZ}-{kind}", kind, parent, "7", timeline, 100, 200, MB16, 18, "hutong", at, at, 0, {})


def chained(days: int) -> list[Backup]:
    """One a day, the latest today: all of it every seventh day."""
    made: list[Backup] = []
    for ago in reversed(range(days)):
        parent = rules.parent_for(made, at=NOW - timedelta(days=ago), timeline=1)
        made.append(backup(ago, INCREMENT if parent else FULL, parent.name if parent else ""))
    return made


@pytest.mark.parametrize(
    ("last", "hour", "due"),
    [(None, 1, True), ("2026-11-25 03:00:05", 2, False), ("2026-11-25 03:00:05", 3, True), ("2026-11-26 03:00:05", 23, False)],
)
def test_one_is_due_every_day_at_three(last: str | None, hour: int, due: bool) -> None:
    assert rules.is_due(datetime.fromisoformat(last) if last else None, datetime(2026, 11, 26, hour)) == due  # noqa: DTZ001 local hours


def test_every_seventh_is_of_all() -> None:
    assert [each.kind for each in chained(15)] == [FULL, *[INCREMENT] * 6, FULL, *[INCREMENT] * 6, FULL]


def test_after_a_restore_all_of_it_is_due() -> None:
    made = [backup(1)]
    assert rules.parent_for(made, at=NOW, timeline=1) == made[0]
    assert rules.parent_for(made, at=NOW, timeline=2) is None


def test_a_backup_rests_on_all_before_it_up_to_a_full_one() -> None:
    made = chained(10)
    assert [each.name for each in rules.chain(made, made[9])] == [each.name for each in made[7:]]
    without = [each for each in made if each.name != made[7].name]
    assert rules.chain(without, made[9])[0].kind == INCREMENT


def test_a_moment_needs_the_latest_that_was_whole_then() -> None:
    made = chained(10)
    assert rules.for_moment(made, made[4].ended) == made[4]
    assert rules.for_moment(made, None) == made[9]
    assert rules.for_moment(made, made[0].ended - timedelta(seconds=1)) is None


def test_seven_days_five_weeks_twelve_months_are_kept_with_what_they_rest_on() -> None:
    made = chained(500)
    kept = rules.kept(made)
    assert {each.name for each in made[-7:]} <= kept
    assert all(each.parent in kept for each in made if each.name in kept and each.parent)
    months = {f"{each.ended.astimezone():%Y-%m}" for each in made if each.name in kept}
    assert len(months) >= 12
    assert len(kept) < 120
    since = rules.any_moment_since(made)
    assert since == made[-7]


def test_a_segment_is_known_by_its_number_whatever_the_timeline() -> None:
    assert rules.number("0000000100000000000000FF", MB16) == 255
    assert rules.number("000000020000000100000000.partial", MB16) == 256
    assert rules.number("00000002.history", MB16) is None
    names = ("0000000100000000000000FF", "00000002.history", "x", "0000000100000000000000FF.tmp")
    assert [rules.is_wal(name) for name in names] == [True, True, False, False]


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [([], None), ([3], None), ([3, 4, 5], None), ([4, 5], None), ([5], "0000000000000004"), ([3, 4, 6], "0000000000000005")],
)
def test_a_gap_after_a_backup_is_found(numbers: list[int], missing: str | None) -> None:
    names = [f"0000000100000000000000{number:02X}" for number in numbers]
    assert rules.gap(names, rules.place("0/3000120"), MB16) == missing


def test_of_a_whole_segment_and_its_beginning_the_whole_is_laid_out() -> None:
    names = ["000000010000000000000002", "000000010000000000000003", "000000010000000000000003.partial", "000000010000000000000004.partial"]
    assert rules.after(names, rules.place("0/3000120"), MB16) == [names[1], names[3]]
