"""The schedule of what is kept for how long, read from `schedule.toml`; and how its times are reckoned. Pure.

个人信息保护法第十九条: 除法律、行政法规另有规定外，个人信息的保存期限应当为实现处理目的所必要的最短时间。
"""

import re
import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "schedule.toml"
DEEDS = {"blank": "内容清空", "delete": "整行删除", "key": "销毁密钥", "words": "文字清空", "keep": "保留"}
AFTER = re.compile(r"(\d+) (个月|天)")
ERASED = "（已按保存期限表的规定到期删除）"  # what stands in a text that may not be empty; an emergency's has 15 characters at the least
GROWN = 18 + 3  # 民法典第一百九十一条: the time to claim begins when the child is 18, and lasts three years
ADULT = 18


@dataclass(frozen=True)
class Kind:
    """One line of the schedule; `columns` are named as `table.column`."""

    name: str
    level: str
    title: str
    words: str
    source: str
    basis: str
    after: str
    since: str
    then: str
    reviewer: str
    columns: tuple[str, ...]

    def of(self, table: str) -> list[str]:
        """Its columns in a table."""
        return [column.partition(".")[2] for column in self.columns if column.partition(".")[0] == table]


@dataclass(frozen=True)
class Schedule:
    """All of it: the levels of protection with what each asks for, the kinds by name, and the columns without personal data."""

    levels: dict[str, str]
    kinds: dict[str, Kind]
    without: frozenset[str]

    def faults(self, columns: frozenset[str]) -> list[str]:
        """What is wrong with it, given every column that there is: one that stands nowhere, or twice, or is not there."""
        named = [column for kind in self.kinds.values() for column in kind.columns] + sorted(self.without)
        return [
            *(f"{column} stands in no line" for column in sorted(columns - set(named))),
            *(f"{column} stands twice" for column in sorted({column for column in named if named.count(column) > 1})),
            *(f"{column} is not there" for column in sorted(set(named) - columns)),
            *(f"{kind.name}: {kind.then} is no deed" for kind in self.kinds.values() if kind.then not in DEEDS),
            *(f"{kind.name}: {kind.level} is no level" for kind in self.kinds.values() if kind.level not in self.levels),
        ]


@cache
def schedule() -> Schedule:
    """The schedule of the product."""
    read = tomllib.loads(FILE.read_text())
    kinds = [Kind(**{**row, "columns": tuple(row["columns"])}) for row in read["kind"]]
    without = frozenset(f"{table}.{column}" for table, columns in read["none"].items() for column in columns.split())
    return Schedule(read["levels"], {kind.name: kind for kind in kinds}, without)


def over_before(kind: Kind, at: datetime) -> datetime:
    """What began (`since`) before this moment is past its time at `at`."""
    found = AFTER.fullmatch(kind.after)
    if found is None:
        raise ValueError(f"{kind.name}: {kind.after} is no time")
    count = int(found[1])
    return at - timedelta(days=count) if found[2] == "天" else months_before(at, count)


def months_before(at: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last of its month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
