"""CSV on screen: tried, put right, agreed to; and export."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network.models import Office
from tests import cast
from tests.clients import signed_in

pytestmark = pytest.mark.django_db
GOOD = "机构代码,名称,类型,行政区划代码,上级机构代码,启用日期\r\nzhouzhi,周至县民政局,县级民政部门,610124,xian,2026-09-01\r\n"
MIXED = (
    "机构代码,名称,类型,行政区划代码,上级机构代码,启用日期\r\n"
    "zhouzhi,周至县民政局,县级民政部门,610124,xian,2026-09-01\r\n"
    "lianhu,莲湖民政,县级民政部门,610104,xian,2020-01-01\r\n"
    "changan,长安区民政局,县级民政部门,610116,xian,2020-01-01\r\n"
    "lantian,蓝田县民政局,县级民政部门,610122,nowhere,2026-09-01\r\n"
)


@pytest.fixture
def client() -> Client:
    return signed_in("gao")


def hand_in(client: Client, text: str = "", content: bytes | None = None, **more: str) -> Any:
    given: dict[str, Any] = {"sheet": "offices", "text": text, **more}
    if content is not None:
        given["file"] = SimpleUploadedFile("network.csv", content)
    return client.post(reverse("office:files"), given)


def test_a_dry_run_shows_what_is_refused_changed_and_added_with_line_numbers(client: Client) -> None:
    answer = hand_in(client, content=MIXED.encode("gb18030"))

    assert [(line.number, str(line.outcome)) for line in answer.context["lines"]] == [(5, "refused"), (3, "change"), (2, "add")]
    assert answer.context["counts"] == "新增 1、修改 1、不变 1、拒绝 1"
    assert "您的管理范围内没有代码为“nowhere”的机构。" in answer.content.decode()
    assert "确认导入" not in answer.content.decode()
    assert not Office.objects.filter(code="zhouzhi").exists()


def test_the_file_stands_as_text_is_put_right_there_and_agreed_to(client: Client) -> None:
    shown = hand_in(client, content=MIXED.encode("gb18030")).context["form"]["text"].value()
    assert shown == MIXED
    tried = hand_in(client, shown.replace("nowhere", "xian"))
    assert "确认导入" in tried.content.decode()
    answer = hand_in(client, tried.context["form"]["text"].value(), agreed=tried.context["report"].mark)

    assert answer["Location"] == reverse("office:files")
    assert "已导入：新增 2、修改 1、不变 1。" in client.get(answer["Location"]).content.decode()
    assert (cast.office("lantian").parent, cast.office("lianhu").name) == (cast.office("xian"), "莲湖民政")


def test_where_something_changed_in_between_it_is_shown_anew_and_not_written(client: Client) -> None:
    tried = hand_in(client, GOOD)
    Office.objects.filter(code="lianhu").update(division="610124")
    answer = hand_in(client, GOOD, agreed=tried.context["report"].mark)
    assert [(line.number, line.reason) for line in answer.context["lines"]] == [(2, "该行政区划已有一个同类机构。")]

    Office.objects.filter(code="lianhu").update(division="610104")
    other = hand_in(client, GOOD.replace("2026-09-01", "2026-09-02"), agreed=tried.context["report"].mark)
    assert "与您核对过的结果不同了" in other.content.decode()
    assert not Office.objects.filter(code="zhouzhi").exists()


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({}, "file", "请选择文件或粘贴文字。"),
        ({"content": b""}, "__all__", "文件中没有数据行。 首行写列名，其后每行一条。"),
        ({"content": b"x" * 2_000_001}, "file", "文件超过 2 MB。 请分成几个文件导入。"),
        ({"content": b"\xff\xfe\x00\x81" * 9}, "__all__", "第 1 行有无法识别的字符。 请另存为 UTF-8 编码的 CSV。"),
        ({"text": "一句话"}, "__all__", "文件中没有数据行。 首行写列名，其后每行一条。"),
        ({"text": GOOD, "sheet": "everything"}, "sheet", "选择一个有效的选项。 everything 不在可用的选项中。"),
        (
            {"text": "登录名\r\n1", "sheet": "divisions"},
            "__all__",
            "首行应为列名：代码、名称、启用日期、停用日期、继任区划代码。 多余或重复：登录名。",
        ),
    ],
)
def test_what_cannot_be_read_is_said_and_the_text_stays(client: Client, given: dict[str, Any], field: str, said: str) -> None:
    answer = hand_in(client, **given)

    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [said]})
    assert answer.context["form"]["text"].value() == given.get("text", "")


def test_nothing_to_do_is_said(client: Client) -> None:
    answer = hand_in(client, "机构代码,名称\r\nlianhu,莲湖区民政局\r\n")

    assert "与现状完全相同" in answer.content.decode()
    assert "确认导入" not in answer.content.decode()


def test_a_long_report_shows_the_first_lines_and_counts_the_rest(client: Client) -> None:
    lines = "".join(f"new-{number},某社,社会组织,610104,lianhu,2026-09-01\r\n" for number in range(520))
    answer = hand_in(client, GOOD.splitlines()[0] + "\r\n" + lines)

    assert (len(answer.context["lines"]), answer.context["more"]) == (500, 20)
    assert "另有 20 行未列出。" in answer.content.decode()


@pytest.mark.parametrize(
    ("sheet", "header"),
    [
        ("offices", "机构代码,名称,类型,部门,行政区划代码,上级机构代码,值班电话,启用日期,停用日期"),
        ("staff", "登录名,姓名,电话,机构代码,岗位,任职日期,离任日期"),
        ("divisions", "代码,名称,启用日期,停用日期,继任区划代码"),
    ],
)
def test_each_file_is_exported_for_a_spreadsheet_and_comes_back_unchanged(client: Client, sheet: str, header: str) -> None:
    client = signed_in("ning") if sheet == "staff" else client
    answer = client.post(reverse("office:export", args=[sheet]))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{sheet}-')
    assert answer.content.decode("utf-8-sig").splitlines()[0] == header
    assert AuditEntry.objects.get().verb == "network_exported"
    back = hand_in(client, content=answer.content, sheet=sheet)
    assert {line.outcome for line in back.context["report"].lines} == {"same"}


def test_there_is_no_other_export(client: Client) -> None:
    assert client.post(reverse("office:export", args=["cases"])).status_code == 404
