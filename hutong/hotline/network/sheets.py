"""The network as spreadsheets (CSV): a dry run that says line by line what would change, the same run for real, and export.

The dry run does everything through the verbs and then undoes it, so that it cannot say anything else than what happens.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import rules
from hutong.hotline.network.models import Department, OfficeKind, Post, Role
from hutong.hotline.network.storing import refuse, storable

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


@dataclass(frozen=True)
class Report:
    """What a file does, or would do. `applied` only when every line was taken."""

    lines: tuple[Line, ...]
    applied: bool

    @property
    def counts(self) -> dict[Outcome, int]:
        return {outcome: sum(line.outcome == outcome for line in self.lines) for outcome in Outcome}


@dataclass(frozen=True)
class Sheet:
    """One kind of file: its columns, what names a row, how rows stand now, how one is written, and which go first.

    `division_codes` are the columns that hold one; `of_first` those that speak of the first key alone: all its lines agree.
    """

    columns: tuple[str, ...]
    key: tuple[str, ...]
    division_codes: tuple[str, ...]
    of_first: tuple[str, ...]
    rows: Callable[[Post], Iterable[Row]]
    write: Callable[[Row, Row | None, Post, datetime], None]
    rank: Callable[[Row], int]


LABELS = {
    "code": gettext_lazy("代码"),
    "name": gettext_lazy("名称"),
    "kind": gettext_lazy("类型"),
    "department": gettext_lazy("部门"),
    "division": gettext_lazy("行政区划"),
    "parent": gettext_lazy("上级机构"),
    "phone": gettext_lazy("电话"),
    "valid_from": gettext_lazy("启用日期"),
    "valid_to": gettext_lazy("停用日期"),
    "successor": gettext_lazy("继任区划"),
    "username": gettext_lazy("登录名"),
    "office": gettext_lazy("机构"),
    "role": gettext_lazy("岗位"),
}
CHOICES: dict[str, type[models.TextChoices]] = {"kind": OfficeKind, "department": Department, "role": Role}


def export(sheet: Sheet, *, by: Post, at: datetime) -> str:
    """The rows in reach as CSV; nothing in it runs as a formula. Recorded, as every export."""
    audit.record("network_exported", by=by, at=at, subject="office", subject_id=by.office_id, columns=list(sheet.columns))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.columns)
    writer.writerows([rules.neutral(row[column]) for column in sheet.columns] for row in sheet.rows(by))
    return out.getvalue()


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, or GB18030. A UTF-8 file with a broken letter is told from the latter, and the line named."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _decode_gb18030(content, broken_at=content.count(b"\n", 0, error.start) + 1)
    if len(text.encode()) > MAX_BYTES:
        raise refuse("too_big", _("文件超过 2 MB。"), _("请分成几个文件导入。"))
    return text


def _decode_gb18030(content: bytes, *, broken_at: int) -> str:
    as_utf8 = content.decode("utf-8", errors="replace")
    broken, foreign = as_utf8.count("\ufffd"), sum(letter > "\x7f" for letter in as_utf8)
    try:
        if broken * 4 >= foreign:  # no UTF-8 at all, rather than UTF-8 with a slip
            return content.decode("gb18030")
    except UnicodeDecodeError:
        pass
    raise refuse("bad_text", _("第 %(line)d 行有无法识别的字符。") % {"line": broken_at}, _("请另存为 UTF-8 编码的 CSV。"))


def run(sheet: Sheet, text: str, *, by: Post, at: datetime, apply: bool = False) -> Report:
    """Try every line; keep it all when `apply` and none was refused, else nothing. Raises Refusal for a file that cannot be read."""
    rows = _read(text, sheet)
    with transaction.atomic():
        trial = _Trial(sheet, by, at)
        lines = [trial.line(number, row) for number, row in sorted(rows, key=lambda item: _turn(sheet, *item))]
        taken = all(line.outcome != Outcome.REFUSED for line in lines)
        transaction.set_rollback(not (apply and taken))
    return Report(tuple(sorted(lines, key=lambda line: line.number)), applied=apply and taken)


def _turn(sheet: Sheet, number: int, row: Row) -> tuple[bool, int, int]:
    """What begins comes before what ends; beginnings from above, endings from below."""
    ends, rank = bool(row.get("valid_to")), sheet.rank(row)
    return ends, -rank if ends else rank, number


class _Trial:
    """One pass over the lines of a file, and what was seen on the way."""

    def __init__(self, sheet: Sheet, by: Post, at: datetime) -> None:
        self.sheet, self.by, self.at = sheet, by, at
        self.now = {self.key(row): row for row in sheet.rows(by)}
        self.seen: dict[tuple[str, ...], int] = {}
        self.told: dict[str, tuple[int, tuple[str, ...]]] = {}

    def key(self, row: Row) -> tuple[str, ...]:
        return tuple(row[column] for column in self.sheet.key)

    def line(self, number: int, row: Row) -> Line:
        name = " · ".join(self.key(row))
        try:
            row = {column: _normal(self.sheet, column, text) for column, text in row.items()}
            self._agree(number, row)
            before = self.now.get(self.key(row))
            old = before or {}
            changes = tuple((str(LABELS[column]), old.get(column, ""), text) for column, text in row.items() if text != old.get(column, ""))
            if before and not changes:
                return Line(number, name, Outcome.SAME)
            with transaction.atomic():
                self.sheet.write(dict.fromkeys(self.sheet.columns, "") | old | row, before, self.by, self.at)
            return Line(number, name, Outcome.CHANGE if before else Outcome.ADD, changes)
        except Refusal as refusal:
            return Line(number, name, Outcome.REFUSED, reason=str(refusal))

    def _agree(self, number: int, row: Row) -> None:
        """No line twice, and no two lines that say different things of the same person."""
        first = self.seen.setdefault(self.key(row), number)
        facts = tuple(row.get(column, "") for column in self.sheet.of_first)
        elsewhere, told = self.told.setdefault(self.key(row)[0], (number, facts))
        if first != number:
            raise refuse("twice", _("与第 %(line)d 行重复。") % {"line": first})
        if told != facts:
            raise refuse("disagrees", _("与第 %(line)d 行所写的姓名或电话不同。") % {"line": elsewhere})


def _read(text: str, sheet: Sheet) -> list[tuple[int, Row]]:
    """The rows with their line numbers, apostrophes against formulas taken off again."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in sheet.key if column not in header]
        unknown = [column for column in header if column not in sheet.columns]
        if missing or unknown or len(set(header)) < len(header):
            names = ", ".join(missing or unknown or header)
            raise refuse("bad_header", _("首行列名不对：%(names)s。") % {"names": names[:200]}, _("应为 %s。") % ",".join(sheet.columns))
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise refuse("bad_line", _("第 %(line)d 行的列数与首行不同。") % {"line": reader.line_num})
                rows.append((reader.line_num, {name: rules.plain(cell.strip()) for name, cell in zip(header, cells, strict=True)}))
    except csv.Error as error:
        raise refuse("bad_csv", _("第 %(line)d 行不是 CSV。") % {"line": reader.line_num}) from error
    if not rows:
        raise refuse("no_rows", _("文件中没有数据行。"))
    return rows


def _normal(sheet: Sheet, column: str, text: str) -> str:
    """The one way to write a cell: dates as 2026-09-18, choices by code (their names are taken too), division codes in our form."""
    if not storable(text):
        raise refuse("unstorable", _("%(column)s中有无法保存的字符。") % {"column": LABELS[column]})
    if column in CHOICES and text:
        kinds = CHOICES[column]
        found = next((kind.value for kind in kinds if text in (kind.value, kind.label)), None)
        if found is None:
            raise refuse("unknown_choice", _("“%(text)s”不是%(column)s。") % {"text": text[:20], "column": LABELS[column]})
        return str(found)
    if column.startswith("valid_") and text:
        return day(text).isoformat()
    if column in sheet.division_codes and text:
        return rules.normal_code(text) or text
    return text


def day(text: str) -> date:
    """A day as written in a cell."""
    try:
        return date(*map(int, text.replace("/", "-").split("-")))
    except (ValueError, TypeError) as error:
        raise refuse("bad_day", _("“%(text)s”不是日期，应如 2026-09-18。") % {"text": text[:20]}) from error
