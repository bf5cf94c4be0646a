"""The network as spreadsheets (CSV): a dry run that says line by line what would change, the same run for real, and export.

The dry run does everything through the verbs and then undoes it, so that it cannot say anything else than what happens.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel import reports, texts
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import rules
from hutong.hotline.network.models import Department, OfficeKind, Post, Role
from hutong.hotline.network.storing import phone_number, refuse

Row = dict[str, str]
MAX_BYTES = 2_000_000


class Outcome(models.TextChoices):
    ADD = "add", gettext_lazy("新增")
    CHANGE = "change", gettext_lazy("修改")
    SAME = "same", gettext_lazy("不变")
    REFUSED = "refused", gettext_lazy("拒绝")


@dataclass(frozen=True)
class Line:
    """What becomes of one line of the file: each changed column with its text before and after, or why it is refused."""

    number: int
    name: str
    outcome: Outcome
    changes: tuple[tuple[str, str, str], ...] = ()
    reason: str = ""


class Report(reports.Report[Line]):
    """What a file does, or would do."""

    outcomes = Outcome


@dataclass(frozen=True)
class Sheet:
    """One kind of file.

    `columns` by code, with what people call them; `key` names a row; `division_codes` hold one; `required` must be filled
    and `fixed` never change; `of_first` speak of the first key alone, so that all its lines agree. `rows` gives those in
    an administrator's reach as they stand (only those with these first keys, where some are named), `write` carries out
    a changed one, and those of lower `rank` go first. `keeps` says whose it is (`rules.KEEPS`).
    """

    columns: dict[str, str | Promise]
    key: tuple[str, ...]
    division_codes: tuple[str, ...]
    required: tuple[str, ...]
    fixed: tuple[str, ...]
    of_first: tuple[str, ...]
    rows: Callable[[Post, Collection[str] | None], Iterable[Row]]
    write: Callable[[Row, Row | None, Post, datetime], None]
    rank: Callable[[Row], int]
    keeps: str = "network"


CHOICES: dict[str, type[models.TextChoices]] = {"kind": OfficeKind, "department": Department, "role": Role}


def may_use(sheet: Sheet, post: Post) -> bool:
    """Whether this kind of file is for this post."""
    return post.role == rules.KEEPS[sheet.keeps]


def export(sheet: Sheet, *, by: Post, at: datetime) -> str:
    """The rows in reach as CSV; nothing in it runs as a formula. Recorded, as every export."""
    audit.record("network_exported", by=by, at=at, subject="office", subject_id=by.office_id, columns=list(sheet.columns))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.columns.values())
    writer.writerows([rules.neutral(_shown(column, row[column])) for column in sheet.columns] for row in sheet.rows(by, None))
    return out.getvalue()


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, or GB18030. A UTF-8 file with a broken letter is told from the latter, and the line named."""
    if len(content) > MAX_BYTES:
        raise too_big()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _decode_gb18030(content, broken_at=content.count(b"\n", 0, error.start) + 1)
    if len(text.encode()) + text.count("\n") > MAX_BYTES:  # as a browser sends it back: UTF-8, each line end two signs
        raise too_big()
    return text


def too_big() -> Refusal:
    """The refusal of a file over the limit."""
    return refuse("too_big", _("文件超过 2 MB。"), _("请分成几个文件导入。"), field="file")


def _decode_gb18030(content: bytes, *, broken_at: int) -> str:
    as_utf8 = content.decode("utf-8", errors="replace")
    broken, foreign = as_utf8.count("\ufffd"), sum(letter > "\x7f" for letter in as_utf8)
    try:
        if broken * 4 >= foreign:  # no UTF-8 at all, rather than UTF-8 with a slip
            return content.decode("gb18030")
    except UnicodeDecodeError:
        pass
    raise refuse("bad_text", _("第 %(line)d 行有无法识别的字符。") % {"line": broken_at}, _("请另存为 UTF-8 编码的 CSV。"))


def run(sheet: Sheet, text: str, *, by: Post, at: datetime, agreed: str = "") -> Report:
    """Try every line. All is kept where none is refused and `agreed` is the mark of this very report, else nothing.

    Raises Refusal for a file that cannot be read.
    """
    lines: list[Line] = []
    rows: list[tuple[int, Row]] = []
    header, records = _read(text, sheet)
    for number, cells in records:
        try:
            rows.append((number, _row(sheet, header, cells)))
        except Refusal as refusal:
            lines.append(Line(number, cells[0][:60], Outcome.REFUSED, reason=str(refusal)))
    with transaction.atomic():
        trial = _Trial(sheet, by, at, [row for _number, row in rows])
        lines += [trial.line(number, row) for number, row in sorted(rows, key=lambda each: trial.turn(*each))]
        report = Report(tuple(sorted(lines, key=lambda line: line.number))).agreed_to(agreed)
        transaction.set_rollback(not report.applied)
    return report


