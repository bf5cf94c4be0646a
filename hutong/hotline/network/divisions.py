"""Loading divisions: the national edition that every installation starts with, and villages where a place wants them."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import rules
from hutong.hotline.network.models import Division, Level

# The edition says what stood on 2023-06-30 and not since when. A day before any record of ours, so that each finds its division.
STOOD_BEFORE = date(2000, 1, 1)
COLUMNS = "code, name, full_name, level, parent_id, is_placeholder, valid_from, valid_to, successor_id"


class Known(NamedTuple):
    """What a division passes on to those below it."""

    name: str
    full_name: str
    valid_to: date | None = None
    successor_id: str | None = None


def load_national() -> None:
    """Load the statistics bureau's 2023 edition, provinces to townships. Safe to run again."""
    if Division.objects.exists():
        return
    with resources.files("hutong.hotline.network").joinpath("data/divisions.csv").open(encoding="utf-8") as file:
        _load(csv.DictReader(file))


def load_villages(path: Path) -> int:
    """Load a CSV file of 12-digit codes (code, name, level) below the townships; how many were new.

    All or nothing, and safe to run again. A village below an ended township ends with it. Raises Refusal naming the line that does not fit.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            rows = csv.DictReader(file)
            if not {"code", "name"} <= set(rows.fieldnames or ()):
                raise Refusal(Reason("bad_header", _("文件中没有 code、name 两列。")))
            return _load(rows)
        except (UnicodeDecodeError, csv.Error) as error:
            raise Refusal(Reason("bad_file", _("文件不是 UTF-8 编码的 CSV。"), _("请另存为 UTF-8 编码的 CSV。"))) from error


def _load(rows: Iterable[dict[str, str]]) -> int:
    """Stream the rows through a staging table, so that 600,000 of them take little memory and those that stand are passed over."""
    columns = ("code", *Known._fields)
    known = {code: Known(*told) for code, *told in Division.objects.exclude(level=Level.VILLAGE).values_list(*columns)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE loading (LIKE network_division)")
        with cursor.copy(f"COPY loading ({COLUMNS}) FROM STDIN") as copy:
            for row in _prepared(rows, known):
                copy.write_row(row)
        cursor.execute(f"INSERT INTO network_division ({COLUMNS}) SELECT {COLUMNS} FROM loading ON CONFLICT DO NOTHING")  # noqa: S608 constants
        count = int(cursor.rowcount)
        cursor.execute("DROP TABLE loading")
    return count


def _prepared(rows: Iterable[dict[str, str]], known: dict[str, Known]) -> Iterator[tuple[object, ...]]:
    for line, row in enumerate(rows, start=2):
        code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
        if problem := _problem(code, name, row.get("level"), known):
            raise Refusal(Reason("bad_division_row", _("第 %(line)d 行：%(problem)s") % {"line": line, "problem": problem}))
        above = known.get(rules.real_code(rules.up(code)), Known("", ""))
        full = rules.full_name(code, name, above.name, above.full_name)
        if len(code) < 12:  # nothing stands below a village
            known[code] = Known(name, full, above.valid_to, above.successor_id)
        ends = above.valid_to, above.successor_id
        yield code, name, full, rules.level_of(code), rules.up(code) or None, rules.is_placeholder(code), STOOD_BEFORE, *ends


def _problem(code: str, name: str, level: str | None, known: dict[str, Known]) -> str:
    """What is wrong with a row, "" when nothing is."""
    if not (code.isascii() and code.isdigit() and len(code) in rules.LEVELS):
        return _("“%(code)s”不是区划代码") % {"code": code}
    if not 0 < len(name) <= 60 or texts.storable(name) != texts.Text(name):
        return _("名称应为 1 至 60 字")
    if level and level != rules.level_of(code):
        return _("代码 %(code)s 的级别不是 %(level)s") % {"code": code, "level": level}
    if rules.up(code) and rules.up(code) not in known:
        return _("没有上级区划 %(code)s") % {"code": rules.up(code)}
    return ""
