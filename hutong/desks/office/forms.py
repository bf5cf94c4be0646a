"""The forms of the administration pages. They read what is typed; the verbs judge it."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.desks.components.deeds import Form, take
from hutong.desks.components.fields import DayInput, DivisionField, OfficeField, said
from hutong.hotline.cases import sight
from hutong.hotline.clocks import hours
from hutong.hotline.network import queries, rules, storing
from hutong.hotline.network.models import ApiToken, Contract, Department, Division, Office, OfficeKind, Post, Role, Staff
from hutong.hotline.network.sheets import MAX_BYTES, too_big


class Change(Form):
    """A form over something that stands. It remembers what it showed, so that nobody's change since then is lost unseen.

    A field that only others changed keeps their value; one that both changed is asked about once more.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, now: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, initial=now, **kwargs)
        self.now = {name: str(field.prepare_value(now[name]) or "") for name, field in self.fields.items() if name in now}
        self.initial["seen"] = json.dumps(self.now)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        shown = given.pop("seen", "")
        for name, now in self.now.items():
            typed, then = self.data.get(name, ""), self._shown(shown).get(name, now)
            if typed == then != now:
                given[name] = self.initial[name]
            elif then not in (typed, now) and typed != now:
                self.add_error(name, _("刚有他人改为“%(now)s”。您填的还在；再次保存，即以您填的为准。") % {"now": now})
        self.data = dict(self.data.items()) | {"seen": json.dumps(self.now)}
        return given

    def _shown(self, text: str) -> dict[str, Any]:
        try:
            shown = json.loads(text)
        except ValueError:
            shown = {}
        return shown if isinstance(shown, dict) else {}


class Day(forms.DateField):
    """A day in any way of writing it; today unless another is given."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, initial=timezone.localdate, widget=DayInput())

    def to_python(self, value: Any) -> date | None:
        """Raises ValidationError for a day that is not in the calendar."""
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        day = rules.day(value)
        if day is None:
            raise forms.ValidationError(_("“%(text)s”不是日期，应如 2026-09-18。"), params={"text": value[:20]})
        return day


class Read(forms.CharField):
    """A text in the form in which a verb keeps it, so that one hears of all that is wrong in a form at once."""

    def __init__(
        self, label: Any, read: Callable[[str], str], limit: int, *, hint: Any = "", required: bool = True, **attrs: Any
    ) -> None:  # fmt: skip
        super().__init__(label=label, required=required, help_text=hint, widget=forms.TextInput({"maxlength": limit, **attrs}))
        self.read = read

    def clean(self, value: Any) -> str:
        """Raises ValidationError in the verb's words."""
        text = super().clean(value)
        return said(lambda: self.read(text)) if text else ""


SIGN_HINT = gettext_lazy("2 至 40 个字母、数字或 . _ -，定后不改")


def a_name(kind: type[Division | Office | Staff | ApiToken | Contract], hint: Any = "") -> Read:
    """The name of a thing, as its table has it."""
    field = kind._meta.get_field("name")
    return Read(field.verbose_name, lambda text: storing.name(text, kind), field.max_length or 0, hint=hint)


def a_phone(label: Any) -> Read:
    """A telephone number, in any way of writing it."""
    return Read(label, storing.phone_number, 40, required=False, inputmode="tel", hint=gettext_lazy("可不填"))


class NewOffice(Form):
    name = a_name(Office)
    code = Read(gettext_lazy("机构代码"), lambda text: storing.sign(text, "code"), 40, hint=SIGN_HINT)
    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    department = forms.ChoiceField(
        label=gettext_lazy("部门"), required=False, choices=[("", "—"), *Department.choices], help_text=gettext_lazy("类型为部门时选")
    )
    division = DivisionField(gettext_lazy("行政区划"), required=True)
    phone = a_phone(gettext_lazy("值班电话"))
    valid_from = Day(gettext_lazy("启用日期"))

    def __init__(self, *args: Any, parent: Office, **kwargs: Any) -> None:
        super().__init__(*args, initial={"division": parent.division}, **kwargs)
        kinds = [(kind, OfficeKind(kind).label) for kind in rules.kinds_below(parent.kind)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class ChangeOffice(Change):
    name = a_name(Office)
    division = DivisionField(gettext_lazy("行政区划"), required=True)
    parent = OfficeField(gettext_lazy("上级机构"), required=True)
    phone = a_phone(gettext_lazy("值班电话"))

    def __init__(self, *args: Any, office: Office, by: Post, **kwargs: Any) -> None:
        now = {"name": office.name, "division": office.division, "parent": office.parent, "phone": office.phone}
        super().__init__(*args, now=now, by=by, **kwargs)
        if by.office_id == office.pk:  # where one's own office stands and whom it answers to, the level above says
            del self.fields["division"], self.fields["parent"], self.now["division"], self.now["parent"]

    def clean(self) -> dict[str, Any]:
        """What one may not change here stays."""
        return {"division": self.initial["division"], "parent": self.initial["parent"]} | super().clean()


class WindowsField(forms.CharField):
    """A day's windows as people type them; none for nothing."""

    def clean(self, value: Any) -> Any:
        """Raises ValidationError in the words of the trade."""
        text = super().clean(value)
        return said(lambda: hours.read(text))

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else hours.written(value or ())


class Hours(Change):
    windows = WindowsField(
        label=gettext_lazy("工作时间"), required=False, max_length=200,
        help_text=gettext_lazy("各段之间用逗号，午夜写 24:00；昼夜值守写 00:00-24:00"),
        widget=forms.TextInput({"placeholder": "09:00-12:00，13:30-17:30", "autocomplete": "off"}),
    )  # fmt: skip


class End(Form):
    on = Day(gettext_lazy("停用日期"))


class EndContract(Form):
    on = Day(gettext_lazy("从哪天起结束"))


class NewContract(Form):
    name = a_name(Contract)
    orderer = OfficeField(gettext_lazy("委托方"), required=True, help_text=gettext_lazy("热线中心，或省级、部级民政部门"))
    valid_from = Day(gettext_lazy("合同起"))
    valid_to = Day(gettext_lazy("合同止（这一天起不再有效）"))
    given = forms.MultipleChoiceField(
        label=gettext_lazy("可见内容"), widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("反映内容与办理经过总在其中。")
    )

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        takes_reports = office.kind == OfficeKind.HOTLINE_CENTRE  # nobody takes a report without who reports, and where the child is
        ticked = [name for name, usual in sight.BY_CONTRACT.items() if usual or takes_reports]
        super().__init__(*args, initial={"orderer": office.parent, "valid_to": None, "given": ticked}, **kwargs)
        labels = {name: name.split(".") for name in sight.BY_CONTRACT}
        self.fields["given"].choices = [  # type: ignore[attr-defined]
            (name, f"{sight.SECTION_LABELS[section]} · {sight.FIELD_LABELS[field]}") for name, (section, field) in labels.items()
        ]

    def clean_given(self) -> list[str]:
        """With what every contract gives."""
        return [*self.cleaned_data["given"], sight.ALWAYS_GIVEN]


class EndPost(Form):
    on = Day(gettext_lazy("离任日期"))


class NewPost(Form):
    office = OfficeField(gettext_lazy("机构"), required=True)
    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=Role.choices)
    valid_from = Day(gettext_lazy("任职日期"))


