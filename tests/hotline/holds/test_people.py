"""A hold on a person holds every case in which they stand, now and later, wherever it is, and tells nobody whether there is one."""

from datetime import date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.holds import actions, queries
from hutong.hotline.holds.models import PersonHold
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people.models import Child, Person
from hutong.hotline.recordings import actions as recordings
from hutong.hotline.retention.models import Erasure
from hutong.hotline.retention.rules import ERASED
from tests import cast
from tests.clients import as_the_pages, signed_in
from tests.hotline.retention.test_erasing import LATER, closed_case, sweep
from tests.loop import START, case_at, contact
from tests.talks import a_call, kept

pytestmark = pytest.mark.django_db
NUMBER, BORN = "610104201703010011", date(2017, 3, 1)
NOW = timezone.now()
SOON = timezone.localdate() + timedelta(days=90)


def hold(who: str = "zhou", *, at: datetime = NOW, **said: object) -> PersonHold:
    given = {"name": "", "born_on": None, "id_number": "", "reason": "法院调取", "review_on": timezone.localdate(at) + timedelta(days=90)}
    return actions.hold_person(**(given | said), by=cast.post(who), at=at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("zhou", True),
        ("lu", True),
        ("song", True),
        ("qin", True),
        ("xu", False),
        ("wang", False),
        ("ma", False),
        ("an", False),
        ("gao", False),
    ],
)
def test_who_may_hold_a_case_of_their_own_office_may_hold_a_person(who: str, may: bool) -> None:
    if may:
        made = hold(who, id_number=NUMBER)
        assert AuditEntry.objects.get(verb="person_held").subject_id == made.pk
    else:
        with pytest.raises(Refusal) as refused:
            hold(who, id_number=NUMBER)
        assert refused.value.reason.code == "person_hold_not_yours"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "id_number"),
        ({"name": "小雨"}, "id_number"),
        ({"born_on": BORN}, "id_number"),
        ({"id_number": "12"}, "id_number"),
        ({"id_number": NUMBER, "reason": " "}, "reason"),
        ({"id_number": NUMBER, "review_on": timezone.localdate()}, "review_on"),
    ],
)
def test_it_wants_somebody_a_reason_and_a_day(said: dict[str, object], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        hold(**said)
    assert list(refused.value.fields) == [field]


def test_one_at_a_time_and_an_office_above_may_have_its_own() -> None:
    hold(id_number=NUMBER)
    with pytest.raises(Refusal) as refused:
        hold("lu", id_number=f" {NUMBER} ")
    assert refused.value.reason.code == "person_held_already"
    hold("song", id_number=NUMBER)
    hold(name="小雨", born_on=BORN)
    with pytest.raises(Refusal):
        hold(name="小 雨", born_on=BORN)


CHILD = {"name": "小雨", "id_number": NUMBER, "born_on": BORN}
ADULT = {"name": "钱强", "id_number": "610104198503010018", "born_on": date(1985, 3, 1)}


@pytest.mark.parametrize("by", ["id_number", "name"])
@pytest.mark.parametrize("kind", [Child, Person])
def test_every_case_with_that_person_is_held_now_and_later_wherever_it_is(kind: type[Child] | type[Person], by: str) -> None:
    case, told = closed_case(), CHILD if kind is Child else ADULT
    row = kind.objects.get()  # type: ignore[attr-defined]
    named = {"id_number": told["id_number"]} if by == "id_number" else {"name": told["name"], "born_on": told["born_on"]}
    held = hold("qin", at=LATER, **named)  # of another prefecture; and nothing is known of the row yet
    assert list(queries.held()) == []
    for field, value in told.items():
        setattr(row, field, value)
    row.save()

    assert list(queries.held()) == [case.pk]
    assert sweep(LATER) == []
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        Erasure.objects.create(kind="case", row_id=case.pk, at=LATER)
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        Erasure.objects.create(kind="child", row_id=Child.objects.get().pk, at=LATER)
    actions.end_person(held, why="案件已结", by=cast.post("song"), at=LATER)
    assert list(queries.held()) == []
    assert len(sweep(LATER)) == 4


def reported_by(case: Case, **told: str) -> Reporter:
    """A case with a reporter of whom that is known."""
    reporter = Reporter.objects.get(contact__link__case=case)
    for field, value in told.items():
        setattr(reporter, field, value)
    reporter.save()
    return reporter


@pytest.mark.parametrize(
    ("told", "said", "is_held"),
    [
        ({"id_number": "610104198503010018"}, {"id_number": "610104198503010018"}, True),
        ({"id_number": "610104198503010018"}, {"name": "郑重", "id_number": "610104198503010018"}, True),
        ({}, {"name": "郑重", "born_on": date(1985, 3, 1)}, True),
        ({}, {"name": "郑重", "id_number": "610104198503010018"}, True),  # nobody knows this reporter's number
        ({"id_number": "610104198503020013"}, {"name": "郑重", "id_number": "610104198503010018"}, False),
        ({}, {"id_number": "610104198503010018"}, False),
        ({}, {"name": "郑轻", "born_on": date(1985, 3, 1)}, False),
    ],
)
def test_a_case_is_held_with_who_reported_it(told: dict[str, str], said: dict[str, object], is_held: bool) -> None:
    case = closed_case()
    reported_by(case, name="郑重", **told)
    held = hold("qin", at=LATER, **said)
    assert list(queries.held()) == [case.pk] * is_held
    if is_held:
        assert sweep(LATER) == []
        with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
            Erasure.objects.create(kind="case", row_id=case.pk, at=LATER)
        actions.end_person(held, why="案件已结", by=cast.post("song"), at=LATER)
        assert len(sweep(LATER)) == 4


def test_what_a_reporter_told_is_held_though_no_case_came_of_it() -> None:
    told = contact(outcome="answered")
    reporter = told.reporter
    reporter.name, reporter.is_anonymous = "郑重", False
    reporter.save()
    after = START.replace(year=START.year + 4)
    held = hold("qin", at=after, name="郑重", born_on=date(1985, 3, 1))
    assert sweep(after) == []
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        Erasure.objects.create(kind="contact", row_id=told.pk, at=after)
    actions.end_person(held, why="案件已结", by=cast.post("song"), at=after)
    assert sweep(after) == ["1 contact erased, past their time"]


def test_another_of_the_same_name_born_on_another_day_is_not_held() -> None:
    closed_case()
    child = Child.objects.get()
    child.born_on = date(2017, 3, 2)
    child.save()
    hold(at=LATER, name="小雨", born_on=BORN)
    hold(at=LATER, id_number="610104201703020017")
    assert list(queries.held()) == []


def test_a_recording_of_such_a_case_is_not_destroyed(tmp_path: object) -> None:
    case = case_at("handling")
    recording = kept(a_call(case=case), tmp_path)  # type: ignore[arg-type]
    child = Child.objects.get()
    child.id_number = NUMBER
    child.save()
    after = NOW + timedelta(days=365 * 40)
    held = hold(id_number=NUMBER)
    assert not recordings.destroy(recording.pk, at=after)
    actions.end_person(held, why="已结", by=cast.post("lu"), at=NOW)
    assert recordings.destroy(recording.pk, at=after)


def test_it_only_ends_once_by_whose_it_is_and_is_never_rewritten() -> None:
    held = hold(id_number=NUMBER)
    for who in ("qin", "ma"):
        with pytest.raises(Refusal):
            actions.end_person(held, why="已结", by=cast.post(who), at=NOW)
    with pytest.raises(Refusal):
        actions.end_person(held, why=" ", by=cast.post("lu"), at=NOW)
    with pytest.raises(Refusal) as alone:
        actions.end_person(held, why="已结", by=cast.post("zhou"), at=NOW)
    assert alone.value.reason.code == "hold_second"
    with pytest.raises(IntegrityError, match="another"), transaction.atomic():
        PersonHold.objects.filter(pk=held.pk).update(ended_at=NOW, ended_by=cast.post("zhou"), ended_why="已结")
    actions.end_person(held, why="已结", by=cast.post("lu"), at=NOW)
    with pytest.raises(Refusal):
        actions.end_person(held, why="已结", by=cast.post("lu"), at=NOW)
    for statement in ("DELETE FROM holds_person", "UPDATE holds_person SET reason = 'x'", "UPDATE holds_person SET child_number = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_whom_it_is_on_stands_sealed_and_the_pages_role_sees_its_own_offices_alone() -> None:
    hold(name="小雨", born_on=BORN, id_number=NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id_number, child_number, person_number FROM holds_person")
        (row,) = cursor.fetchall()
    assert "小雨".encode() not in bytes(row[0])
    assert NUMBER.encode() not in bytes(row[1])
    assert bytes(row[2]) != bytes(row[3])
    with connection.cursor() as cursor, as_the_pages():
        seen = {}
        for who in ("zhou", "song", "qin", "ma"):
            cursor.execute("SELECT hutong_enter(%s)", [cast.post(who).pk])
            cursor.execute("SELECT count(*) FROM holds_person")
            seen[who] = cursor.fetchone()[0]
        cursor.execute("SELECT hutong_enter(%s)", [None])
    assert seen == {"zhou": 1, "song": 1, "qin": 0, "ma": 0}


def test_the_page_keeps_them_masked_begins_and_ends_one_and_tells_nothing_of_cases() -> None:
    address, zhou = reverse("cases:people_held"), signed_in("zhou")
    sheet = {"name": "欧阳小雨", "born_on": "2017-03-01", "id_number": NUMBER, "reason": "法院来函", "review_on": SOON.isoformat()}
    empty = zhou.post(address, {**sheet, "id_number": "", "name": ""})
    assert empty.status_code == 422
    assert "姓名和出生日期" in empty.content.decode()
    case_at("handling")
    assert zhou.post(address, sheet).status_code == 302
    shown = zhou.get(address).content.decode()
    for words in ("欧* · 2017-**-** · 6101**********0011", "法院来函", "周敏"):
        assert words in shown
    assert "欧阳小雨" not in shown
    assert NUMBER not in shown
    held = PersonHold.objects.get()
    assert signed_in("qin").get(address).content.decode().count("结束留存") == 0
    assert signed_in("qin").get(reverse("cases:end_person_hold", args=[held.pk])).status_code == 404
    assert signed_in("xu").get(address).status_code == 403
    assert signed_in("song").post(reverse("cases:end_person_hold", args=[held.pk]), {"why": "已结"}).status_code == 302
    held.refresh_from_db()
    assert held.ended_why == "已结"


def test_the_database_itself_wants_somebody_named() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonHold.objects.create(office=cast.office("xian"), reason="x", review_on=SOON, by=cast.post("zhou"), at=NOW)


def test_whom_it_was_on_is_forgotten_three_years_after_its_end_and_not_before() -> None:
    hold("song", id_number=NUMBER)
    held = hold(name="小雨", born_on=BORN, id_number=NUMBER)
    actions.end_person(held, why="案件已结", by=cast.post("lu"), at=NOW)
    assert sweep(NOW + timedelta(days=1000)) == []
    assert sweep(NOW + timedelta(days=1100)) == ["1 held erased, past their time"]
    held.refresh_from_db()
    assert (held.name, held.id_number, held.born_on, bytes(held.child_number), bytes(held.row_key)) == ("", "", None, b"", b"")
    assert {held.reason, held.ended_why} == {ERASED}
    assert (held.by, held.at, held.ended_at) == (cast.post("zhou"), NOW, NOW)


def test_rows_from_before_there_were_marks_are_marked_by_the_migration() -> None:
    Child.objects.create(name="小雨", id_number=NUMBER)
    Person.objects.create(name="钱强", id_number="610104198503010018")
    reported_by(case_at("handling"), name="郑重", id_number="610104198503020013")
    held, ended = hold(name="郑重", id_number=NUMBER), hold(name="郑重", born_on=BORN)
    actions.end_person(ended, why="已结", by=cast.post("lu"), at=NOW)
    columns = {Child: ["id_number_index"], Person: ["name_index", "id_number_index"], Reporter: ["name_index", "id_number_index"]}
    before = {model: list(model.objects.values_list(*names)) for model, names in columns.items()}  # type: ignore[attr-defined]
    for model, names in columns.items():
        model.objects.update(**dict.fromkeys(names, b""))  # type: ignore[attr-defined]
    for migration in ("0021_last", "0022_held"):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL ROLE hutong_owner")
            import_module(f"hutong.hotline.migrations.{migration}").mark(apps, SimpleNamespace(connection=connection))
            cursor.execute("SET LOCAL ROLE hutong_work")
    assert {model: list(model.objects.values_list(*names)) for model, names in columns.items()} == before  # type: ignore[attr-defined]
    assert bytes(PersonHold.objects.get(pk=held.pk).reporter_name)
