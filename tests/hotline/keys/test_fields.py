"""Sealed fields: nothing in clear in the database, nothing opened at another place, found by marks, retired and erased by key."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.models import F

from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.cases import details
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact, Draft, Reporter
from hutong.hotline.kernel.secrets import sealing
from hutong.hotline.keys import actions, fields, queries
from hutong.hotline.keys.models import DataKey
from hutong.hotline.people.models import Child, Person
from tests.cast import post
from tests.loop import START, case_at, contact
from tests.talks import missed

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳小雨", "13812340000"


def kept(row: models.Model) -> dict[str, Any]:
    """A row as it stands in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {row._meta.db_table} WHERE {row._meta.pk.column} = %s", [row.pk])  # noqa: S608 our own names
        return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


def put(row: models.Model, **columns: bytes) -> None:
    """Write past the product, as whoever owns the database could."""
    for column, value in columns.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {row._meta.db_table} SET {column} = %s WHERE {row._meta.pk.column} = %s",  # noqa: S608 our own names
                [value, row.pk],
            )


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def child() -> Child:
    return Child.objects.create(name=NAME, phone=PHONE, address="环城西路 8 号")


def test_the_code_sees_text_and_the_database_none_of_it(child: Child) -> None:
    found = again(child)
    assert (found.name, found.phone, found.address, found.school) == (NAME, PHONE, "环城西路 8 号", "")
    stored = b"".join(bytes(value) for value in kept(child).values() if isinstance(value, bytes))
    for text in (NAME, PHONE, "环城西路"):
        assert text.encode() not in stored
    assert kept(child)["school"] == b""


def test_lengths_tell_little() -> None:
    rows = [kept(Child.objects.create(name=name)) for name in ("李", "李丽", "买买提江·阿卜杜拉")]
    assert len({len(row["name"]) for row in rows}) == 1


def test_a_value_moved_to_another_row_or_column_does_not_open(child: Child) -> None:
    other = Child.objects.create(name="李丽", phone="13900001111")
    row = kept(child)
    put(other, name=row["name"])
    assert again(other).name == str(fields.DOES_NOT_OPEN)
    put(other, name=row["name"], row_key=row["row_key"])  # with the key of its row
    assert again(other).name == str(fields.DOES_NOT_OPEN)
    put(child, phone=row["name"], address=row["phone"])
    moved = again(child)
    assert (moved.name, moved.phone, moved.address) == (NAME, str(fields.DOES_NOT_OPEN), str(fields.DOES_NOT_OPEN))


def test_nor_one_of_another_table_and_one_that_was_changed(child: Child) -> None:
    person = Person.objects.create(pk=child.pk, name="李丽")
    row = kept(child)
    put(person, name=row["name"], row_key=row["row_key"])
    assert again(person).name == str(fields.DOES_NOT_OPEN)
    put(child, name=row["name"][:-1] + bytes([row["name"][-1] ^ 1]))
    assert again(child).name == str(fields.DOES_NOT_OPEN)


def test_what_does_not_open_stays_as_it_stands_when_the_row_is_saved(child: Child) -> None:
    put(child, name=kept(child)["phone"])
    broken = kept(child)["name"]
    found = again(child)
    assert found.name == str(fields.DOES_NOT_OPEN)
    found.save()
    assert kept(child)["name"] == broken