class AskReset(Form):
    proof = forms.CharField(
        label=gettext_lazy("怎样核实了是本人"), max_length=200, help_text=gettext_lazy("例如：本人持工作证到场，与人事照片相符"),
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class DecideReset(Form):
    agreed = forms.TypedChoiceField(
        label=gettext_lazy("我另行核实过"), coerce=lambda said: said == "yes", widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("是本人，同意重置")), ("no", gettext_lazy("不能确认，不同意"))],
    )  # fmt: skip


class NewStaff(Form):
    name = a_name(Staff)
    username = Read(
        gettext_lazy("登录名"), lambda text: storing.sign(rules.sign_in_name(text), "username"), 40, hint=SIGN_HINT, autocapitalize="none"
    )
    phone = a_phone(gettext_lazy("电话"))
    role = forms.ChoiceField(label=gettext_lazy("岗位"))
    valid_from = Day(gettext_lazy("任职日期"))

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if rules.post_fits(role, office.kind)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class ChangeStaff(Change):
    name = a_name(Staff)
    phone = a_phone(gettext_lazy("电话"))


class Sure(Form):
    """Nothing but the question."""


class PostChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A post of an office, by who holds it and as what."""

    def label_from_instance(self, obj: Post) -> str:
        return f"{obj.staff.name} · {obj.get_role_display()}"


class NewToken(Form):
    name = a_name(ApiToken, hint=gettext_lazy("如：市 12345 平台转入工单"))
    post = PostChoice(None, label=gettext_lazy("以谁的岗位办理"), empty_label=gettext_lazy("请选择"))

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = queries.posts_of(office).filter(queries.stands(timezone.localdate()))  # type: ignore[attr-defined]


class NewDivision(Form):
    code = Read(gettext_lazy("代码"), str, 20, inputmode="numeric", hint=gettext_lazy("2、4、6、9 或 12 位数字，定后不改"))
    name = a_name(Division)
    valid_from = Day(gettext_lazy("启用日期"))


class RenameDivision(Change):
    name = a_name(Division)


class EndDivision(Form):
    on = Day(gettext_lazy("停用日期"))
    successor = DivisionField(gettext_lazy("继任区划"), help_text=gettext_lazy("并入哪里；撤销而无继任时不填"))


SHEET_NAMES = {"offices": gettext_lazy("机构"), "staff": gettext_lazy("人员与岗位"), "divisions": gettext_lazy("行政区划")}


class Upload(forms.Form):
    """A file or pasted text of one of the sheets."""

    sheet = forms.ChoiceField(label=gettext_lazy("内容"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("CSV 文件"), required=False, allow_empty_file=True, help_text=gettext_lazy("UTF-8 或 GB18030，不超过 2 MB"),
        widget=forms.FileInput({"accept": ".csv,.txt,text/csv"}), validators=[FileExtensionValidator(["csv", "txt"])],
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("或粘贴文字"), required=False, strip=False, help_text=gettext_lazy("首行为列名；从表格软件复制的单元格也可"),
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, sheets: Mapping[str, object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = list(sheets.items())  # type: ignore[attr-defined]
        self.initial["sheet"] = next(iter(sheets))

    def clean(self) -> dict[str, Any]:
        file = self.cleaned_data.get("file")
        if file and file.size > MAX_BYTES:  # before it is read
            take(self, too_big())
        elif not file and not self.cleaned_data.get("text"):
            self.add_error("file", _("请选择文件或粘贴文字。"))
        return self.cleaned_data

    @property
    def content(self) -> bytes:
        """What was handed in."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else str(self.cleaned_data["text"]).encode()

    def hold(self, text: str) -> None:
        """Show what was read as text that can be put right: a browser does not keep a file."""
        self.data = dict(self.data.items()) | {"text": text}
