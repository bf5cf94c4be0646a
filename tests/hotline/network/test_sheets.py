"""What holds for every file: how it is read, tried, agreed to and written."""

import re
from contextlib import nullcontext

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import sheets
from hutong.hotline.network.models import Office
from hutong.hotline.network.sheet_kinds import SHEETS
from tests import cast
from tests.hotline.network.sheets_of import applied, text, told, tried
from tests.network import AT, refused

pytestmark = pytest.mark.django_db
HEADER = "机构代码,名称,类型,部门,行政区划代码,上级机构代码,值班电话,启用日期,停用日期"
ZHOUZHI = "zhouzhi,周至县民政局,县级民政部门,,610124,xian,,2026-09-01,"


def reason(content: str, kind: str = "offices") -> str:
    with pytest.raises(Refusal) as refusal:
        tried(kind, content)
    return str(refusal.value)


def test_a_dry_run_says_what_would_change_and_changes_nothing() -> None:
    report = tried("offices", text(HEADER, ZHOUZHI))

    assert told(report) == [
        (
            2,
            "add",
            "机构代码 →zhouzhi；名称 →周至县民政局；类型 →县级民政部门；行政区划代码 →610124；上级机构代码 →xian；启用日期 →2026-09-01",
        )
    ]
    assert not report.applied
    assert not Office.objects.filter(code="zhouzhi").exists()
    assert not AuditEntry.objects.exists()


def test_the_run_that_was_agreed_to_is_kept() -> None:
    report = applied("offices", text(HEADER, ZHOUZHI))

    assert report.applied
    assert cast.office("zhouzhi").name == "周至县民政局"
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["office_added"]


def test_what_was_agreed_to_for_another_file_or_another_state_is_not_done() -> None:
    agreed = tried("offices", text(HEADER, ZHOUZHI)).mark

    other = sheets.run(
        SHEETS["offices"], text(HEADER, ZHOUZHI.replace("民政局", "民政部门")), by=cast.post("gao"), at=AT, agreed=agreed
    )  # fmt: skip
    assert not other.applied
    Office.objects.filter(code="lianhu").update(division="610124")
    later = sheets.run(SHEETS["offices"], text(HEADER, ZHOUZHI), by=cast.post("gao"), at=AT, agreed=agreed)
    assert told(later) == [(2, "refused", "该行政区划已有一个同类机构。")]
    assert not Office.objects.filter(code="zhouzhi").exists()


def test_one_refused_line_keeps_the_whole_file_out_even_where_somebody_agrees() -> None:
    content = text(HEADER, ZHOUZHI, "lantian,蓝田县民政局,县级民政部门,,610199,xian,,2026-09-01,")
    report = applied("offices", content)

    assert [line[:2] for line in told(report)] == [(2, "add"), (3, "refused")]
    assert report.counts == {"add": 1, "change": 0, "same": 0, "refused": 1}
    assert not report.applied
    assert not Office.objects.filter(code="zhouzhi").exists()


def test_lines_may_stand_in_any_order_and_are_told_in_theirs() -> None:
    """The centre comes before the bureau that answers to it, wherever it stands in the file, and ends after it."""
    content = text(
        "机构代码,名称,类型,行政区划代码,上级机构代码,启用日期",
        "yaozhou,耀州区民政局,县级民政部门,610204,tongchuan,2026-09-01",
        "tongchuan,铜川市12349热线中心,热线中心,6102,shaanxi,2026-09-01",
    )
    assert [line[:2] for line in told(applied("offices", content))] == [(2, "add"), (3, "add")]

    ended = text("机构代码,停用日期", "tongchuan,2026-09-18", "yaozhou,2026-09-18")
    assert told(applied("offices", ended)) == [(2, "change", "停用日期 →2026-09-18"), (3, "change", "停用日期 →2026-09-18")]


@pytest.mark.parametrize(
    "header",
    [
        "code,name,kind,department,division,parent,phone,valid_from,valid_to",
        "机构代码,名称,kind,部门,行政区划代码,parent,值班电话,启用日期,停用日期",
        " 机构代码 ,名称,类型,部门,行政区划代码,上级机构代码,值班电话,启用日期,停用日期",
    ],
)
def test_columns_are_named_by_what_people_call_them_or_by_code(header: str) -> None:
    assert [line[:2] for line in told(tried("offices", text(header, ZHOUZHI)))] == [(2, "add")]


