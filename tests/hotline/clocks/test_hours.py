"""An office's working hours: as they are typed, set, inherited, kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Clock
from hutong.hotline.clocks import actions, hours, queries, rules
from hutong.hotline.clocks.models import WorkHours
from hutong.hotline.kernel.refusals import Refusal
from tests import cast
from tests.hotline.clocks.test_against_the_model import windows as any_windows
from tests.loop import case_at
from tests.network import AT, administrator, jiangxi, refused

EARLY = [(510, 720), (810, 1080)]
SHIFTS = [(0, 480), (1080, 1440)]


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("09:00-12:00\n13:30-17:30", [(540, 720), (810, 1050)]),
        ("9:00-12:00, 13:30-17:30", [(540, 720), (810, 1050)]),
        ("９：００—１２：００、１３：３０～１７：３０", [(540, 720), (810, 1050)]),
        ("9点至12点；13点30分到17点30分", [(540, 720), (810, 1050)]),
        ("00:00-24:00", [(0, 1440)]),
        (" 18:00 - 24:00 \n\n", [(1080, 1440)]),
        ("08:00-12:00\n12:00-14:00", [(480, 720), (720, 840)]),
        (" \n", []),
    ],
)
def test_hours_are_read_as_people_type_them(text: str, windows: list[tuple[int, int]]) -> None:
    assert hours.read(text) == windows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("上午", "看不懂“上午”。请写“开始-结束”，如 09:00-12:00；午夜写 24:00。"),
        ("09:00", "看不懂“09:00”。请写“开始-结束”，如 09:00-12:00；午夜写 24:00。"),
        ("09:60-12:00", "看不懂“09:60-12:00”。请写“开始-结束”，如 09:00-12:00；午夜写 24:00。"),
        ("09:00-24:01", "时刻应在 00:00 到 24:00 之间。"),
        ("22:00-06:00", "每一段的结束都要晚于开始；跨过午夜的请分成两段，写到 24:00 为止。"),
        ("09:00-09:00", "每一段的结束都要晚于开始；跨过午夜的请分成两段，写到 24:00 为止。"),
        ("13:30-17:30\n09:00-12:00", "各段要按先后写，不能重叠。"),
        ("09:00-12:00\n11:59-17:30", "各段要按先后写，不能重叠。"),
        ("\n".join(f"{hour:02}:00-{hour:02}:30" for hour in range(9)), "一天最多 8 段工作时间。"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        hours.read(text)
    assert refusal.value.fields == {"windows": said}


@given(any_windows)
def test_what_is_written_is_read_again(windows: list[tuple[int, int]]) -> None:
    assert hours.read(hours.written(windows)) == windows


@given(st.lists(st.integers(-5, 1445), max_size=6).filter(lambda edges: len(edges) % 2 == 0))
@pytest.mark.django_db
def test_the_database_takes_exactly_what_the_rules_take(edges: list[int]) -> None:
    windows = list(zip(edges[::2], edges[1::2], strict=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT hutong_are_windows(%s::smallint[])", [edges])
        assert bool(cursor.fetchone()[0]) == (bool(windows) and not rules.windows_faults(windows))


def set_hours(office: str, windows: list[tuple[int, int]], **more: Any) -> None:
    actions.set_hours(**{"office": cast.office(office), "windows": windows, "by": cast.post("gao"), "at": AT} | more)


def worked_in(office: str) -> list[tuple[int, int]]:
    return list(queries.windows(cast.office(office)))


@pytest.mark.django_db
def test_an_office_takes_its_own_hours_and_gives_them_up_again() -> None:
    set_hours("lianhu", EARLY)
    assert (worked_in("lianhu"), worked_in("lianhu-police"), worked_in("changan")) == (EARLY, EARLY, list(rules.DEFAULT_WINDOWS))
    set_hours("lianhu", [], at=AT + timedelta(days=1))
    assert worked_in("lianhu") == list(rules.DEFAULT_WINDOWS)
    assert queries.hours(cast.office("lianhu"), at=AT + timedelta(hours=1)).office == cast.office("lianhu")
    assert queries.hours(cast.office("lianhu"), at=AT - timedelta(hours=1)).office is None
    assert [entry.detail["edges"] for entry in AuditEntry.objects.filter(verb="set_hours").order_by("at")] == [[510, 720, 810, 1080], []]


@pytest.mark.django_db
def test_setting_the_same_again_is_no_deed() -> None:
    set_hours("lianhu", EARLY)
    set_hours("lianhu", EARLY)
    set_hours("changan", [])
    assert AuditEntry.objects.filter(verb="set_hours").count() == WorkHours.objects.exclude(office=None).count() == 1


@pytest.mark.django_db
def test_only_an_administrator_of_the_office_or_above_sets_its_hours() -> None:
    administrator("lan", "lianhu")
    set_hours("lianhu-police", SHIFTS, by=cast.post("lan"))
    for who, office in (("lan", "xian"), ("lan", "changan"), ("lu", "xian"), (jiangxi().staff.username, "lianhu")):
        with refused("not_your_office"):
            set_hours(office, SHIFTS, by=cast.post(who))
    with refused("bad_windows", "windows"):
        set_hours("lianhu", [(720, 540)])
    assert [each.office_id for each in WorkHours.objects.exclude(office=None)] == [cast.office("lianhu-police").pk]


@pytest.mark.django_db
def test_other_hours_move_no_deadline_that_runs() -> None:
    case = case_at("assessment")
    before = Clock.objects.filter(case=case).values().get(ended_at=None)
    set_hours("xian", SHIFTS)
    assert Clock.objects.filter(case=case).values().get(ended_at=None) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clocks_work_hours SET edges = '{0,60}'",
        "UPDATE clocks_work_hours SET ended_at = NULL WHERE ended_at IS NOT NULL",
        "DELETE FROM clocks_work_hours",
        "INSERT INTO clocks_work_hours (id, edges, set_at) SELECT gen_random_uuid(), edges, now() FROM clocks_work_hours",
        "INSERT INTO clocks_work_hours (id, edges, set_at, ended_at) VALUES (gen_random_uuid(), '{540,720,700,800}', now(), now())",
        "UPDATE clocks_calendar_day SET is_workday = NOT is_workday",
        "DELETE FROM clocks_calendar_day",
        "DELETE FROM clocks_calendar_year",
        "DELETE FROM clocks_local_day",
    ],
)
def test_what_held_once_is_never_rewritten(statement: str) -> None:
    set_hours("lianhu", EARLY)
    set_hours("lianhu", SHIFTS)
    with (
        pytest.raises(Exception, match=r"only ends|permission denied|unique|work_hours_windows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_there_is_no_second_set_of_hours_for_the_nation() -> None:
    with pytest.raises(IntegrityError, match="work_hours_once"):
        WorkHours.objects.create(office=None, edges=[0, 60], set_at=AT)
