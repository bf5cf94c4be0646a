"""The six tables of a rulebook: their columns, how a value is written and read, what names a row.

The screens, the spreadsheet and the comparison show and read every value by these columns.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel import texts
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.rulebook import rules
from hutong.hotline.rulebook.models import (
    RECEIVERS,
    Category,
    ChildStatus,
    Kept,
    Limit,
    NoticeWay,
    PartKind,
    Question,
    Retention,
    Route,
    Row,
    Rung,
    Target,
    Tier,
    TierRule,
    Told,
    Unit,
)

R = TypeVar("R", bound=Row)
Label = str | Promise
Key = tuple[Any, ...]
BETWEEN = re.compile(r"\s*[、，,;；\n]\s*")
BETWEEN_SHARES = re.compile(r"[、，,;；\s%]+")
NOT_A_NUMBER = _("“{text}”不是整数。")
SPANS = ((1440, _("天")), (60, _("小时")), (1, _("分钟")))
TOO_LARGE = _("数目太大。")
UNKNOWN = _("没有“{text}”这个选项。")
MISSING = Reason("missing", _("请填写。"))
UNREADABLE = Reason("unreadable", _("有无法保存的字符。"))


@dataclass(frozen=True)
class Column:
    """A text. `read` takes what a person wrote, or a value as it is kept; raises Refusal."""

    name: str
    label: Label
    hint: Label = ""
    limit: int = 200
    required: bool = True

    def show(self, value: Any) -> str:
        """As people read it."""
        return str(value)

    def read(self, written: Any) -> Any:
        kept = texts.clean(str(written), limit=self.limit)
        if kept.removed or "\0" in str(written):
            raise Refusal(UNREADABLE)
        if self.required and not kept.text:
            raise Refusal(MISSING)
        return kept.text

    def order(self, value: Any) -> Any:
        """By what rows are sorted."""
        return value


@dataclass(frozen=True)
class Number(Column):
    """A whole number; where none is required, blank is 0."""

    def show(self, value: Any) -> str:
        return str(value) if value or self.required else ""

    def read(self, written: Any) -> int:
        text = str(written).strip().removesuffix(".0") or ("" if self.required else "0")  # .0: as a spreadsheet may write it
        if not re.fullmatch(r"-?\d+", text, re.ASCII):
            raise Refusal(Reason("not_a_number", format_lazy(NOT_A_NUMBER, text=text[:20])) if text else MISSING)
        if len(text) > 7:
            raise Refusal(Reason("too_large", TOO_LARGE))
        return int(text)


@dataclass(frozen=True)
class Span(Number):
    """So many minutes, written in days, hours or minutes; a bare number is minutes."""

    def show(self, value: Any) -> str:
        size, unit = next((size, unit) for size, unit in SPANS if value % size == 0 and (value or size == 1))
        return f"{value // size} {unit}"

    def read(self, written: Any) -> int:
        number, unit = re.fullmatch(r"\s*(-?\d*)\s*(.*?)\s*", str(written), re.DOTALL).groups()  # type: ignore[union-attr]
        sizes = texts.spoken((str(size), unit) for size, unit in SPANS) | {"": "1"}
        return super().read(number if unit in sizes else written) * int(sizes.get(unit, "1"))


@dataclass(frozen=True)
class Choice(Column):
    """One of a table of choices; `empty` is what no choice is called, where that is one."""

    choices: Mapping[str, Label] = field(default_factory=dict)
    empty: Label | None = None

    @cached_property
    def labels(self) -> dict[str, Label]:
        """What every code is called, in order."""
        return ({} if self.empty is None else {"": self.empty}) | dict(self.choices)

    @cached_property
    def codes(self) -> dict[str, str]:
        """The code behind whatever people may write."""
        return texts.spoken(self.labels.items())

    def show(self, value: Any) -> str:
        return str(self.labels.get(value, value))

    def read(self, written: Any) -> Any:
        text = str(written).strip()
        if text not in self.codes:
            raise Refusal(Reason("unknown_choice", format_lazy(UNKNOWN, text=text[:20])) if text else MISSING)
        return self.codes[text]

    def order(self, value: Any) -> Any:
        return list(self.labels).index(value)


@dataclass(frozen=True)
class Choices(Choice):
    """Any number of a table of choices, in its order."""

    def show(self, value: Any) -> str:
        return texts.listed(self.labels.get(code, code) for code in value)

    def read(self, written: Any) -> Any:
        pieces = written if isinstance(written, list) else filter(None, BETWEEN.split(written.strip()))
        read = {super(Choices, self).read(piece) for piece in pieces}
        return [code for code in self.labels if code in read]


@dataclass(frozen=True)
class Yes(Choice):
    """Yes or no."""

    choices: Mapping[str, Label] = field(default_factory=lambda: {"yes": _("是"), "no": _("否")})

    def show(self, value: Any) -> str:
        return super().show("yes" if value else "no")

    def read(self, written: Any) -> Any:
        return written if isinstance(written, bool) else super().read(written) == "yes"

    def order(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Shares(Column):
    """Some per cents."""

    def show(self, value: Any) -> str:
        return texts.listed(f"{share}%" for share in value)

    def read(self, written: Any) -> Any:
        pieces = written if isinstance(written, list) else filter(None, BETWEEN_SHARES.split(written))
        return [Number("", "").read(piece) for piece in pieces]


@dataclass(frozen=True)
class Table:
    """A table: the rows of `model`, each named by `key` within a rulebook; `faults` says what is wrong with one as a whole."""

    name: str
    label: Label
    model: type[Row]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    faults: Callable[..., dict[str, str]] = rules.no_faults

    @property
    def keys(self) -> tuple[Column, ...]:
        """The columns that name a row."""
        return tuple(column for column in self.columns if column.name in self.key)

    def key_of(self, row: Row) -> Key:
        """What names a row within a rulebook."""
        return tuple(getattr(row, name) for name in self.key)

    def named(self, key: Key) -> str:
        """A row's name as people read it; of what comes after the first, only what is chosen."""
        said = [column.show(value) for column, value in zip(self.keys, key, strict=True) if value != "" or column is self.keys[0]]
        return " · ".join(said)

    def values(self, row: Row) -> dict[str, Any]:
        """What a row says, by column."""
        return {column.name: getattr(row, column.name) for column in self.columns}

    def shown(self, row: Row) -> dict[str, str]:
        """What a row says, as people read it."""
        return {column.name: column.show(getattr(row, column.name)) for column in self.columns}

    def read(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a row as written. Raises Refusal with a sentence for each column at fault."""
        faults = Faults()
        values = {column.name: faults.of(column.name, partial(column.read, written.get(column.name, "")), None) for column in self.columns}
        if not faults:
            faults.update(self.faults(**values))
        faults.refuse()
        return values

    def differing(self, old: Row | None, new: Row | None) -> list[tuple[str, str, str]]:
        """What two rows of one name say differently, as people read it: label, before, after."""
        was, will = (self.shown(row) if row else dict.fromkeys(self.key, "") for row in (old, new))
        others = [column for column in self.columns if column.name not in self.key]
        told = [(str(column.label), was.get(column.name, ""), will.get(column.name, "")) for column in others]
        return [each for each in told if each[1] != each[2]]

    def sorted(self, rows: Iterable[R]) -> list[R]:
        """Rows in the order of their keys: tiers from I on, steps as a case comes to them."""
        return sorted(rows, key=lambda row: [column.order(getattr(row, column.name)) for column in self.keys])


TIER = Choice("tier", _("等级"), choices={tier: format_lazy("{} {}", tier, label) for tier, label in Tier.choices})
BASIS = Column("basis", _("依据"), _("文件名称和条款；本级自定的写明谁在何时定的"))
TABLES = {
    table.name: table
    for table in (
        Table(
            "tiers", _("等级"), TierRule, ("tier",),
            (
                TIER,
                Choices("told", _("立即告知"), choices=dict(Told.choices)),
                Column("acts", _("谁必须行动")),
                Column("first_hour", _("第一个小时"), limit=500),
                BASIS,
            ),
        ),
        Table(
            "limits", _("时限"), Limit, ("tier", "step", "kind"),
            (
                TIER,
                Choice("step", _("环节"), choices=rules.STEP_LABELS),
                Choice("kind", _("办件种类"), _("只有办件签收、办件反馈要选"), choices=dict(PartKind.choices), empty=_("个案本身")),
                Number("amount", _("时限")),
                Choice("unit", _("单位"), choices=dict(Unit.choices)),
                Shares("warn_at", _("预警"), _("已过时限的百分比，从小到大，如 50、80")),
                Yes("ends_on_workday", _("顺延到工作日"), _("自然日时限的最后一天不上班时，顺延到下一个工作日")),
                Number("pause_days", _("最多暂停天数"), _("留空即不得暂停"), required=False),
                BASIS,
            ),
            rules.limit_faults,
        ),
        Table(
            "routes", _("派转"), Route, ("category", "harm", "status"),
            (
                Choice("category", _("类别"), choices=dict(Category.choices)),
                Column("harm", _("情形"), _("留空即这一类的其余情形"), 40, required=False),
                Choice("status", _("儿童类别"), choices=dict(ChildStatus.choices), empty=_("不论儿童类别")),
                Choice("lead", _("主办"), choices=RECEIVERS),
                Choices("referred", _("转介"), choices=RECEIVERS),
                BASIS,
            ),
            rules.route_faults,
        ),
        Table(
            "rungs", _("逐级督促"), Rung, ("tier", "position"),
            (
                TIER,
                Number("position", _("步序"), _("1 到 9")),
                Span("after", _("逾期后"), _("如 15 分钟、4 小时、2 天；0 即逾期当时，按自然时间计")),
                Choice("target", _("上报到"), choices=dict(Target.choices)),
                Choice("notice", _("通知方式"), choices=dict(NoticeWay.choices)),
                Yes("orders", _("自动督办")),
                Column("next_step", _("这一级要做什么")),
                BASIS,
            ),
            rules.rung_faults,
        ),
        Table(
            "questions", _("接着问"), Question, ("category", "position"),
            (
                Choice("category", _("类别"), choices=dict(Category.choices), empty=_("都要先问")),
                Number("position", _("序号")),
                Column("text", _("问题")),
                BASIS,
            ),
            rules.question_faults,
        ),
        Table(
            "retention", _("保存期限"), Retention, ("what",),
            (
                Choice("what", _("保存什么"), choices=dict(Kept.choices)),
                Number("months", _("保存几个月"), _("到期即销毁；依法留存的除外")),
                BASIS,
            ),
            rules.retention_faults,
        ),
    )
}  # fmt: skip