def test_cells_copied_out_of_a_spreadsheet_are_read() -> None:
    assert [line[:2] for line in told(tried("offices", text(HEADER, ZHOUZHI).replace(",", "\t")))] == [(2, "add")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "文件中没有数据行。 首行写列名，其后每行一条。"),
        (text(HEADER), "文件中没有数据行。 首行写列名，其后每行一条。"),
        (text("名称,类型", "a,b"), f"首行应为列名：{HEADER.replace(',', '、')}。 缺少：机构代码。"),
        (text("机构代码,颜色", "a,b"), f"首行应为列名：{HEADER.replace(',', '、')}。 多余或重复：颜色。"),
        (text("机构代码,名称,名称", "a,b,c"), f"首行应为列名：{HEADER.replace(',', '、')}。 多余或重复：名称。"),
        (text(HEADER, f'a,"{"x" * 140_000}"'), "第 2 行不是 CSV。"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(content: str, said: str) -> None:
    assert reason(content) == said


def test_every_bad_line_is_named_at_once_by_the_line_it_begins_on() -> None:
    content = text(
        HEADER,
        '"zhou\r\nzhi",周至县民政局,县级民政部门,,610124,xian,,2026-09-01,',
        "",
        "zhouzhi,周至县民政局",
        "zhouzhi,周至县民政局,宫殿,,610124,xian,,2026-09-01,",
        "zhouzhi,周至县民政局,县级民政部门,,610124,xian,,2026-02-30,",
        "zhouzhi,周至县民政局,县级民政部门,,6.10124E+11,xian,,2026-09-01,",
        "zhouzhi,周至县民政局,县级民政部门,,610124,xian,8711,2026-09-01,",
        "zhouzhi,周至\ud83d县,县级民政部门,,610124,xian,,2026-09-01,",
        "zhouzhi,,县级民政部门,,610124,xian,,2026-09-01,",
    )
    assert told(tried("offices", content)) == [
        (2, "refused", "“zhou zhi”应为 2 至 40 个字母、数字或 . _ -。"),
        (5, "refused", "有 2 列，首行有 9 列。"),
        (6, "refused", "“宫殿”不是类型。"),
        (7, "refused", "“2026-02-30”不是日期，应如 2026-09-18。"),
        (8, "refused", "表格软件把区划代码写成了“6.10124E+11”。 请把该列设为文本格式，重新填写。"),
        (9, "refused", "电话号码不完整或有误：应为手机号、带区号的固定电话或短号码，可加分机。 请核对；不知道时留空。"),
        (10, "refused", "名称中有无法保存的字符。"),
        (11, "refused", "缺少名称。"),
    ]


def test_the_same_line_twice_is_refused_by_the_number_of_the_first() -> None:
    report = tried("offices", text(HEADER, ZHOUZHI, ZHOUZHI.replace("610124", "610122")))

    assert told(report)[1] == (3, "refused", "与第 2 行重复。")


@pytest.mark.parametrize("typed", ["2026/9/1", "2026-9-1", "2026.09.01", "2026年9月1日", "２０２６－０９－０１"])
def test_a_day_is_read_however_a_spreadsheet_wrote_it(typed: str) -> None:
    applied("offices", text(HEADER, ZHOUZHI.replace("2026-09-01", typed)))

    assert str(cast.office("zhouzhi").valid_from) == "2026-09-01"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert sheets.decode(text(HEADER, ZHOUZHI).encode(encoding)) == text(HEADER, ZHOUZHI)


def test_a_slip_in_utf_8_is_told_by_its_line_and_not_taken_for_another_encoding() -> None:
    broken = text(HEADER, ZHOUZHI).encode().replace("周".encode(), "周".encode()[:2])

    with pytest.raises(Refusal) as refusal:
        sheets.decode(broken)
    assert str(refusal.value) == "第 2 行有无法识别的字符。 请另存为 UTF-8 编码的 CSV。"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x81" * 9, bytes(range(128, 256))])
def test_what_is_no_text_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        sheets.decode(content)
    assert refusal.value.reason.code == "bad_text"


@pytest.mark.parametrize(
    ("content", "fits"),
    [
        (b"x" * 2_000_000, True),
        (b"x" * 2_000_001, False),
        ("中".encode("gb18030") * 600_000, True),
        ("中".encode("gb18030") * 700_000, False),
        (b"\n" * 1_000_001, False),
    ],
)
def test_a_file_has_two_megabytes_at_most_as_it_will_be_sent_back(content: bytes, fits: bool) -> None:
    with nullcontext() if fits else refused("too_big", "file"):
        assert sheets.decode(content)


def test_the_export_is_recorded_and_reads_as_people_speak() -> None:
    lines = sheets.export(SHEETS["offices"], by=cast.post("gao"), at=AT).splitlines()

    assert lines[0] == HEADER
    assert "lianhu-police,莲湖区公安分局,部门,公安,610104,lianhu,,2020-01-01," in lines
    assert AuditEntry.objects.get().verb == "network_exported"


CELLS = st.text(max_size=30) | st.sampled_from(
    ["lianhu", "xian", "610104", "2026-09-18", "热线中心", "部门", "公安", "'=1", "xu", "9" * 40]
)


@pytest.mark.parametrize("kind", list(SHEETS))
@given(rows=st.lists(st.lists(CELLS, min_size=9, max_size=9), max_size=4))
@example(rows=[["\0"] * 9, ["\ud800"] * 9, ["9999-12-31"] * 9])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_whatever_stands_in_the_cells_each_line_gets_an_answer(kind: str, rows: list[list[str]]) -> None:
    columns = list(SHEETS[kind].columns)
    lines = [",".join('"{}"'.format(cell.replace('"', "").replace("\r", "")) for cell in row[: len(columns)]) for row in rows]
    with nullcontext() if any(re.search(r"[^\s\",]", line) for line in lines) else refused("no_rows"):
        report = tried(kind, text(",".join(columns), *lines))
        assert all(line.reason or line.changes or line.outcome == "same" for line in report.lines)
