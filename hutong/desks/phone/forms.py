"""The form by which a call is passed on or a third party is called in."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.fields import Line
from hutong.hotline.calls import queries, ways_in
from hutong.hotline.calls.models import Call
from hutong.hotline.network.models import Division, Post


class Others(forms.Form):
    """A colleague, an expert or a number; and what a third party is told: who calls, and where the child is."""

    to = forms.ChoiceField(label=_("同事"), required=False)
    expert = forms.ChoiceField(label=_("专家"), required=False)
    number = Line(_("或拨号码"), max_length=24, widget=forms.TextInput({"type": "tel", "autocomplete": "off"}))
    text = Line(
        _("告诉对方"), max_length=200, widget=forms.Textarea({"rows": 2}), help_text=_("接入三方时先念给对方听：来电号码、孩子在哪里")
    )

    def __init__(self, data: Any = None, *, post: Post, call: Call, place: Division | None) -> None:
        told = [_("来电 {number}").format(number=call.caller) if call.caller else "", place.full_name if place else ""]
        super().__init__(data, initial={"text": "，".join(filter(None, map(str, told)))})
        free = [(str(seat.post_id), f"{seat.post.staff.name} · {seat.post.get_role_display()}") for seat in queries.targets(post)]
        experts = [
            (each.staff.phone, f"{each.staff.name} · {each.office.name}")
            for each in ways_in.experts_for(post.office, on=timezone.localdate())
        ]
        self.fields["to"].choices = [("", _("请选择") if free else _("没有空闲的同事")), *free]  # type: ignore[attr-defined]
        self.fields["expert"].choices = [("", _("请选择")), *experts]  # type: ignore[attr-defined]
        if not experts:
            del self.fields["expert"]