def test_nothing_is_opened_that_nobody_looks_at(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(fields, "unseal", lambda sealed, **about: opened.append(about["place"].column) or sealing.unseal(sealed, **about))
    found = list(Child.objects.all())
    assert opened == []
    assert [each.name for each in found] == [NAME]
    assert opened == ["row_key", "name"]


def test_what_nobody_changed_is_not_sealed_anew(child: Child) -> None:
    before = kept(child)
    found = again(child)
    found.name = NAME
    found.age = 7
    found.save()
    child.refresh_from_db()
    child.save()
    assert kept(child) == before | {"age": 7}


def test_a_change_brings_its_mark_along(child: Child) -> None:
    found = again(child)
    found.name = "李丽"
    found.save(update_fields=["name"])
    assert again(child).name == "李丽"
    assert list(Child.objects.filter(name_index="李丽")) == [child]
    assert not Child.objects.filter(name_index=NAME).exists()


def test_a_row_gets_its_key_when_there_is_first_something_to_seal() -> None:
    child = Child.objects.create()
    assert kept(child)["row_key"] == b""
    child.name = NAME
    child.save(update_fields=["name"])
    assert again(child).name == NAME


def test_many_rows_at_once_are_sealed_too() -> None:
    Child.objects.bulk_create([Child(name=name) for name in (NAME, "李丽", "")])
    assert sorted(child.name for child in Child.objects.all()) == ["", "李丽", NAME]


def test_it_is_found_in_any_width_and_never_by_its_text(child: Child) -> None:
    assert list(Child.objects.filter(name_index="欧阳 小雨")) == [child]
    with pytest.raises(TypeError):
        Child.objects.filter(name=NAME).exists()
    with pytest.raises(TypeError), transaction.atomic():
        Child.objects.update(name=NAME)
    assert Child.objects.exclude(name="").count() == 1


def test_marks_of_two_columns_and_tables_are_different() -> None:
    marks = {fields.index_fields(model)[0].mark(PHONE) for model in (Reporter, Call, CallBack)}
    assert len(marks) == 3


def test_of_those_with_one_mark_only_the_same_name_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields.BlindIndex, "mark", lambda _index, text: b"xx" if text else b"")
    mine, other = case_at("handling"), case_at("handling")
    for case, name in ((mine, NAME), (other, "李丽")):
        recording.add_child(case.pk, child=Child.objects.create(name=name), by=post("zhou"), at=case.stage_since)
    elsewhere = case_at("handling")
    assert [each.name for each in cases.children_known(post("zhou"), name=NAME, other_than=elsewhere)] == [NAME]
    same = cases.likely_same(post("xu"), phone="", place=None, names=[NAME], at=mine.stage_since, most=6)
    assert [(case, shared) for case, shared in same] == [(mine, ["child"])]


def test_a_draft_is_sealed_whole() -> None:
    draft = Draft.objects.create(post=post("xu"), form="intake", fields={"phone": [PHONE], "n": 3}, saved_at=START)
    assert again(draft).fields == {"phone": [PHONE], "n": 3}
    assert PHONE.encode() not in bytes(kept(draft)["fields"])


@pytest.mark.parametrize("suites", [("aes", "sm"), ("sm", "aes")])
def test_after_a_change_of_suite_all_still_opens(settings: Any, suites: tuple[str, str]) -> None:
    rows = []
    for suite in suites:
        settings.SUITE = suite
        actions.retire(at=START)
        rows.append(Child.objects.create(name=NAME))
    assert [again(row).name for row in rows] == [NAME] * 2
    assert kept(rows[0])["name"][1] != kept(rows[1])["name"][1]
    queries._ring.cache_clear()


# --- another key for fields


@pytest.fixture
def retired(child: Child) -> Any:
    """The key for fields under which the child stands is retired; another is there."""
    actions.retire(at=START)
    yield child
    queries._ring.cache_clear()


def test_a_retired_key_opens_what_it_sealed_and_seals_nothing_more(retired: Child) -> None:
    new = Child.objects.create(name="李丽")
    assert (again(retired).name, again(new).name) == (NAME, "李丽")
    old, now = (sealing.key_name(kept(row)["row_key"]) for row in (retired, new))
    assert [row.pk for row in queries.of_purpose(queries.FIELDS)] == [now, old]


