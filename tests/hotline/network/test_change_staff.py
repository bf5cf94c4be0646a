"""Changing what is said of a person."""

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions
from hutong.hotline.network.models import Post, Role, Staff
from tests import cast
from tests.network import AT, jiangxi, refused, security_officer

pytestmark = pytest.mark.django_db


def change(username: str, by: Post | None = None, *, name: str = "王大海", phone: str = "") -> Staff:
    staff = Staff.objects.get(username=username)
    actions.change_staff(staff=staff, name=name, phone=phone, by=by or cast.post("ning"), at=AT)
    return Staff.objects.get(username=username)


def test_a_name_and_a_telephone_change() -> None:
    changed = change("wang", phone="+86 138 1234 5678")

    assert (changed.name, changed.phone) == ("王大海", "13812345678")
    assert list(AuditEntry.objects.values_list("verb", "subject_id")) == [("staff_changed", changed.pk)]


def test_what_is_wrong_is_said_beside_its_input() -> None:
    with refused("missing", "name"):
        change("wang", name="　")
    with refused("telephone", "phone"):
        change("wang", phone="110a")


def test_a_person_of_two_offices_is_changed_by_who_reaches_both() -> None:
    lan, nan = security_officer("lan", "lianhu"), security_officer("nan", "xian")
    Post.objects.create(
        staff=Staff.objects.get(username="wang"), office=cast.office("changan"), role=Role.CASE_WORKER, valid_from=cast.SINCE
    )

    with refused("out_of_reach"):
        change("wang", lan)
    assert change("wang", nan).name == "王大海"


@pytest.mark.parametrize(("by", "username"), [("lan", "xu"), ("lan", "ning"), ("shuang", "wang"), ("song", "wang")])
def test_others_are_out_of_reach(by: str, username: str) -> None:
    security_officer("lan", "lianhu"), jiangxi()

    with refused("out_of_reach"):
        change(username, cast.post(by))


def test_a_change_in_between_is_not_overwritten() -> None:
    seen = Staff.objects.get(username="wang")
    change("wang")

    with refused("stale"):
        actions.change_staff(staff=seen, name="王小海", phone="", by=cast.post("ning"), at=AT)
