"""A form that hands what it read to a verb."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone

from hutong.desks import access
from hutong.desks.components.fields import give_post
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post


class Form(forms.Form):
    """A form that hands what it read to a verb; a refusal becomes its errors. `made` is what the verb gave back."""

    made: object = None

    def __init__(self, *args: Any, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        give_post(self, by)

    def carry_out(self, request: access.DeskRequest, deed: Callable[..., object]) -> bool:
        """Whether the form was in order and the deed was done; a refusal is recorded."""
        if not self.is_valid():
            return False
        try:
            self.made = deed(**self.cleaned_data, by=self.by, at=timezone.now())
        except Refusal as refusal:
            access.denied(request, refusal)
            take(self, refusal)
            return False
        return True

    def focus(self) -> None:
        """Let typing begin at the first field, or at the first that is at fault."""
        visible = [field.name for field in self.visible_fields()]
        first = next((name for name in visible if name in self.errors), visible[0] if visible else "")
        if first:
            self.fields[first].widget.attrs["autofocus"] = True


def take(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal beside the fields that are at fault, each with its own sentence, or on top; the remedy goes with the whole."""
    whole = str(refusal)
    for name, sentence in (refusal.fields or {"": whole}).items():
        form.add_error(name if name in form.fields else None, whole if sentence == str(refusal.reason.sentence) else sentence)
