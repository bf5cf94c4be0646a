"""The forms of a centre's telephone. They read what is typed; the verbs judge it."""

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.deeds import Form
from hutong.desks.components.fields import Line as Text
from hutong.desks.components.fields import OfficeField
from hutong.desks.office.forms import Day
from hutong.hotline.calls import skills
from hutong.hotline.calls.actions import keeping
from hutong.hotline.calls.models import Mode

NO_KEY = ("", _("不用按键"))


class NewLine(Form):
    """A way in. One that changes is closed and opened anew, so that what was counted by it stays true."""

    name = Text(_("名称"), max_length=60, help_text=_("报表和来电窗口上的叫法，如：西安 12349"))
    number = Text(_("被叫号码"), max_length=24, widget=forms.TextInput({"inputmode": "tel"}), help_text=_("运营商送来的被叫号码，只用数字"))
    mode = forms.ChoiceField(label=_("接入方式"), choices=Mode.choices)
    older_number = Text(_("原号码"), max_length=24, widget=forms.TextInput({"inputmode": "tel"}), help_text=_("从别的号码转来时填那个号码"))
    key_means = forms.ChoiceField(
        label=_("按键含义"), required=False, choices=[NO_KEY, *skills.KEYS.items()],
        help_text=_("最多一个键；不按的，直接转人工"),
    )  # fmt: skip
    key = Text(_("按键"), max_length=1, widget=forms.TextInput({"inputmode": "numeric"}))
    keeps_hours = forms.BooleanField(label=_("只在工作时间人工接听，其余时间登记回电"), required=False)
    valid_from = Day(_("启用日期"))


class Say(Form):
    """The text of a sound, and a recording of it."""

    text = Text(_("文字"), max_length=200, widget=forms.Textarea({"rows": 3}), help_text=_("没有录音时由系统照此朗读"))
    audio = forms.FileField(
        label=_("录音"), required=False, widget=forms.FileInput({"accept": ".wav,audio/wav"}), validators=[FileExtensionValidator(["wav"])],
        help_text=_("WAV，16 位、单声道、8000 或 16000 赫兹"),
    )  # fmt: skip
    is_spoken = forms.BooleanField(label=_("去掉现有录音，改由系统朗读"), required=False)

    def __init__(self, *args: Any, kept: bytes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        if not kept:
            del self.fields["is_spoken"]

    def clean(self) -> dict[str, Any]:
        """A new recording, else the one there is unless it is to go. Of a file more than a sound may have is not read."""
        file, is_spoken = self.cleaned_data.pop("audio", None), self.cleaned_data.pop("is_spoken", False)
        new = bytes(file.read(keeping.MOST_AUDIO + 1)) if file else b""
        return {**self.cleaned_data, "audio": new or (b"" if is_spoken else self.kept)}


class Skills(Form):
    skills = forms.MultipleChoiceField(
        label=_("技能"), required=False, choices=list(skills.SKILLS.items()), widget=forms.CheckboxSelectMultiple,
        help_text=_("来电需要时，先转给会的人"),
    )  # fmt: skip


class Agree(Form):
    neighbour = OfficeField(_("代接中心"), required=True, help_text=_("本中心和值班长都接不过来时，来电转给它"))
