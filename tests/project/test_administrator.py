"""`hutong administrator`: whoever sets up everybody else."""

import argparse

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import queries
from hutong.hotline.network.models import Office, Post, Staff
from hutong.project import administrator
from tests import cast

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> int:
    """The command, with what was typed behind it."""
    parser = argparse.ArgumentParser()
    administrator.add_arguments(parser)
    return administrator.run(parser.parse_args(arguments))


def test_a_province_gets_its_bureau_and_an_administrator_who_can_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("36", "li", "李静") == 0
    told = capsys.readouterr().out.split()

    staff = authenticate(username="li", password=told[2])
    assert isinstance(staff, Staff)
    post = queries.posts_held(staff=staff, on=timezone.localdate()).get()
    assert told[:2] == ["江西省民政厅", "li"]
    assert (post.role, post.office.code, post.office.parent) == ("administrator", "PB-36", cast.office("mca"))


def test_where_the_bureau_stands_already_it_is_used() -> None:
    run("61", "li", "李静")

    assert Post.objects.get(staff__username="li").office == cast.office("shaanxi")


def test_in_an_empty_network_the_ministry_comes_first() -> None:
    Office.objects.filter(code="mca").update(valid_to=cast.SINCE)
    run("11", "li", "李静")

    office = Post.objects.get(staff__username="li").office
    assert (office.name, office.parent and office.parent.name) == ("北京市民政局", "民政部")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("61", "xu", "李静"), "已有相同登录名的人员。"),
        (("61", "李静", "李静"), "“李静”应为 2 至 40 个字母、数字或 . _ -。"),
        (("99", "li", "李静"), "没有代码为“99”的行政区划。 请按名称查找，从列表中选择。"),
        (("6101", "li", "李静"), "省级民政部门不能设在这一级行政区划。"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_set_up(arguments: tuple[str, str, str], said: str) -> None:
    before = Office.objects.count(), Staff.objects.count()

    with pytest.raises(Refusal) as refusal:
        run(*arguments)
    assert str(refusal.value) == said
    assert (Office.objects.count(), Staff.objects.count()) == before
