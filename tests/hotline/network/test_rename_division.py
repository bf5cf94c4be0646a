"""Giving a division another name."""

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network import actions
from hutong.hotline.network.models import Division
from tests import cast
from tests.network import AT, jiangxi, refused

pytestmark = pytest.mark.django_db


def division(code: str) -> Division:
    return Division.objects.get(pk=code)


def test_the_full_names_of_all_below_follow() -> None:
    actions.rename_division(division=division("6101"), name="长安市", by=cast.post("gao"), at=AT)

    assert division("6101").full_name == "陕西省长安市"
    assert division("610104").full_name == "陕西省长安市莲湖区"
    assert division("610104003").full_name == "陕西省长安市莲湖区北关街道"
    assert division("610304").full_name == "陕西省宝鸡市陈仓区"
    assert list(AuditEntry.objects.values_list("verb", "detail")) == [("division_renamed", {"code": "6101"})]


def test_a_name_that_repeated_the_one_above_is_told_in_full_afterwards() -> None:
    assert division("540173400").full_name == "西藏自治区拉萨市西藏文化旅游创意园区"
    actions.rename_division(division=division("5401"), name="圣城市", by=None, at=AT)

    assert division("540102").full_name == "西藏自治区圣城市城关区"
    assert division("441900").full_name == "广东省东莞市"


def test_a_placeholder_bears_the_new_name_of_what_it_stands_for() -> None:
    actions.rename_division(division=division("4419"), name="莞市", by=None, at=AT)

    assert division("441900003").full_name == "广东省莞市东城街道"


@pytest.mark.parametrize("code", ["36", "3601"])
def test_another_provinces_divisions_are_not_renamed(code: str) -> None:
    with refused("out_of_reach"):
        actions.rename_division(division=division(code), name="新名", by=cast.post("gao"), at=AT)

    jiangxi()
    actions.rename_division(division=division(code), name="新名", by=cast.post("wen"), at=AT)
    assert division(code).name == "新名"


def test_a_full_name_that_would_be_too_long_below_is_refused() -> None:
    with refused("too_long", "name"):
        actions.rename_division(division=division("6101"), name="长" * 61, by=None, at=AT)

    Division.objects.filter(pk="610104").update(name="区" * 60)
    Division.objects.filter(pk="610104003").update(name="街" * 60)
    with refused("too_long", "name"):
        actions.rename_division(division=division("6101"), name="长" * 60, by=None, at=AT)


def test_a_change_in_between_is_not_overwritten() -> None:
    seen = division("6101")
    actions.rename_division(division=division("6101"), name="长安市", by=None, at=AT)

    with refused("stale"):
        actions.rename_division(division=seen, name="镐京市", by=None, at=AT)