def test_the_worker_takes_over_in_portions_and_then_the_retired_key_ends(retired: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 2)
    before, (newest, old) = kept(retired), [key.pk for key in queries.of_purpose(queries.FIELDS)]
    others = [Person.objects.create(name=NAME) for _each in range(3)]
    for row in others:
        key = fields.row_key_place(Person, row.pk)
        put(row, row_key=sealing.seal(fields._secret(row), key=queries.key(old), place=key))
    done = []
    while lines := [line for line in actions.rewrap(at=START) if "rows" in line]:
        done += lines
    assert done == ["1 keys of rows sealed anew", "2 keys of rows sealed anew", "1 keys of rows sealed anew"]
    assert kept(retired) == before | {"row_key": kept(retired)["row_key"]}
    assert {sealing.key_name(kept(row)["row_key"]) for row in (retired, *others)} == {newest}
    assert [again(row).name for row in (retired, *others)] == [NAME] * 4
    actions.rewrap(at=START + timedelta(hours=23))
    assert queries.of_purpose(queries.FIELDS).count() == 2
    actions.rewrap(at=START + timedelta(hours=25))
    assert queries.of_purpose(queries.FIELDS).get().pk == newest
    assert DataKey.objects.get(pk=old).destroyed_at is not None


def test_while_a_row_needs_it_no_retired_key_ends(retired: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda rows, **_how: rows.none())  # somebody holds them all
    actions.rewrap(at=START + timedelta(days=9))
    assert queries.of_purpose(queries.FIELDS).count() == 2
    assert again(retired).name == NAME


# --- erased


def test_whose_key_is_destroyed_opens_never_again_and_still_counts() -> None:
    case = case_at("handling")
    recording.correct(case.pk, by=post("zhou"), at=case.stage_since, seen=None, title="改", place=case.place, place_text="三单元")
    child = Child.objects.create(name=NAME, age=7)
    recording.add_child(case.pk, child=child, by=post("zhou"), at=case.stage_since)
    case.refresh_from_db()
    told = case.events.get(action="correct")
    sight = cases.sight_of(cases.situation(case, post("wang")), post("wang"))
    assert details.names_in([told], sight=sight)[told.detail["place_text"][1]] == "三单元"
    copy = kept(child)["name"]
    actions.erase([child, case])
    assert (again(child).name, again(child).age) == ("", 7)
    assert not Child.objects.filter(name_index=NAME).exists()
    assert (again(case).place_text, Case.objects.filter(stage="handling").count()) == ("", 1)
    told = again(case).events.get(action="correct")
    assert details.names_in([told], sight=sight)[told.detail["place_text"][1]] == ""
    assert kept(child)["name"] == copy  # and yet it says nothing
    again(child).save()
    assert again(child).name == ""


def test_what_has_ended_is_erased_too_and_otherwise_stays_as_it_ended() -> None:
    call = missed(at=START, caller=PHONE)
    back = CallBack.objects.get()
    CallBack.objects.filter(pk=back.pk).update(settled_at=START, outcome="not_reached")
    for row in (call, back):
        with pytest.raises(Exception, match="does not change"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(row_key=b"", language="en", **{fields.index_fields(type(row))[0].name: b""})
        with pytest.raises(Exception, match="does not change"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(row_key=F("row_key"), **{fields.index_fields(type(row))[0].name: b""})
    actions.erase([call, back])
    assert (again(call).caller, again(back).number) == ("", "")


def test_a_reporter_and_a_place_are_erased_and_the_report_stays() -> None:
    told = contact(outcome="answered")
    actions.erase([told.reporter, told])
    found = Contact.objects.get()
    assert (found.reporter.name, found.reporter.phone, found.narrative) == ("", "", told.narrative)


# --- counted


def test_what_does_not_open_and_what_is_not_found_is_named(child: Child) -> None:
    other, erased = (Child.objects.create(name=name) for name in ("李丽", "王芳"))
    actions.erase([erased])
    assert list(fields.unsound()) == []
    put(child, address=kept(child)["phone"])
    put(other, name_index=b"xx")
    assert sorted(fields.unsound()) == [(f"people_child {child.pk}", "address"), (f"people_child {other.pk}", "name_index")]
