"""The forms of the rulebooks: a row of any table made from its columns, from when a version holds, a file."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.desks.components.deeds import Form, take
from hutong.desks.components.fields import Line, MomentInput
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.rulebook import sheets
from hutong.hotline.rulebook.models import Row
from hutong.hotline.rulebook.tables import Choice, Choices, Column, Number, Shares, Span, Table, Yes

LONG = 200  # letters, from which on a text has several lines


def _choice(column: Any, said: Mapping[str, Any]) -> forms.Field:
    blank = [] if column.empty is not None else [("", _("请选择"))]
    return forms.ChoiceField(choices=[*blank, *column.labels.items()], **said)


def _text(column: Column, said: Mapping[str, Any]) -> forms.Field:
    return Line(widget=forms.Textarea({"rows": 3}) if column.limit >= LONG else forms.TextInput(), **said)


# How a column is asked for. The verb reads what was typed, whatever it is, and says what is wrong with it.
FIELDS: dict[type[Column], Callable[[Any, Mapping[str, Any]], forms.Field]] = {
    Column: _text,
    Number: lambda _column, said: Line(widget=forms.TextInput({"inputmode": "numeric"}), **said),
    Shares: lambda _column, said: Line(**said),
    Span: lambda _column, said: Line(**said),
    Choice: _choice,
    Choices: lambda column, said: forms.MultipleChoiceField(
        choices=list(column.labels.items()), widget=forms.CheckboxSelectMultiple, **said
    ),
    Yes: lambda _column, said: forms.BooleanField(**said),
}


class RowForm(Form):
    """A row of a draft. `seen` is how its own row stood when it was shown, so that nobody's change since then is lost unseen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, table: Table, shown: Row | None, own: Row | None, is_new: bool, **kwargs: Any) -> None:
        initial = {column.name: _typed(column, getattr(shown, column.name)) for column in table.columns} if shown else {}
        self.stands = _digest(table, own)
        super().__init__(*args, initial=initial | {"seen": self.stands}, **kwargs)
        for column in table.columns:
            if is_new or column.name not in table.key:
                said = {"label": column.label, "help_text": column.hint, "required": False}
                self.fields[column.name] = FIELDS[type(column)](column, said)

    def clean(self) -> dict[str, Any]:
        if self.is_bound and self.cleaned_data.pop("seen", "") != self.stands:
            self.add_error(None, _("刚有他人改了这一条。您填的还在；看清现状后再次保存，即以您填的为准。"))
            self.data = self.data.copy() | {"seen": self.stands}  # type: ignore[attr-defined]
        return self.cleaned_data


def _typed(column: Column, value: Any) -> Any:
    """A value as its field begins with it."""
    return column.show(value) if isinstance(column, (Shares, Span)) else value


def _digest(table: Table, row: Row | None) -> str:
    return hashlib.sha256(repr(table.values(row) if row else None).encode()).hexdigest()[:16]


class Approve(Form):
    valid_from = forms.DateTimeField(
        label=gettext_lazy("何时生效"), required=False, help_text=gettext_lazy("留空即批准后立即生效。已在运行的时限不变。"),
        widget=MomentInput(), input_formats=["%Y-%m-%dT%H:%M"],
    )  # fmt: skip

    def clean_valid_from(self) -> datetime | None:
        """A moment to the minute: this very minute is now."""
        moment: datetime | None = self.cleaned_data["valid_from"]
        return moment


class Sure(Form):
    """Nothing but the question."""


class Upload(forms.Form):
    """A spreadsheet, or the lines of one that was read before: a browser does not keep a file."""

    file = forms.FileField(
        label=gettext_lazy("表格文件（.xlsx）"), required=False, allow_empty_file=True,
        help_text=gettext_lazy("用导出的文件改；不超过 2 MB"),
        widget=forms.FileInput({"accept": ".xlsx"}), validators=[FileExtensionValidator(["xlsx"])],
    )  # fmt: skip
    lines = Line("", widget=forms.HiddenInput, strip=False)

    def read(self) -> list[sheets.Written] | None:
        """The lines; none, with an error, where there are none that can be read."""
        file = self.cleaned_data.get("file")
        try:
            if file is None:
                return self._kept()
            return sheets.read(file.read(sheets.MAX_BYTES + 1))
        except Refusal as refusal:
            take(self, refusal)
            return None

    def _kept(self) -> list[sheets.Written] | None:
        try:
            return [sheets.Written(*line) for line in json.loads(self.cleaned_data["lines"])]
        except (ValueError, TypeError):
            self.add_error("file", _("请选择文件。"))
            return None
