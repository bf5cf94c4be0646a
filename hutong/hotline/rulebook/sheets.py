"""A rulebook as one spreadsheet (.xlsx), a sheet a table: export, a dry run that says what would change, the same run for real.

A sheet is the table as it shall be: what is missing there of the division's own rows is removed, what equals the inherited stays
inherited. The dry run does everything through the verbs and then undoes it.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel import reports, texts
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook import actions, queries
from hutong.hotline.rulebook.models import Row, Rulebook
from hutong.hotline.rulebook.tables import TABLES, Key, Table

MAX_BYTES, MAX_UNPACKED, MAX_FILES, MAX_ROWS, MAX_COLUMNS = 2_000_000, 40_000_000, 200, 2_000, 30
ORIGIN = gettext_lazy("来源")  # said for the reader; not read back
WIDE = {"first_hour", "next_step", "text", "basis", "acts"}

NOT_XLSX = Reason("not_xlsx", gettext_lazy("这不是能读的 .xlsx 文件。"), gettext_lazy("请用导出的文件改，另存为 .xlsx。"))
TOO_BIG = Reason("too_big", gettext_lazy("文件太大。"), gettext_lazy("请用导出的文件改，不要加入图片和别的表。"))
NO_SHEET = Reason("no_sheet", gettext_lazy("文件里没有一张制度的表。"), gettext_lazy("表名应与导出的相同。"))


class Outcome(models.TextChoices):
    ADD = "add", gettext_lazy("新增")
    CHANGE = "change", gettext_lazy("修改")
    REMOVE = "remove", gettext_lazy("移除")
    SAME = "same", gettext_lazy("不变")
    REFUSED = "refused", gettext_lazy("拒绝")


class Written(NamedTuple):
    """One line of a sheet: its table, its number, and what is written in it by column."""

    table: str
    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Line:
    """What becomes of one row: each changed column before and after, or why it is refused. A row that is missing has no number."""

    table: str
    number: int
    name: str
    outcome: Outcome
    changes: tuple[tuple[str, str, str], ...] = ()
    reason: str = ""


class Report(reports.Report[Line]):
    """What a file does, or would do."""

    outcomes = Outcome


# --- out


def export(book: Rulebook, *, by: Post, at: datetime) -> bytes:
    """Every row that holds with this version, with whose it is. Recorded, as every export."""
    audit.record("rulebook_exported", by=by, at=at, subject="rulebook", subject_id=book.pk)
    workbook = Workbook()
    workbook.properties.creator = ""  # a file says nothing of who made it, or by which program
    workbook.remove(workbook.worksheets[0])
    for table in TABLES.values():
        rows = table.sorted(queries.effective(table.model, table.key, book=book, at=at))
        _write_sheet(workbook.create_sheet(str(table.label)), table, rows)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _write_sheet(sheet: Worksheet, table: Table, rows: Sequence[Row]) -> None:
    sheet.append([str(column.label) for column in table.columns] + [str(ORIGIN)])
    for row in rows:
        sheet.append([_cell(value) for value in table.shown(row).values()] + [named(row.rulebook)])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is no formula
    for place, column in enumerate(table.columns, start=1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 50 if column.name in WIDE else 18
    sheet.freeze_panes = "A2"


def _cell(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def named(book: Rulebook) -> str:
    """A version by its division and number."""
    return _("%(division)s第 %(number)d 版") % {"division": book.division.name if book.division else _("全国"), "number": book.number}


# --- in


def read(content: bytes) -> list[Written]:
    """What is written in the sheets of a file that are a rulebook's. Raises Refusal."""
    grids = [(name, _grid(sheet)) for name, sheet in _sheets(content)]
    if not grids:
        raise Refusal.at("file", NO_SHEET)
    return [written for name, grid in grids for written in _lines(TABLES[name], grid)]


def _sheets(content: bytes) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """The cells of every sheet that bears a table's name."""
    names = texts.spoken((name, table.label) for name, table in TABLES.items())
    try:
        if len(content) > MAX_BYTES or not _can_be_unpacked(content):
            return _too_big()
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [(names[title.strip()], workbook[title]) for title in workbook.sheetnames if title.strip() in names]
        return [(name, list(sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS, values_only=True))) for name, sheet in sheets]
    except Refusal:
        raise
    except Exception as error:  # whatever a broken archive or its XML makes of the reader
        raise Refusal.at("file", NOT_XLSX) from error