class _Trial:
    """One pass over the lines of a file, and what was seen on the way."""

    def __init__(self, sheet: Sheet, by: Post, at: datetime, rows: list[Row]) -> None:
        self.sheet, self.by, self.at = sheet, by, at
        self.now = {self.key(row): row for row in sheet.rows(by, {row[sheet.key[0]] for row in rows})}
        self.seen: dict[tuple[str, ...], int] = {}
        self.told: dict[str, tuple[int, tuple[str, ...]]] = {}

    def key(self, row: Row) -> tuple[str, ...]:
        return tuple(row[column] for column in self.sheet.key)

    def turn(self, number: int, row: Row) -> tuple[bool, int, int]:
        """What begins comes before what ends; beginnings from above, endings from below."""
        ends, rank = bool(row.get("valid_to")), self.sheet.rank(self.now.get(self.key(row), {}) | row)
        return ends, -rank if ends else rank, number

    def line(self, number: int, row: Row) -> Line:
        key = self.key(row)
        name = " · ".join(_shown(column, row[column]) for column in self.sheet.key)
        before = self.now.get(key)
        old = dict.fromkeys(self.sheet.columns, "") | (before or {})
        changed = [column for column, text in row.items() if text != old[column]]
        try:
            self._agree(number, row)
            if before and not changed:
                return Line(number, name, Outcome.SAME)
            self._judge(old | row, before, changed)
            with transaction.atomic():
                self.sheet.write(old | row, before, self.by, self.at)
        except Refusal as refusal:
            return Line(number, name, Outcome.REFUSED, reason=str(refusal))
        told = [(str(self.sheet.columns[column]), _shown(column, old[column]), _shown(column, row[column])) for column in changed]
        return Line(number, name, Outcome.CHANGE if before else Outcome.ADD, tuple(told))

    def _agree(self, number: int, row: Row) -> None:
        """No line twice, and no two lines that say different things of the same person."""
        first = self.seen.setdefault(self.key(row), number)
        facts = tuple(row.get(column, "") for column in self.sheet.of_first)
        elsewhere, told = self.told.setdefault(self.key(row)[0], (number, facts))
        if first != number:
            raise refuse("twice", _("与第 %(line)d 行重复。") % {"line": first})
        if told != facts:
            raise refuse("disagrees", _("与第 %(line)d 行所写的姓名或电话不同。") % {"line": elsewhere})

    def _judge(self, row: Row, before: Row | None, changed: list[str]) -> None:
        """What holds for every kind of file: nothing missing, and what has ended or never changes stays as it is."""
        for column in self.sheet.required:
            if not row[column]:
                raise refuse("missing", _("缺少%(column)s。") % {"column": self.sheet.columns[column]})
        ended = before["valid_to"] if before else ""
        if ended and ended <= timezone.localdate(self.at).isoformat() and set(changed) - set(self.sheet.of_first):
            raise refuse("ended", _("已于 %(day)s 停用，不能再改。") % {"day": ended})
        for column in changed if before else ():
            if column in self.sheet.fixed or (column == "valid_to" and not row["valid_to"]):
                raise refuse("fixed", _("%(column)s不能改。") % {"column": self.sheet.columns[column]}, _("请停用后另行增加。"))


def _read(text: str, sheet: Sheet) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns of the header, and the records that hold something, each with the line it begins on.

    Cells that were copied out of a spreadsheet stand between tabs.
    """
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise refuse("bad_csv", _("第 %(line)d 行不是 CSV。") % {"line": reader.line_num}) from error
    if len(found) < 2:
        raise refuse("no_rows", _("文件中没有数据行。"), _("首行写列名，其后每行一条。"))
    return _header(found[0][1], sheet), found[1:]


def _header(cells: list[str], sheet: Sheet) -> list[str]:
    names = texts.spoken(sheet.columns.items())
    header = [names.get(cell.strip(), "") for cell in cells]
    wrong = dict.fromkeys(cell.strip() for cell, column in zip(cells, header, strict=True) if not column or header.count(column) > 1)
    missing = [str(sheet.columns[column]) for column in sheet.key if column not in header]
    if wrong or missing:
        told = _("首行应为列名：%(names)s。") % {"names": listed(sheet.columns.values())}
        problem = _("多余或重复：%(names)s。") if wrong else _("缺少：%(names)s。")
        raise refuse("bad_header", told, problem % {"names": listed(wrong or missing)[:200]})
    return header


def _row(sheet: Sheet, header: list[str], cells: list[str]) -> Row:
    """One record in normal form."""
    if len(cells) != len(header):
        raise refuse("bad_line", _("有 %(count)d 列，首行有 %(columns)d 列。") % {"count": len(cells), "columns": len(header)})
    texts_of = (" ".join(rules.plain(cell.strip()).split()) for cell in cells)
    return {column: _normal(sheet, column, text) for column, text in zip(header, texts_of, strict=True)}


def _normal(sheet: Sheet, column: str, text: str) -> str:
    """The one way to write a cell: dates as 2026-09-18, choices by code (their names are taken too), division codes in our form."""
    label = sheet.columns[column]
    if texts.storable(text) != texts.Text(text):
        raise refuse("unstorable", _("%(column)s中有无法保存的字符。") % {"column": label})
    if not text:
        return ""
    if column in CHOICES:
        names = _choices(column)
        if text not in names:
            raise refuse("unknown_choice", _("“%(text)s”不是%(column)s。") % {"text": text[:20], "column": label})
        return names[text]
    if column in sheet.division_codes:
        return _division_code(text)
    return NORMAL_FORMS.get(column, str)(text)


def _division_code(text: str) -> str:
    if "E+" in text.upper():
        raise refuse("bad_code", _("表格软件把区划代码写成了“%(text)s”。") % {"text": text[:20]}, _("请把该列设为文本格式，重新填写。"))
    return rules.normal_code(text) or text


def _day(text: str) -> str:
    day = rules.day(text)
    if day is None:
        raise refuse("bad_day", _("“%(text)s”不是日期，应如 2026-09-18。") % {"text": text[:20]})
    return day.isoformat()


NORMAL_FORMS: dict[str, Callable[[str], str]] = {
    "phone": phone_number,
    "username": rules.sign_in_name,
    "valid_from": _day,
    "valid_to": _day,
}


@cache
def _choices(column: str) -> dict[str, str]:
    return texts.spoken(CHOICES[column].choices)


def _shown(column: str, text: str) -> str:
    """A cell as people read it."""
    return str(CHOICES[column](text).label) if text and column in CHOICES else text
