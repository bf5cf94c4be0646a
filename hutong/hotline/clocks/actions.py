"""Entering the State Council's calendar, and what every installation starts with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version

from chinese_calendar import constants  # type: ignore[import-untyped]
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.clocks import queries, rules
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, WorkWindow
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import clean, storable
from hutong.hotline.network.models import Post

SEED_SOURCE = "国务院办公厅关于{year}年部分节假日安排的通知（据 chinesecalendar {version}）"
MAKE_UP = "{holiday}调休"

NOT_A_KEEPER = Reason("not_calendar_keeper", _("放假安排由部级和省级管理员录入。"), _("请联系上级机构的管理员。"))
NO_SOURCE = _("请写明通知的名称和文号。")


@transaction.atomic
def publish_year(*, year: int, source: str, days: Sequence[SpecialDay], by: Post | None, at: datetime) -> CalendarYear:
    """Enter a year's notice, or enter it anew where it was amended. Days that are as their weekday may be named and are not kept.

    Clocks that run already keep their due time, but for provisional ones. Raises Refusal, naming `source` or `days`.
    """
    if by and not queries.keeps_calendar(by):
        raise Refusal(NOT_A_KEEPER)
    days = [special._replace(name=storable(special.name).text.strip()) for special in days]
    faults = Faults(rules.notice_faults(year, days))
    source = faults.of("source", lambda: clean(source, field="source", limit=200).text, "")
    if not source:
        faults.setdefault("source", str(NO_SOURCE))
    faults.refuse()
    published, _new = CalendarYear.objects.update_or_create(year=year, defaults={"source": source})
    CalendarDay.objects.filter(Q(year=published) | Q(day__in=[special.day for special in days])).delete()
    CalendarDay.objects.bulk_create(CalendarDay(year=published, **special._asdict()) for special in days if special.differs)
    dates = {special.day.isoformat(): special.is_workday for special in days}
    audit.record("publish_year", by=by, at=at, subject="calendar_year", year=year, days=dates)
    return published


@dataclass(frozen=True)
class Preview:
    """What publishing a notice would change: each day with what is said of it now and then, and the year's working days then."""

    changes: list[tuple[date, SpecialDay | None, SpecialDay | None]]
    workdays: int


def preview_year(*, year: int, source: str, days: Sequence[SpecialDay], by: Post, at: datetime) -> Preview:
    """Publish it, look, and take it back. Refuses as publishing does."""
    before = {special.day: special for special in queries.special_days(year)}
    with transaction.atomic():
        publish_year(year=year, source=source, days=days, by=by, at=at)
        after = {special.day: special for special in queries.special_days(year)}
        workdays = queries.calendar(since=date(year, 1, 1)).guessing().workdays(year)
        transaction.set_rollback(True)
    changed = sorted(day for day in before.keys() | after if before.get(day) != after.get(day))
    return Preview([(day, before.get(day), after.get(day)) for day in changed], workdays)


@transaction.atomic
def seed_calendar() -> None:
    """The years that `chinesecalendar` holds and nobody has entered yet, and the nation's working hours. Safe to run again."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    published = {day.year for day in constants.holidays} - known
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, source=SEED_SOURCE.format(year=year, version=version("chinesecalendar"))) for year in published
    )
    CalendarDay.objects.bulk_create(
        (
            CalendarDay(year_id=rules.year_of_notice(special.day), **special._asdict())
            for special in _packaged_days()
            if special.differs and rules.year_of_notice(special.day) in published
        ),
        ignore_conflicts=True,
    )
    if not WorkWindow.objects.filter(office=None).exists():
        WorkWindow.objects.bulk_create(WorkWindow(start=start, end=end) for start, end in rules.DEFAULT_WINDOWS)


def _packaged_days() -> list[SpecialDay]:
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    days_off: dict[date, str] = constants.holidays
    made_up: dict[date, str] = constants.workdays
    return [SpecialDay(day, False, chinese[name]) for day, name in days_off.items()] + [
        SpecialDay(day, True, MAKE_UP.format(holiday=chinese[name])) for day, name in made_up.items()
    ]
