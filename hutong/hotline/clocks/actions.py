"""Entering the State Council's calendar, local days and offices' hours; and what every installation starts with.

What is replaced is kept: an old deadline is explained by what held when it was reckoned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version

from chinese_calendar import constants  # type: ignore[import-untyped]
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.clocks import queries, rules
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, LocalDay, WorkHours
from hutong.hotline.clocks.rules import SpecialDay, Windows
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import clean, storable
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Office, Post, Role

SEED_SOURCE = "国务院办公厅关于{year}年部分节假日安排的通知（据 chinesecalendar {version}）"
MAKE_UP = "{holiday}调休"

NOT_A_KEEPER = Reason("not_calendar_keeper", _("放假安排由部级和省级管理员录入。"), _("请联系上级机构的管理员。"))
NO_SOURCE = _("请写明通知的名称和文号。")
NOT_YOUR_DIVISION = Reason("not_your_division", _("这个区划的放假和上班安排不由您决定。"), _("请联系上级机构的管理员。"))
NOT_YOUR_OFFICE = Reason("not_your_office", _("这个机构的工作时间不由您设定。"), _("请联系上级机构的管理员。"))
NO_BASIS = _("请写明依据，如通知的名称和文号。")
EVER_SINCE = datetime(2004, 1, 1, tzinfo=UTC)  # what an installation starts with has always held


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
    published, _new = CalendarYear.objects.update_or_create(
        year=year, defaults={"source": source}, create_defaults={"source": source, "published_at": at}
    )
    standing = CalendarDay.objects.filter(queries.held(None))
    standing.filter(Q(year=published) | Q(day__in=[special.day for special in days])).update(ended_at=at)
    CalendarDay.objects.bulk_create(
        CalendarDay(year=published, set_by=by, set_at=at, **special._asdict()) for special in days if special.differs
    )
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


def tried(deed: Callable[[], object]) -> None:
    """Do a deed and take it back: it refuses as it would."""
    with transaction.atomic():
        deed()
        transaction.set_rollback(True)


@transaction.atomic
def set_local_days(*, division: Division, days: Sequence[SpecialDay], basis: str, by: Post | None, at: datetime) -> list[LocalDay]:
    """Decide which days are off or at work in a division and those below it: a local holiday, a typhoon, a day made up for.

    A day decided before takes the new word. Clocks that run already keep their due time. Raises Refusal, naming `basis` or `days`.
    """
    _must_keep_days(by, division)
    days = [special._replace(name=storable(special.name).text.strip()) for special in days]
    faults = Faults(rules.local_day_faults(days))
    basis = faults.of("basis", lambda: clean(basis, field="basis", limit=200).text, "")
    if not basis:
        faults.setdefault("basis", str(NO_BASIS))
    faults.refuse()
    _end_local_days(division, [special.day for special in days], at)
    made = [LocalDay(division=division, basis=basis, set_by=by, set_at=at, **special._asdict()) for special in days]
    dates = {special.day.isoformat(): special.is_workday for special in days}
    audit.record("set_local_days", by=by, at=at, subject="division", code=division.pk, days=dates)
    return LocalDay.objects.bulk_create(made)


@transaction.atomic
def end_local_day(*, local_day: LocalDay, by: Post | None, at: datetime) -> None:
    """Take back what was decided about a day: it is again what the level above or the nation says. Running clocks keep their due time."""
    _must_keep_days(by, local_day.division)
    if _end_local_days(local_day.division, [local_day.day], at):
        audit.record("end_local_day", by=by, at=at, subject="division", code=local_day.division_id, days=[local_day.day.isoformat()])


def _end_local_days(division: Division, days: Sequence[date], at: datetime) -> int:
    """One at a time for a division, so that two at once do not both decide a day."""
    Division.objects.select_for_update().get(pk=division.pk)
    return LocalDay.objects.filter(queries.held(None), division=division, day__in=days).update(ended_at=at)


def _must_keep_days(by: Post | None, division: Division) -> None:
    if by and not queries.divisions_to_keep(by).filter(pk=division.pk).exists():
        raise Refusal(NOT_YOUR_DIVISION)


@transaction.atomic
def set_hours(*, office: Office, windows: Windows, by: Post | None, at: datetime) -> None:
    """Set the windows of an office's working day; none: it works as the nearest office above that has some. Running clocks keep theirs.

    Raises Refusal, naming `windows`.
    """
    if by and not (by.role == Role.ADMINISTRATOR and network.answers_to(office, by.office)):
        raise Refusal(NOT_YOUR_OFFICE)
    if fault := rules.windows_faults(windows):
        raise Refusal.at("windows", Reason("bad_windows", fault))
    Office.objects.select_for_update().get(pk=office.pk)
    own = WorkHours.objects.filter(queries.held(None), office=office)
    if [list(hours.windows) for hours in own] == ([list(windows)] if windows else []):
        return
    own.update(ended_at=at)
    if windows:
        WorkHours.objects.create(office=office, edges=edges_of(windows), set_by=by, set_at=at)
    audit.record("set_hours", by=by, at=at, subject="office", subject_id=office.pk, edges=edges_of(windows))


def edges_of(windows: Windows) -> list[int]:
    """Where each window begins and ends, one after the other."""
    return [edge for window in windows for edge in window]


@transaction.atomic
def seed_calendar() -> None:
    """The years that `chinesecalendar` holds and nobody has entered yet, and the nation's working hours. Safe to run again."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    published = {day.year for day in constants.holidays} - known
    at = timezone.now() if known else EVER_SINCE
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, source=SEED_SOURCE.format(year=year, version=version("chinesecalendar")), published_at=at)
        for year in published
    )
    CalendarDay.objects.bulk_create(
        (
            CalendarDay(year_id=rules.year_of_notice(special.day), set_at=at, **special._asdict())
            for special in _packaged_days()
            if special.differs and rules.year_of_notice(special.day) in published
        ),
        ignore_conflicts=True,
    )
    if not WorkHours.objects.filter(office=None).exists():
        WorkHours.objects.create(edges=edges_of(rules.DEFAULT_WINDOWS), set_at=EVER_SINCE)


def _packaged_days() -> list[SpecialDay]:
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    days_off: dict[date, str] = constants.holidays
    made_up: dict[date, str] = constants.workdays
    return [SpecialDay(day, False, chinese[name]) for day, name in days_off.items()] + [
        SpecialDay(day, True, MAKE_UP.format(holiday=chinese[name])) for day, name in made_up.items()
    ]
