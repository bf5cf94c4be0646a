"""Limits as they are kept: versions from a moment on, inherited and overridden, set by whom it belongs to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Division, Post, Role, Staff
from hutong.hotline.rulebook import actions, queries, rules
from hutong.hotline.rulebook.models import Limit
from hutong.project.database import Addresses
from tests import cast

AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def administrator(office: str) -> Post:
    staff = Staff.objects.create(username=f"admin-{office}", name="管理员")
    return Post.objects.create(staff=staff, office=cast.office(office), role=Role.ADMINISTRATOR, valid_from=date(2020, 1, 1))


def set_limit(division: str | None, amount: int, *, at: datetime = AT, by: Post | None = None, **changes: Any) -> Limit:
    row: dict[str, Any] = {"tier": "III", "step": "handling", "unit": "working_day", "warn_at": [50, 80], "basis": "市里的规定"} | changes
    return actions.set_limit(division=Division.objects.get(pk=division) if division else None, amount=amount, by=by, at=at, **row)


def amount(code: str | None, *, at: datetime = AT) -> int:
    return queries.limit_for(tier="III", step="handling", division_code=code, at=at).amount


@pytest.mark.django_db
def test_every_default_is_seeded_once_for_the_nation() -> None:
    actions.seed_limits()
    seeded = Limit.objects.filter(division=None, version=1).values_list("step", "tier", "amount", "unit", "basis")
    assert sorted(seeded) == sorted(tuple(row) for row in rules.DEFAULTS)
    assert Limit.objects.count() == len(rules.DEFAULTS)


@pytest.mark.django_db
def test_the_nearest_division_up_the_chain_decides() -> None:
    found = [amount("610104001")]
    for division in (None, "61", "6101", "610104"):
        set_limit(division, found[-1] - 1)
        found.append(amount("610104001"))
    assert found == [15, 14, 13, 12, 11]
    assert [amount(code) for code in ("610116", "610323", "150100", None)] == [12, 13, 14, 14]


@pytest.mark.django_db
def test_a_version_holds_from_its_moment_on_and_the_earlier_one_before() -> None:
    set_limit("6101", 10, at=AT)
    set_limit("6101", 8, at=AT + HOUR)
    moments = (AT - HOUR, AT, AT + HOUR - timedelta(microseconds=1), AT + HOUR)
    assert [amount("610104", at=at) for at in moments] == [15, 10, 10, 8]
    assert list(Limit.objects.filter(division="6101").order_by("version").values_list("version", "amount")) == [(1, 10), (2, 8)]


@pytest.mark.django_db
def test_before_the_pilot_there_is_no_limit() -> None:
    with pytest.raises(Refusal) as refusal:
        amount("610104", at=datetime(2020, 8, 31, tzinfo=UTC))
    assert refusal.value.reason == queries.NO_LIMIT


@pytest.mark.django_db
def test_the_log_says_who_set_it() -> None:
    gao = cast.post("gao")
    limit = set_limit("61", 9, by=gao)
    entry = AuditEntry.objects.get(verb="set_limit")
    assert (entry.subject_id, entry.post_id, limit.set_by) == (limit.pk, gao.pk, gao.staff)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("office", "divisions"),
    [
        ("mca", {None, "61", "6101", "610104", "15"}),
        ("shaanxi", {"61", "6101", "610104"}),
        ("xian", {"6101", "610104"}),
        ("lianhu", set()),
        ("lianhu-police", set()),
    ],
)
def test_an_administrator_of_ministry_province_or_centre_sets_what_holds_below(office: str, divisions: set[str | None]) -> None:
    by = administrator(office)
    answers = {code: answer(code, by) for code in (None, "61", "6101", "610104", "15")}
    assert answers == {code: None if code in divisions else actions.OUT_OF_REACH for code in answers}
    assert Limit.objects.filter(set_by=by.staff).count() == len(divisions)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["song", "zhou", "lu", "an"])
def test_nobody_else_sets_limits(who: str) -> None:
    assert answer("6101", cast.post(who)) == actions.OUT_OF_REACH


def answer(division: str | None, by: Post) -> Reason | None:
    """What somebody is told who sets a limit there; nothing when it was set."""
    try:
        set_limit(division, 9, by=by)
    except Refusal as refusal:
        return refusal.reason
    return None


@pytest.mark.django_db
def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Refusal) as refusal:
        set_limit("61", -1, tier="I", basis="\x00 ", warn_at=[200])
    assert set(refusal.value.fields) == {"unit", "amount", "basis", "warn_at"}


@pytest.mark.django_db
@pytest.mark.parametrize("unit", ["working_minute", "working_day"])
@pytest.mark.parametrize("tier", ["I", "II"])
def test_the_database_keeps_tiers_i_and_ii_on_real_time(tier: str, unit: str) -> None:
    row = {"step": "handling", "amount": 1, "warn_at": [50], "basis": "?", "valid_from": AT, "version": 9}
    with pytest.raises(IntegrityError, match="limit_real_time_for_i_and_ii"), transaction.atomic():
        Limit.objects.create(tier=tier, unit=unit, **row)


@pytest.fixture
def limits_taken_out_again(committed: Addresses) -> Iterator[None]:
    """The rulebook belongs to the template: what a test commits there is taken out by the owner."""
    yield
    with psycopg.connect(committed.owner) as owner:
        owner.execute("DELETE FROM rulebook_limit WHERE division_id IS NOT NULL")


@pytest.mark.usefixtures("limits_taken_out_again")
def test_two_at_once_make_two_versions() -> None:
    together = Barrier(2)

    def set_one(number: int) -> int:
        together.wait()
        version = set_limit("6101", number).version
        connection.close()
        return version

    with ThreadPoolExecutor(2) as pool:
        versions = sorted(pool.map(set_one, (7, 8)))
    assert versions == [1, 2]
