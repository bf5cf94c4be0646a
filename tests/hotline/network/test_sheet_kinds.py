"""The files of offices, staff and divisions."""

from datetime import timedelta

import pytest

from hutong.hotline.network import actions
from hutong.hotline.network.models import Division, Post, Role, Staff
from tests import cast
from tests.hotline.network.sheets_of import applied, text, told, tried
from tests.network import AT, TODAY, administrator, jiangxi, security_officer

pytestmark = pytest.mark.django_db
LEI = "lei,雷鸣,13812345678,lianhu,个案专员,2026-09-01,"
PEOPLE = "登录名,姓名,电话,机构代码,岗位,任职日期,离任日期"
PLACES = "代码,名称,启用日期,停用日期,继任区划代码"


# Offices


def test_offices_change_and_end_by_what_the_file_says() -> None:
    content = text("机构代码,名称,值班电话,停用日期", "lianhu,莲湖民政,029 87111222,", "changan,长安区民政局,,2026-09-18")

    assert told(applied("offices", content)) == [
        (2, "change", "名称 莲湖区民政局→莲湖民政；值班电话 →029-87111222"),
        (3, "change", "停用日期 →2026-09-18"),
    ]
    assert (cast.office("lianhu").name, cast.office("changan").valid_to) == ("莲湖民政", TODAY)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lianhu,部门,610104,xian,2020-01-01,", "类型不能改。 请停用后另行增加。"),
        ("lianhu,县级民政部门,610104,xian,2020-01-02,", "启用日期不能改。 请停用后另行增加。"),
        ("lianhu,县级民政部门,610104,baoji,2020-01-01,", "上级机构的类型或地域不对。 请选择所在地上一级的民政机构。"),
        ("lianhu,县级民政部门,999999,xian,2020-01-01,", "没有代码为“999999”的行政区划。 请按名称查找，从列表中选择。"),
        ("lianhu,县级民政部门,610104,nanchang,2020-01-01,", "您的管理范围内没有代码为“nanchang”的机构。"),
        ("lianhu,县级民政部门,610104,nowhere,2020-01-01,", "您的管理范围内没有代码为“nowhere”的机构。"),
        ("lianhu,县级民政部门,610104,xian,2020-01-01,2026-09-18", "还有 2 个下级机构。 请先停用它们或改换其上级。"),
        ("lianhu,县级民政部门,610104,xian,2020-01-01,2026-09-19", "停用日期不能晚于今天：到那天是否还有在办事项，今天不能知道。"),
    ],
)
def test_what_an_office_may_not_become_is_refused(line: str, said: str) -> None:
    """What is out of reach is answered as what is not there."""
    jiangxi()

    report = tried("offices", text("机构代码,类型,行政区划代码,上级机构代码,启用日期,停用日期", line))
    assert told(report) == [(2, "refused", said)]


def test_what_has_ended_stays_as_it_was() -> None:
    applied("offices", text("机构代码,停用日期", "changan,2026-09-18"))

    assert told(tried("offices", text("机构代码,停用日期", "changan,"))) == [(2, "refused", "已于 2026-09-18 停用，不能再改。")]
    assert told(tried("offices", text("机构代码,名称", "changan,长安"))) == [(2, "refused", "已于 2026-09-18 停用，不能再改。")]
    assert told(tried("offices", text("机构代码,停用日期", "changan,2026-09-18"))) == [(2, "same", "")]


def test_ones_own_office_takes_another_telephone_though_its_parent_is_out_of_reach() -> None:
    content = text("机构代码,上级机构代码,值班电话", "xian,shaanxi,12349")

    assert told(applied("offices", content, administrator("nan", "xian"))) == [(2, "change", "值班电话 →12349")]


# Staff


def test_people_come_with_their_posts_a_line_each() -> None:
    content = text(PEOPLE, LEI, LEI.replace("个案专员", "协调员"))

    assert told(applied("staff", content)) == [
        (2, "add", "登录名 →lei；姓名 →雷鸣；电话 →13812345678；机构代码 →lianhu；岗位 →个案专员；任职日期 →2026-09-01"),
        (3, "add", "登录名 →lei；姓名 →雷鸣；电话 →13812345678；机构代码 →lianhu；岗位 →协调员；任职日期 →2026-09-01"),
    ]
    assert {post.role for post in Staff.objects.get(username="lei").posts.all()} == {"case_worker", "coordinator"}


def test_a_person_is_called_the_same_on_every_line() -> None:
    report = tried("staff", text(PEOPLE, LEI, LEI.replace("个案专员", "协调员").replace("雷鸣", "雷声")))

    assert told(report)[1] == (3, "refused", "与第 2 行所写的姓名或电话不同。")


def test_a_new_name_reaches_the_person_of_an_ended_post_too() -> None:
    Post.objects.filter(staff__username="wang").update(valid_to=TODAY - timedelta(days=9))
    actions.give_post(
        staff=Staff.objects.get(username="wang"), office=cast.office("lianhu"), role=Role.COORDINATOR, valid_from=TODAY,
        by=cast.post("ning"), at=AT,
    )  # fmt: skip
    content = text(PEOPLE, "wang,王大海,,lianhu,个案专员,2020-01-01,2026-09-09", "wang,王大海,,lianhu,协调员,2026-09-18,")

    assert told(applied("staff", content)) == [(2, "change", "姓名 王海→王大海"), (3, "change", "姓名 王海→王大海")]
    assert Staff.objects.get(username="wang").name == "王大海"


