"""Setting up a division."""

from datetime import date
from typing import Any

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions
from hutong.hotline.network.models import Division
from tests import cast
from tests.network import AT, TODAY, administrator, jiangxi, refused

pytestmark = pytest.mark.django_db


def add(**given: Any) -> Division:
    return actions.add_division(**{"code": "610131", "name": "新设区", "valid_from": TODAY, "by": cast.post("gao"), "at": AT} | given)


def test_a_provincial_administrator_sets_up_a_county() -> None:
    made = add()

    assert (made.level, made.parent_id, made.full_name, made.is_placeholder) == ("county", "6101", "陕西省西安市新设区", False)
    assert list(AuditEntry.objects.values_list("verb", "staff_id", "detail")) == [
        ("division_added", cast.post("gao").staff_id, {"code": "610131"})
    ]


@pytest.mark.parametrize(
    ("code", "kept", "full_name"),
    [
        ("６１０１３１", "610131", "陕西省西安市新设区"),
        ("610131000000", "610131", "陕西省西安市新设区"),
        ("610104099", "610104099", "陕西省西安市莲湖区新设区"),
    ],
)
def test_a_code_is_taken_in_any_form(code: str, kept: str, full_name: str) -> None:
    made = add(code=code)

    assert (made.code, made.full_name) == (kept, full_name)


@pytest.mark.parametrize(
    ("code", "full_name"), [("110120", "北京市新设区"), ("429099", "湖北省新设区"), ("441900999", "广东省东莞市新设区"), ("71", "新设区")]
)
def test_behind_a_placeholder_the_full_name_goes_on(code: str, full_name: str) -> None:
    assert add(code=code, by=None).full_name == full_name


def test_a_name_is_kept_in_one_line_with_single_spaces() -> None:
    assert add(name=" 新设　　区\n").name == "新设 区"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"code": "61013"}, "bad_code", "code"),
        ({"code": "莲湖区"}, "bad_code", "code"),
        ({"code": "610104"}, "taken", "code"),
        ({"code": "610199001"}, "no_parent", "code"),
        ({"valid_from": date(1999, 12, 31)}, "not_standing", "valid_from"),
        ({"name": " "}, "missing", "name"),
        ({"name": "\u200b"}, "missing", "name"),
        ({"name": "新\ud83d区"}, "unstorable", "name"),
        ({"name": "新\x07区"}, "unstorable", "name"),
        ({"name": "新" * 61}, "too_long", "name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_input(given: dict[str, Any], code: str, field: str) -> None:
    with refused(code, field):
        add(**given)

    assert not AuditEntry.objects.exists()


def test_nothing_is_set_up_below_what_has_ended() -> None:
    Division.objects.filter(pk="610124").update(valid_to=TODAY)

    with refused("not_standing", "valid_from"):
        add(code="610124999")


@pytest.mark.parametrize("username", ["nan", "wen", "song"])
def test_only_the_provinces_administrators_keep_its_divisions(username: str) -> None:
    administrator("nan", "xian"), jiangxi()

    with refused("out_of_reach"):
        add(by=cast.post(username))


def test_the_ministry_keeps_them_all() -> None:
    assert add(by=administrator("ping", "mca")).code == "610131"
