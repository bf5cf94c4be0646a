"""The forms of the desk of orders."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.fields import Line, OfficeField
from hutong.desks.components.parts import Part
from hutong.hotline.cases.rules import Action
from hutong.hotline.network.models import Post
from hutong.hotline.supervision import actions
from hutong.hotline.supervision.models import Order

VERBS: Mapping[str, Callable[..., Order]] = {
    verb.__name__: verb
    for verb in (
        actions.receive_order,
        actions.answer_order,
        actions.accept_order_answer,
        actions.refuse_order_answer,
        actions.withdraw_order,
    )
}


class NewOrder(Part):
    """An order about an office."""

    office = OfficeField(_("发给哪个机构"), help_text=_("机构名称或代码；督办某个个案，请在该个案页上发出"))
    subject = Line(_("督办事由"), max_length=actions.SUBJECT_LENGTH)
    text = Line(_("要做什么、什么时候做完"), widget=forms.Textarea({"rows": 8}))


class Deed(Part):
    """What is written with a deed on an order."""

    text = Line("", widget=forms.Textarea({"rows": 4}))

    def __init__(self, action: Action, data: Any = None, *, post: Post, **kwargs: Any) -> None:
        self.action = action
        super().__init__(data, post=post, **kwargs)

    def add_fields(self) -> None:
        self.fields["text"].label = str(self.action.asks or _("说明（可不填）"))
        if self.action.code == "answer_order":
            self.fields["text"].widget.attrs["rows"] = 8

    def carry_out(self, order_id: UUID, **given: Any) -> Order:
        """Call the verb. Raises Refusal."""
        return VERBS[self.action.code](order_id, text=self.cleaned_data["text"], **given)