def test_a_post_ends_and_comes_back_on_a_line_of_its_own() -> None:
    applied("staff", text(PEOPLE, "wang,王海,,lianhu,个案专员,2020-01-01,2026-09-18"))
    assert Post.objects.get(staff__username="wang").valid_to == TODAY

    applied("staff", text(PEOPLE, "wang,王海,,lianhu,个案专员,2026-09-20,"))
    assert [post.valid_to for post in Post.objects.filter(staff__username="wang").order_by("valid_from")] == [TODAY, None]


def test_an_end_to_come_moves_but_is_not_taken_back() -> None:
    applied("staff", text(PEOPLE, "wang,王海,,lianhu,个案专员,2020-01-01,2026-12-31"))

    moved = "wang,王海,,lianhu,个案专员,2020-01-01,2026-11-30"
    assert told(applied("staff", text(PEOPLE, moved))) == [(2, "change", "离任日期 2026-12-31→2026-11-30")]
    assert told(tried("staff", text(PEOPLE, "wang,王海,,lianhu,个案专员,2020-01-01,"))) == [
        (2, "refused", "离任日期不能改。 请停用后另行增加。")
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lei,雷鸣,,lianhu,接线员,2026-09-01,", "县级民政部门没有这个岗位。"),
        ("lei,雷鸣,,donghu,个案专员,2026-09-01,", "您的管理范围内没有代码为“donghu”的机构。"),
        ("lei,雷鸣,,lianhu,皇帝,2026-09-01,", "“皇帝”不是岗位。"),
        ("lei,雷鸣,,lianhu,个案专员,,", "缺少任职日期。"),
        ("lei,,,lianhu,个案专员,2026-09-01,", "缺少姓名。"),
        ("shui,水清,,lianhu,个案专员,2026-09-01,", "已有相同登录名的人员。"),
        ("wang,王海,,lianhu,个案专员,2026-09-01,", "此人在该机构已有这个岗位。"),
        ("ning,宁静,,shaanxi,安全管理员,2020-01-01,2026-09-18", "不能结束自己正在使用的岗位。 请由另一位管理员办理。"),
        ("ning,宁静,,xian,协调员,2026-09-18,", "不能给自己岗位。 请由另一位管理员办理。"),
    ],
)
def test_what_staff_may_not_become_is_refused(line: str, said: str) -> None:
    jiangxi()

    assert told(tried("staff", text(PEOPLE, line))) == [(2, "refused", said)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("song,宋岚,13800000000,shaanxi,督导员,2020-01-01,", "您的管理范围内没有代码为“shaanxi”的机构。"),
        ("lan,蓝田,,shaanxi,安全管理员,2026-09-18,", "您的管理范围内没有代码为“shaanxi”的机构。"),
        ("dai,宋岚,13800000000,lianhu,志愿者,2020-01-01,", "此人有岗位不在您的管理范围内。 请联系管理其全部岗位的上级管理员。"),
    ],
)
def test_a_lower_administrator_comes_to_nothing_higher_by_file(line: str, said: str) -> None:
    """Dai volunteers in Lianhu, and supervises the province besides."""
    lan = security_officer("lan", "lianhu")
    staff = Staff.objects.create(username="dai", name="戴月")
    for office, role in (("lianhu", Role.VOLUNTEER), ("shaanxi", Role.SUPERVISOR)):
        Post.objects.create(staff=staff, office=cast.office(office), role=role, valid_from=cast.SINCE)

    assert told(tried("staff", text(PEOPLE, line), lan)) == [(2, "refused", said)]


# Divisions


def test_divisions_are_added_renamed_and_merged() -> None:
    content = text(
        PLACES,
        "610131,新设区,2026-09-18,,",
        "610118,鄠县区,2000-01-01,,",
        "610124,周至县,2000-01-01,2026-09-18,610131",
        "610104,莲湖区,2000-01-01,,",
    )
    assert told(applied("divisions", content)) == [
        (2, "add", "代码 →610131；名称 →新设区；启用日期 →2026-09-18"),
        (3, "change", "名称 鄠邑区→鄠县区"),
        (4, "change", "停用日期 →2026-09-18；继任区划代码 →610131"),
        (5, "same", ""),
    ]
    assert Division.objects.get(pk="610124").successor_id == "610131"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("610104,莲湖区,2000-01-02,,", "启用日期不能改。 请停用后另行增加。"),
        ("610124,周至县,2000-01-01,,610118", "有继任区划时须填停用日期。"),
        ("610124,周至县,2000-01-01,2026-09-18,999999", "没有代码为“999999”的行政区划。 请按名称查找，从列表中选择。"),
        ("360102,东湖区,2000-01-01,2026-09-18,", "区划 360102 不在您的管理范围内。 行政区划由部级和省级管理员维护。"),
        ("莲湖区,莲湖区,2000-01-01,,", "“莲湖区”不是区划代码：应为 2、4、6、9 或 12 位数字。"),
    ],
)
def test_what_a_division_may_not_become_is_refused(line: str, said: str) -> None:
    assert told(tried("divisions", text(PLACES, line))) == [(2, "refused", said)]


def test_a_centres_administrator_changes_no_division_by_file() -> None:
    report = tried("divisions", text(PLACES, "610104,莲湖新区,2000-01-01,,"), administrator("nan", "xian"))

    assert [line[:2] for line in told(report)] == [(2, "refused")]
