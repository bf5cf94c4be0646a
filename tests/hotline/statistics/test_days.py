"""Past days are counted once, by one worker, and never stay wrong."""

import argparse
import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from hutong.hotline.cases.actions import recording
from hutong.hotline.clocks.rules import local, midnight
from hutong.hotline.statistics import timers
from hutong.hotline.statistics.facts import end_of, wrong_days
from hutong.hotline.statistics.models import Day
from hutong.hotline.statistics.rules import DAYS, period, quarter
from hutong.project import check
from hutong.project.database import Addresses
from tests.cast import post
from tests.loop import START, case_at

DAY = local(START).date()
END = end_of(DAY)
NOW = START + timedelta(days=3)


def count_all() -> list[str]:
    lines: list[str] = []
    while found := timers.sweep(at=NOW):
        lines += found
    return lines


def counted() -> set[object]:
    return set(Day.objects.filter(office=None).values_list("day", flat=True))


@pytest.mark.django_db
def test_what_is_over_is_counted_once_the_latest_first() -> None:
    case_at("closed")
    lines = count_all()
    assert [line.split()[0] for line in lines] == [str(day) for day in reversed(period(local(NOW).date()))]
    assert len(lines) == DAYS
    assert count_all() == []
    whole = Day.objects.get(day=DAY, office=None)
    assert (whole.registered, whole.closed, whole.ended, whole.asked) == (1, 1, 7, 1)
    assert {row.office.code: row.ended for row in Day.objects.filter(day=DAY).exclude(office=None)} == {"xian": 5, "lianhu": 2}


@pytest.mark.django_db
def test_what_is_written_for_a_counted_day_has_it_counted_anew() -> None:
    case = case_at("handling")
    count_all()
    recording.note(case.pk, by=post("zhou"), at=START + timedelta(hours=5), text="补记")
    assert DAY not in counted()
    assert len(counted()) == DAYS - 1
    case_at("closed")
    count_all()
    assert Day.objects.get(day=DAY, office=None).registered == 2
    assert wrong_days(period(local(NOW).date())) == []


@pytest.mark.django_db
def test_of_today_what_is_over_is_counted_by_the_quarter_and_goes_with_what_is_written_before() -> None:
    case, today = case_at("handling", at=NOW - timedelta(hours=2)), local(NOW).date()
    assert local(NOW) > midnight(today) + timedelta(hours=3)
    count_all()
    until = quarter(local(NOW))
    assert Day.objects.get(day=today, office=None).until == until
    recording.note(case.pk, by=post("zhou"), at=until, text="正在过的这一刻钟")
    assert today in counted()
    assert timers.sweep(at=NOW + timedelta(minutes=15)) == [f"{today} counted until {until + timedelta(minutes=15):%H:%M}, 2 offices"]
    recording.note(case.pk, by=post("zhou"), at=until + timedelta(minutes=14), text="已经数过的那一刻钟")
    assert today not in counted()
    assert Day.objects.filter(day=today).count() == 0


@pytest.mark.django_db
def test_a_day_is_kept_once() -> None:
    Day.objects.create(day=DAY, until=END)
    with pytest.raises(IntegrityError), transaction.atomic():
        Day.objects.create(day=DAY, until=END)


def test_nobody_counts_a_day_to_which_somebody_writes(committed: Addresses) -> None:
    case = case_at("handling")
    with transaction.atomic():
        recording.note(case.pk, by=post("zhou"), at=START + timedelta(hours=5), text="还没有提交")
        found: list[list[str]] = []
        other = threading.Thread(target=lambda: (found.append(timers.count(DAY, END)), connection.close()))
        other.start()
        other.join()
        assert found == [[]]
    assert timers.count(DAY, END) == [f"{DAY} counted until 00:00, 2 offices"]
    assert timers.count(DAY, END) == []


def test_a_writer_waits_for_the_count_and_takes_it_away(committed: Addresses) -> None:
    case = case_at("handling")

    def write() -> None:
        recording.note(case.pk, by=post("zhou"), at=START + timedelta(hours=5), text="晚到一步")
        connection.close()

    writer = threading.Thread(target=write)
    with transaction.atomic():
        timers.count(DAY, END)
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
    writer.join()
    assert DAY not in counted()


def test_check_names_a_day_that_was_counted_wrongly(committed: Addresses, capsys: pytest.CaptureFixture[str]) -> None:
    case_at("closed", at=check.timezone.now() - timedelta(days=2))
    day = local(check.timezone.now()).date() - timedelta(days=2)
    timers.count(day, end_of(day))
    assert (check.run(argparse.Namespace()), line(capsys)) == (0, [f"-  {check.COUNTED:<72} {0:>6}"])
    with psycopg.connect(committed.owner) as owner:
        owner.execute("UPDATE statistics_day SET ended = ended + 1 WHERE office_id IS NOT NULL AND ended > 0")
    assert (check.run(argparse.Namespace()), line(capsys)) == (1, [f"-  {check.COUNTED:<72} {1:>6}  {day}"])


def line(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if check.COUNTED in line]


@pytest.mark.django_db
def test_a_clock_is_told_whose_it_is_by_the_database() -> None:
    case = case_at("closed")
    offices = [clock.office.code for clock in case.clocks.order_by("started_at")]
    assert offices == ["xian", "xian", "lianhu", "lianhu", "xian", "xian", "xian"]
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER clock_office ON clocks_clock")
