"""What is asked before somebody listens, and before a recording is kept for the law."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.fields import Line
from hutong.desks.components.parts import Part
from hutong.hotline.recordings.models import PlayPurpose


class Ask(Part):
    """For what somebody listens. Of an erased case nothing is asked in words; what was typed nevertheless is shown again, and refused."""

    purpose = forms.ChoiceField(label=_("收听目的"), choices=PlayPurpose, widget=forms.RadioSelect, required=False)
    text = Line(_("具体原因（选“其他”时必填）"), max_length=200)

    def __init__(self, *args: Any, is_wordless: bool, **kwargs: Any) -> None:
        self.is_wordless = is_wordless
        super().__init__(*args, **kwargs)

    def add_fields(self) -> None:
        if self.is_wordless and not self.data.get("text") and self.data.get("purpose") != PlayPurpose.OTHER:
            del self.fields["text"]
            stated = [choice for choice in PlayPurpose.choices if choice[0] != PlayPurpose.OTHER]
            self.fields["purpose"].choices = stated  # type: ignore[attr-defined]


class Hold(Part):
    """Why the law needs a recording longer."""

    why = Line(_("留存原因（如：公安机关调取，文号）"), max_length=200)


class Release(Part):
    """Nothing is asked."""
