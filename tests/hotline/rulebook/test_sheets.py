"""A rulebook as a spreadsheet: out and in again unchanged; what a changed one would do, line by line."""

import io
import itertools
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook, load_workbook

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook import actions, sheets
from hutong.hotline.rulebook.models import Limit, Question, Rulebook
from hutong.hotline.rulebook.sheets import Outcome, Report
from hutong.hotline.rulebook.tables import TABLES
from tests.rulebooks import QUESTION, a_draft, administrator

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)


@pytest.fixture
def nan() -> Post:
    return administrator("xian")


@pytest.fixture
def draft() -> Rulebook:
    return a_draft("6101", {"amount": 9}, {"step": "review", "amount": 1}, at=AT)


def changed(book: Rulebook, by: Post, change: Callable[[Any], None]) -> bytes:
    """The export, changed as somebody does it in a spreadsheet."""
    workbook = load_workbook(io.BytesIO(sheets.export(book, by=by, at=AT)))
    change(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def row_of(sheet: Any, *key: str) -> int:
    return next(cells[0].row for cells in sheet.iter_rows(min_row=2) if tuple(cell.value for cell in cells[: len(key)]) == key)


def run(draft: Rulebook, content: bytes, by: Post, agreed: str = "") -> Report:
    return sheets.run(draft, sheets.read(content), by=by, at=AT, agreed=agreed)


HANDLING = ("III 一般", "处置", "个案本身")


def test_every_table_is_a_sheet_with_chinese_headings_and_whose_each_row_is(draft: Rulebook, nan: Post) -> None:
    workbook = load_workbook(io.BytesIO(sheets.export(draft, by=nan, at=AT)))
    assert workbook.sheetnames == ["等级", "时限", "派转", "逐级督促", "接着问", "保存期限"]
    limits = workbook["时限"]
    assert [cell.value for cell in limits[1]] == [
        "等级", "环节", "办件种类", "时限", "单位", "预警", "顺延到工作日", "最多暂停天数", "依据", "来源",
    ]  # fmt: skip
    own, inherited = (limits[row_of(limits, "III 一般", step)] for step in ("处置", "派单"))
    assert [cell.value for cell in own] == [*HANDLING, 9, "工作日", "50%、80%", "否", None, "市里的规定", "西安市第 1 版"]
    assert [inherited[3].value, inherited[9].value] == [420, "全国第 1 版"]
    assert AuditEntry.objects.get(verb="rulebook_exported").subject_id == draft.pk


def test_it_comes_back_unchanged(draft: Rulebook, nan: Post) -> None:
    actions.write_row(draft.pk, TABLES["questions"], QUESTION | {"text": "=1+1"}, by=None, at=AT)  # no formula
    report = run(draft, sheets.export(draft, by=nan, at=AT), nan)
    assert {line.outcome for line in report.lines} == {Outcome.SAME}
    assert Limit.objects.filter(rulebook=draft).count() == 2


def test_changed_added_and_missing_lines_are_told_and_nothing_is_written_before_it_is_agreed_to(draft: Rulebook, nan: Post) -> None:
    def change(workbook: Any) -> None:
        limits = workbook["时限"]
        limits.cell(row_of(limits, *HANDLING), 4).value = 8
        limits.cell(row_of(limits, "III 一般", "派单"), 4).value = 300
        limits.delete_rows(row_of(limits, "III 一般", "审核"))
        workbook["接着问"].append(["都要先问", 9, "冷吗？", "市里"])

    content = changed(draft, nan, change)
    report = run(draft, content, nan)
    told = [(line.outcome, line.name, line.changes[0]) for line in report.lines if line.outcome != Outcome.SAME]
    assert told == [
        (Outcome.CHANGE, "III 一般 · 派单", ("时限", "420", "300")),
        (Outcome.CHANGE, "III 一般 · 处置", ("时限", "9", "8")),
        (Outcome.REMOVE, "III 一般 · 审核", ("时限", "1", "")),
        (Outcome.ADD, "都要先问 · 9", ("问题", "", "冷吗？")),
    ]
    assert (report.applied, Limit.objects.get(rulebook=draft, step="handling").amount) == (False, 9)
    assert run(draft, content, nan, agreed=report.mark).applied
    assert sorted(Limit.objects.filter(rulebook=draft).values_list("step", "amount")) == [("dispatch", 300), ("handling", 8)]
    assert Question.objects.get(rulebook=draft).text == "冷吗？"


def test_what_is_agreed_to_is_done_only_where_it_is_still_the_same(draft: Rulebook, nan: Post) -> None:
    def change(workbook: Any) -> None:
        workbook["时限"].cell(row_of(workbook["时限"], *HANDLING), 4).value = 8

    content = changed(draft, nan, change)
    mark = run(draft, content, nan).mark
    Limit.objects.filter(rulebook=draft, step="handling").update(amount=7)
    assert not run(draft, content, nan, agreed=mark).applied
    assert Limit.objects.get(rulebook=draft, step="handling").amount == 7


def test_a_line_that_cannot_be_is_refused_in_words_and_the_whole_file_with_it(draft: Rulebook, nan: Post) -> None:
    def change(workbook: Any) -> None:
        limits = workbook["时限"]
        place = row_of(limits, *HANDLING)
        limits.cell(place, 4).value = "多"
        limits.cell(place, 5).value = None
        limits.append([*HANDLING[:2], "", 3, "工作日", "50", "否", 0, "市里"])
        limits.append(["I 特急", "处置", "", 3, "工作日", "50", "否", 0, "市里"])
        limits.append([*HANDLING[:2], "", 3, "工作日", "50", "否", 0, "市里"])

    report = run(draft, changed(draft, nan, change), nan)
    assert [line.reason for line in report.lines if line.outcome == Outcome.REFUSED] == [
        "时限：“多”不是整数。单位：请填写。",
        "单位：特急、紧急只能按分钟或自然日计时。",
        "与第 75 行重复。",
    ]
    assert not run(draft, changed(draft, nan, change), nan, agreed=report.mark).applied


def test_a_file_of_one_table_leaves_the_others_alone(draft: Rulebook, nan: Post) -> None:
    def change(workbook: Any) -> None:
        for title in workbook.sheetnames[:-1]:
            del workbook[title]

    report = run(draft, changed(draft, nan, change), nan)
    assert {line.table for line in report.lines} == {"保存期限"}


def test_a_file_written_in_english_is_read_too(draft: Rulebook, nan: Post) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "questions"
    sheet.append(["category", "position", "text", "basis"])
    sheet.append(["hardship", 9.0, "Is there food?", "city"])
    out = io.BytesIO()
    workbook.save(out)
    (added,) = [line for line in run(draft, out.getvalue(), nan).lines if line.outcome == Outcome.ADD]
    assert added.name == "生活困难求助 · 9"


def an_xlsx(title: str, *rows: list[object]) -> bytes:
    workbook = Workbook()
    workbook.worksheets[0].title = title
    for row in rows:
        workbook.worksheets[0].append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes], more: int = 0) -> bytes:
    """The same archive with its files changed, and more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for number in range(more):
            new.writestr(f"xl/media/{number}.txt", "")
    return out.getvalue()


def with_dtd(content: bytes, entity: str) -> bytes:
    """Its sheet with entities declared, and one asked for where the first heading stands."""
    declared = f'<?xml version="1.0"?><!DOCTYPE x [{entity}]>'.encode()

    def change(name: str, file: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return file
        inline = b'<c r="A1" t="inlineStr"><is><t>&e;</t></is></c>'
        return declared + re.sub(rb"<\?xml.*?\?>", b"", re.sub(rb'<c r="A1".*?</c>', inline, file))

    return repacked(content, change)


QUESTIONS = an_xlsx("接着问", ["类别", "序号", "问题", "依据"], ["hardship", 9, "吃饭了吗？", "市"])
BOMB = '<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {one} "{f"&{two};" * 10}">' for two, one in itertools.pairwise("abcdfghe"))


def test_a_file_is_no_way_into_this_machine_and_no_bomb() -> None:
    """Were the reader of XML another, the file of this machine would stand in the heading."""
    assert openpyxl.DEFUSEDXML
    for entity in ('<!ENTITY e "类别">', '<!ENTITY e SYSTEM "file:///etc/passwd">', BOMB):
        with pytest.raises(Refusal) as refusal:
            sheets.read(with_dtd(QUESTIONS, entity))
        assert refusal.value.reason.code == "not_xlsx"
    assert [line.cells["category"] for line in sheets.read(repacked(QUESTIONS, lambda _name, file: file))] == ["hardship"]


def test_no_name_in_an_archive_is_a_place_on_this_machine(tmp_path: Path) -> None:
    """Nothing of it is unpacked onto a disk: a way out of the folder, or a link, is a name like another."""
    out = io.BytesIO(QUESTIONS)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr(f"../../../../..{tmp_path}/out.txt", "x")
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    assert len(sheets.read(out.getvalue())) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (repacked(QUESTIONS, lambda _name, file: file, more=201), "too_big"),
        (repacked(QUESTIONS, lambda name, file: b"0" * 41_000_000 if name.endswith("sheet1.xml") else file), "too_big"),
        (b"", "not_xlsx"),
        (b"PK\x03\x04 broken", "not_xlsx"),
        (b"x" * 2_000_001, "too_big"),
        (an_xlsx("别的"), "no_sheet"),
        (an_xlsx("时限"), "bad_header"),
        (an_xlsx("接着问", ["类别", "序号", "问题"]), "bad_header"),
        (an_xlsx("接着问", *[["类别", "序号", "问题", "依据"]] * 2002), "too_big"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        sheets.read(content)
    assert (refusal.value.reason.code, list(refusal.value.fields)) == (code, ["file"])
