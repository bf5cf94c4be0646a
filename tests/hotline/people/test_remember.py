from datetime import UTC, date, datetime

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division
from hutong.hotline.people import actions as people
from hutong.hotline.people import queries
from hutong.hotline.people.actions import ChildFacts, PersonFacts
from hutong.hotline.people.models import Child, Person, Sex
from tests import cast

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ID_OF_A_GIRL = "61010420141120002X"

pytestmark = pytest.mark.django_db


def test_a_child_is_kept_in_normal_form() -> None:
    child = people.remember_child(
        ChildFacts(
            name=" 小雨\ud83d ", phone="１３８１２３４５６７８", id_number="６１０１０４２０１４１１２０００２ｘ", statuses=["left_behind"],
            school="莲湖小学",
            present_division=Division.objects.get(code="610104"), tell_guardian=False,
        ),
        by=cast.post("xu"), at=AT,
    )  # fmt: skip
    child.refresh_from_db()
    assert (child.name, child.phone, child.id_number) == ("小雨", "13812345678", ID_OF_A_GIRL)
    assert (child.born_on, child.age, child.sex) == (date(2014, 11, 20), 12, Sex.FEMALE)
    assert child.id_number_verified
    assert not child.tell_guardian
    assert AuditEntry.objects.get(subject_id=child.pk).verb == "remember_child"


def test_a_wrong_check_digit_is_kept_as_not_verified() -> None:
    child = people.remember_child(ChildFacts(id_number="610104201411200021"), by=cast.post("xu"), at=AT)
    assert (child.id_number, child.id_number_verified, child.born_on) == ("610104201411200021", False, None)


def test_an_identity_number_that_contradicts_the_birth_is_not_verified() -> None:
    child = people.remember_child(ChildFacts(id_number=ID_OF_A_GIRL, born_on=date(2015, 1, 1)), by=cast.post("xu"), at=AT)
    assert (child.born_on, child.id_number_verified) == (date(2015, 1, 1), False)


def test_all_that_is_wrong_is_said_at_once_and_nothing_written() -> None:
    facts = ChildFacts(
        name="雨" * 61, sex="?", born_on=date(2027, 1, 1), id_number="12", phone="12", age=40, statuses=["king"], school="校" * 81,
        address="址" * 201, lawful_basis="none", present_division=Division.objects.get(code="61"),
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        people.remember_child(facts, by=cast.post("xu"), at=AT)
    assert set(refused.value.fields) == {
        "name", "sex", "born_on", "id_number", "phone", "age", "statuses", "school", "address", "lawful_basis", "present_division",
    }  # fmt: skip
    assert not Child.objects.exists()


def test_an_adult_by_identity_number_is_no_child() -> None:
    with pytest.raises(Refusal) as refused:
        people.remember_child(ChildFacts(id_number="11010519491231002X"), by=cast.post("xu"), at=AT)
    assert set(refused.value.fields) == {"born_on"}


def test_a_person_is_kept_and_may_be_of_any_age_but_not_unborn() -> None:
    person = people.remember_person(PersonFacts(name="张某", id_number="11010519491231002X"), by=cast.post("xu"), at=AT)
    assert person.born_on == date(1949, 12, 31)
    with pytest.raises(Refusal):
        people.remember_person(PersonFacts(born_on=date(2027, 1, 1)), by=cast.post("xu"), at=AT)
    assert Person.objects.count() == 1


def test_changing_a_child_writes_the_names_of_what_changed_and_no_values() -> None:
    child = people.remember_child(ChildFacts(name="小雨", age=7), by=cast.post("xu"), at=AT)
    people.change_child(child, facts=ChildFacts(name="小羽", age=7, school="莲湖小学"), by=cast.post("zhou"), at=AT)
    child.refresh_from_db()
    assert (child.name, child.school) == ("小羽", "莲湖小学")
    assert AuditEntry.objects.get(subject_id=child.pk, verb="change_child").detail == {"fields": ["name", "school"]}


def test_changing_nothing_writes_nothing() -> None:
    child = people.remember_child(ChildFacts(name="小雨", age=7), by=cast.post("xu"), at=AT)
    people.change_child(child, facts=ChildFacts(name="小雨", age=7), by=cast.post("zhou"), at=AT)
    assert not AuditEntry.objects.filter(verb="change_child").exists()


def test_similar_children_share_the_name_and_about_the_age() -> None:
    near, unknown, far = (people.remember_child(ChildFacts(name="小雨", age=age), by=cast.post("xu"), at=AT) for age in (8, None, 15))
    assert set(queries.similar_children(name="小雨", age=7)) == {near, unknown}
    assert set(queries.similar_children(name="小雨")) == {near, unknown, far}
    assert not queries.similar_children(name="", age=7)


def test_an_abolished_division_is_refused_with_its_successor() -> None:
    new = Division.objects.get(code="610104")
    old = Division.objects.create(
        code="610199", name="旧城区", full_name="陕西省西安市旧城区", level="county", parent_id="6101", valid_from=date(1990, 1, 1),
        valid_to=date(2026, 11, 20), successor=new,
    )  # fmt: skip
    assert queries.place(old, on=date(2026, 11, 19)) == old
    with pytest.raises(Refusal) as refused:
        people.remember_child(ChildFacts(registered_division=old), by=cast.post("xu"), at=AT)
    assert new.full_name in refused.value.fields["registered_division"]
