"""The forms of the administration pages. They read what is typed; the verbs judge it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.desks.components.fields import DivisionField, OfficeField, give_post
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import rules
from hutong.hotline.network.models import Department, Office, OfficeKind, Post, Role


class Form(forms.Form):
    """A form that hands what it read to a verb; a refusal becomes its errors. `made` is what the verb gave back."""

    made: object = None

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        give_post(self, by)

    def carry_out(self, deed: Callable[..., object]) -> bool:
        """Whether the form was in order and the deed was done."""
        if not self.is_valid():
            return False
        try:
            self.made = deed(**self.cleaned_data, by=self.by, at=timezone.now())
        except Refusal as refusal:
            names = [name if name in self.fields else None for name in refusal.fields] or [None]
            for name in names:
                self.add_error(name, str(refusal))
            return False
        return True


def a_day(label: Any) -> forms.DateField:
    """A day; today unless another is given."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, initial=timezone.localdate, widget=widget)


SIGN_HINT = gettext_lazy("2 至 40 个字母、数字或 . _ -，定后不改")
PHONE_HINT = gettext_lazy("可不填")


class NewOffice(Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    code = forms.CharField(label=gettext_lazy("机构代码"), max_length=40, help_text=SIGN_HINT)
    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    department = forms.ChoiceField(
        label=gettext_lazy("部门"), required=False, choices=[("", "—"), *Department.choices], help_text=gettext_lazy("类型为部门时选")
    )
    division = DivisionField(gettext_lazy("行政区划"))
    phone = forms.CharField(label=gettext_lazy("值班电话"), max_length=40, required=False, help_text=PHONE_HINT)
    valid_from = a_day(gettext_lazy("启用日期"))

    def __init__(self, *args: Any, parent: Office, **kwargs: Any) -> None:
        super().__init__(*args, initial={"division": parent.division}, **kwargs)
        kinds = [kind for kind, parents in rules.OFFICE_PARENT.items() if parent.kind in parents]
        self.fields["kind"].choices = [(kind, OfficeKind(kind).label) for kind in kinds]  # type: ignore[attr-defined]


class ChangeOffice(Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    division = DivisionField(gettext_lazy("行政区划"), required=False)
    parent = OfficeField(gettext_lazy("上级机构"), required=False)
    phone = forms.CharField(label=gettext_lazy("值班电话"), max_length=40, required=False, help_text=PHONE_HINT)

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        now = {"name": office.name, "division": office.division, "parent": office.parent, "phone": office.phone}
        super().__init__(*args, initial=now, **kwargs)
        if kwargs["by"].office_id == office.pk:  # whom one's own office answers to is the level above's to say
            del self.fields["parent"]

    def clean(self) -> dict[str, Any]:
        return {"parent": self.initial["parent"]} | self.cleaned_data


class End(Form):
    on = a_day(gettext_lazy("停用日期"))


class EndPost(Form):
    on = a_day(gettext_lazy("离任日期"))


class NewPost(Form):
    office = OfficeField(gettext_lazy("机构"))
    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=Role.choices)
    valid_from = a_day(gettext_lazy("任职日期"))


class NewStaff(Form):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    username = forms.CharField(label=gettext_lazy("登录名"), max_length=40, help_text=SIGN_HINT)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=40, required=False, help_text=PHONE_HINT)
    role = forms.ChoiceField(label=gettext_lazy("岗位"))
    valid_from = a_day(gettext_lazy("任职日期"))

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if rules.post_fits(role, office.kind)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class ChangeStaff(Form):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=40, required=False, help_text=PHONE_HINT)


class Sure(Form):
    """Nothing but the question."""


class NewToken(Form):
    name = forms.CharField(label=gettext_lazy("用途"), max_length=60, help_text=gettext_lazy("如：市 12345 平台转入工单"))


class NewDivision(Form):
    code = forms.CharField(label=gettext_lazy("代码"), max_length=20, help_text=gettext_lazy("2、4、6、9 或 12 位数字"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    valid_from = a_day(gettext_lazy("启用日期"))


class RenameDivision(Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class EndDivision(Form):
    on = a_day(gettext_lazy("停用日期"))
    successor = DivisionField(gettext_lazy("继任区划"), required=False, help_text=gettext_lazy("并入哪里；撤销而无继任时不填"))


SHEET_NAMES = {"offices": gettext_lazy("机构"), "staff": gettext_lazy("人员与岗位"), "divisions": gettext_lazy("行政区划")}


class Upload(forms.Form):
    """A file or pasted text of one of the sheets."""

    sheet = forms.ChoiceField(label=gettext_lazy("内容"), choices=SHEET_NAMES, widget=forms.RadioSelect)
    file = forms.FileField(label=gettext_lazy("CSV 文件"), required=False, help_text=gettext_lazy("UTF-8 或 GB18030，不超过 2 MB"))
    text = forms.CharField(
        label=gettext_lazy("或粘贴文字"), required=False, strip=False, widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("首行为列名"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("file") and not self.cleaned_data.get("text"):
            self.add_error("file", _("请选择文件或粘贴文字。"))
        return self.cleaned_data

    @property
    def content(self) -> bytes:
        """What was handed in."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else str(self.cleaned_data["text"]).encode()