def _too_big() -> NoReturn:
    raise Refusal.at("file", TOO_BIG)


def _can_be_unpacked(content: bytes) -> bool:
    """By what the archive says of itself, before any of it is: more than it says is not read from it."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = packed.infolist()
    return len(files) <= MAX_FILES and sum(each.file_size for each in files) <= MAX_UNPACKED


def _grid(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    if len(rows) > MAX_ROWS + 1:
        _too_big()
    return [[_text(value) for value in row] for row in rows]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()


def _lines(table: Table, grid: list[list[str]]) -> Iterator[Written]:
    names = texts.spoken((column.name, column.label) for column in table.columns)
    header = [names.get(cell, "") for cell in grid[0]] if grid else []
    missing = [column.label for column in table.columns if header.count(column.name) != 1]
    if missing:
        sentence = _("“%(table)s”表的首行缺少或重复：%(names)s。") % {"table": table.label, "names": texts.listed(missing)}
        raise Refusal.at("file", Reason("bad_header", sentence))
    for number, cells in enumerate(grid[1:], start=2):
        if any(cells):
            yield Written(table.name, number, {name: cell for name, cell in zip(header, cells, strict=False) if name})


def run(draft: Rulebook, lines: Sequence[Written], *, by: Post, at: datetime, agreed: str = "") -> Report:
    """Try every line. All is kept where none is refused and `agreed` is the mark of this very report, else nothing."""
    with transaction.atomic():
        found: list[Line] = []
        for name in dict.fromkeys(line.table for line in lines):
            found += _Trial(draft, TABLES[name], by, at).run([line for line in lines if line.table == name])
        report = Report(tuple(found)).agreed_to(agreed)
        transaction.set_rollback(not report.applied)
    return report


class _Trial:
    """One pass over the lines of a sheet, and what was seen on the way."""

    def __init__(self, draft: Rulebook, table: Table, by: Post, at: datetime) -> None:
        self.draft, self.table, self.by, self.at = draft, table, by, at
        rows = queries.effective(table.model, table.key, book=draft, at=at)
        self.now = {table.key_of(row): row for row in rows}
        self.seen: dict[Key, int] = {}

    def run(self, lines: Sequence[Written]) -> list[Line]:
        found = [self._line(line) for line in lines]
        if any(line.outcome == Outcome.REFUSED for line in found):
            return found
        return found + [
            self._remove(key, row) for key, row in self.now.items() if row.rulebook_id == self.draft.pk and key not in self.seen
        ]

    def _line(self, line: Written) -> Line:
        name = " · ".join(filter(None, (line.cells.get(column.name, "") for column in self.table.keys)))
        try:
            values = self.table.read(line.cells)
            key = tuple(values[column] for column in self.table.key)
            self._once(key, line.number)
            before = self.now.get(key)
            if before and self.table.values(before) == values:
                return self._said(line.number, self.table.named(key), Outcome.SAME)
            after = actions.write_row(self.draft.pk, self.table, values, by=self.by, at=self.at)
        except Refusal as refusal:
            return self._said(line.number, name, Outcome.REFUSED, reason=self._why(refusal))
        outcome = Outcome.CHANGE if before else Outcome.ADD
        return self._said(line.number, self.table.named(key), outcome, self.table.differing(before, after))

    def _once(self, key: Key, number: int) -> None:
        first = self.seen.setdefault(key, number)
        if first != number:
            raise Refusal(Reason("twice", _("与第 %(line)d 行重复。") % {"line": first}))

    def _remove(self, key: Key, row: Row) -> Line:
        try:
            actions.remove_row(self.draft.pk, self.table, key, by=self.by, at=self.at)
        except Refusal as refusal:
            return self._said(0, self.table.named(key), Outcome.REFUSED, reason=str(refusal))
        return self._said(0, self.table.named(key), Outcome.REMOVE, self.table.differing(row, None))

    def _said(self, number: int, name: str, outcome: Outcome, changes: Sequence[tuple[str, str, str]] = (), reason: str = "") -> Line:
        return Line(str(self.table.label), number, name, outcome, tuple(changes), reason)

    def _why(self, refusal: Refusal) -> str:
        labels = {column.name: column.label for column in self.table.columns}
        return "".join(f"{labels[name]}：{sentence}" for name, sentence in refusal.fields.items()) or str(refusal)
