"""What an approval says."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.deeds import Form
from hutong.desks.components.fields import DayInput


def in_a_year() -> date:
    """A year from today."""
    return timezone.localdate() + timedelta(days=365)


class Approve(Form):
    """For what, and until when."""

    purpose = forms.CharField(label=_("用途"), required=False, initial=_("办理个案"), max_length=200)
    until = forms.DateField(label=_("到期日"), initial=in_a_year, widget=DayInput(), help_text=_("最长一年"))


class End(Form):
    """Why it ends before its time."""

    why = forms.CharField(label=_("为什么提前结束"), required=False, max_length=200)


class Search(forms.Form):
    """A part of a name, or of what an office is called."""

    q = forms.CharField(required=False, max_length=40, strip=True)

    @property
    def words(self) -> str:
        """What is sought."""
        return str(self.cleaned_data["q"]).replace("\0", "") if self.is_valid() else ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs |= {"class": "input", "placeholder": _("姓名或机构"), "aria-label": _("姓名或机构")}
