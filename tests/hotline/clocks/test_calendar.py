"""The calendar as it is kept: seeded from the package, entered and amended by ministry and provinces."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from chinese_calendar import is_workday

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.clocks import actions, queries, rules
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, WorkHours
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post, Role, Staff
from tests import cast

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SOURCE = "国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕9号）"
NEW_YEAR = SpecialDay(date(2027, 1, 1), False, "元旦")
MADE_UP = SpecialDay(date(2027, 2, 20), True, "春节调休")
ANYWAY = SpecialDay(date(2027, 1, 2), False, "元旦")
EVE = SpecialDay(date(2026, 12, 31), False, "元旦")


def publish(*days: SpecialDay, year: int = 2027, source: str = SOURCE, by: Post | None = None) -> CalendarYear:
    return actions.publish_year(year=year, source=source, days=days, by=by or cast.post("gao"), at=AT)


def administrator(office: str) -> Post:
    """An administrator of an office of the cast that has none."""
    staff = Staff.objects.create(username=f"admin-{office}", name="管理员")
    return Post.objects.create(staff=staff, office=cast.office(office), role=Role.ADMINISTRATOR, valid_from=date(2020, 1, 1))


def refused(code: str, *days: SpecialDay, **changes: Any) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        publish(*days, **changes)
    assert refusal.value.reason.code == code
    assert not CalendarYear.objects.filter(year=2027).exists()
    return refusal.value.fields


def test_the_seed_agrees_with_the_package_on_every_day_that_the_package_knows() -> None:
    first, last = date(2004, 1, 1), date(2026, 12, 31)
    seeded = queries.calendar(since=first).guessing()
    days = [first + timedelta(count) for count in range((last - first).days + 1)]
    assert [day for day in days if seeded.is_workday(day) != is_workday(day)] == []


def test_seeding_again_changes_nothing_and_leaves_an_entered_year_alone() -> None:
    publish(SpecialDay(date(2026, 3, 2), False, "台风"), year=2026, source="省政府通知")
    before = list(CalendarDay.objects.order_by("day").values_list("day", "year", "is_workday", "name"))
    actions.seed_calendar()
    assert list(CalendarDay.objects.order_by("day").values_list("day", "year", "is_workday", "name")) == before
    assert CalendarYear.objects.get(year=2026).source == "省政府通知"
    assert [hours.windows for hours in WorkHours.objects.all()] == [rules.DEFAULT_WINDOWS]


def test_a_year_is_published_with_its_source_and_the_days_that_differ() -> None:
    publish(NEW_YEAR, ANYWAY, EVE, MADE_UP)
    year = CalendarYear.objects.get(year=2027)
    assert year.source == SOURCE
    assert list(year.days.order_by("day").values_list("day", "is_workday", "name")) == [EVE, NEW_YEAR, MADE_UP]
    calendar = queries.calendar(since=date(2026, 11, 1))
    worked = [calendar.is_workday(day) for day in (EVE.day, NEW_YEAR.day, ANYWAY.day, MADE_UP.day, date(2027, 1, 4))]
    assert worked == [False, False, False, True, True]


def test_the_log_says_who_published_what() -> None:
    publish(NEW_YEAR, MADE_UP)
    entry = AuditEntry.objects.get(verb="publish_year")
    assert entry.post_id == cast.post("gao").pk
    assert entry.detail == {"year": 2027, "days": {"2027-01-01": False, "2027-02-20": True}}


def test_an_amended_notice_takes_the_place_of_the_first() -> None:
    publish(NEW_YEAR, MADE_UP)
    publish(NEW_YEAR._replace(name="新年"), source="更正通知")
    assert queries.special_days(2027) == [(NEW_YEAR.day, False, "新年")]
    assert CalendarYear.objects.get(year=2027).source == "更正通知"


def test_a_day_of_december_moves_to_the_notice_that_names_it_last() -> None:
    publish(EVE, year=2026, source="先行通知")
    publish(EVE, NEW_YEAR)
    assert CalendarDay.objects.get(day=EVE.day, ended_at=None).year_id == 2027


def test_what_was_known_once_is_not_forgotten() -> None:
    first, second, later = (AT + timedelta(hours=hour) for hour in (0, 1, 2))
    for at, day in ((first, NEW_YEAR), (second, NEW_YEAR._replace(day=date(2027, 1, 4)))):
        actions.publish_year(year=2027, source=SOURCE, days=[day], by=None, at=at)
    known = [queries.calendar(since=date(2027, 1, 1), at=at) for at in (first - timedelta(seconds=1), first, second, later)]
    assert [each.missing_year(date(2027, 1, 1)) for each in known] == [2027, None, None, None]
    assert [sorted(each.exceptions) for each in known[1:]] == [[NEW_YEAR.day], [date(2027, 1, 4)], [date(2027, 1, 4)]]


@pytest.mark.parametrize("who", ["song", "zhou", "ma", "an"])
def test_only_an_administrator_publishes(who: str) -> None:
    refused("not_calendar_keeper", NEW_YEAR, by=cast.post(who))


@pytest.mark.parametrize("office", ["xian", "lianhu", "lianhu-police"])
def test_only_ministry_and_provinces_publish(office: str) -> None:
    refused("not_calendar_keeper", NEW_YEAR, by=administrator(office))


def test_the_ministry_publishes_too() -> None:
    assert publish(NEW_YEAR, by=administrator("mca")).year == 2027


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept() -> None:
    assert refused("to_mend", ANYWAY, source=" \x00 ") == {"source": "请写明通知的名称和文号。", "days": "没有列出任何放假或调休的日子。"}
    assert list(refused("to_mend", NEW_YEAR, source="长" * 201)) == ["source"]
    assert list(refused("to_mend", NEW_YEAR._replace(name="\ud800 "))) == ["days"]
