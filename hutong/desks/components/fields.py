"""Fields that several desks use: a line of text, a division, an office. They read what is typed; the verbs judge it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import queries as network
from hutong.hotline.network import searching
from hutong.hotline.network.models import Division, Office, Post

T = TypeVar("T")


class DayInput(forms.DateInput):
    """A day as a browser reads it: it shows none that is written as the reader's language writes it, and so hands in none."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """A moment to the minute, as a browser reads it."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class Picker(forms.TextInput):
    """A text field that offers names while one types."""

    template_name = "components/picker.html"

    def __init__(self, address: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off"} | (attrs or {}))
        self.address = address

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"url": reverse(self.address)}


class Line(forms.CharField):
    """A text, never required here: what must be written, the verbs say."""

    def __init__(self, label: str | Promise, **kwargs: Any) -> None:
        super().__init__(**{"label": label, "required": False, **kwargs})

    def to_python(self, value: Any) -> str:
        """Without NUL, which no database takes and no person typed."""
        return (super().to_python(value) or "").replace("\0", "")


class OfPost(Line):
    """A field whose answers depend on who asks; `give_post` tells it."""

    post: Post


class DivisionField(OfPost):
    """A division by name or code; among namesakes the one in the asker's own area."""

    def __init__(self, label: str | Promise, **kwargs: Any) -> None:
        super().__init__(label, widget=Picker("components:divisions", {"data-known": "", "placeholder": _("区县或乡镇街道名")}), **kwargs)

    def clean(self, value: Any) -> Division | None:
        """Raises ValidationError for no such place, or more than one."""
        text, on = super().clean(value).strip(), timezone.localdate()
        if not text:
            return None
        if text.isdigit():
            return said(lambda: network.division_for(text, on=on))
        found = network.places(self.post, text, on=on)
        if not found:
            raise forms.ValidationError(_("没有叫“%(name)s”的行政区划，请从列表中选择。"), params={"name": text[:30]})
        if len(found) > 1:
            names = listed(each.full_name for each in found[:4])
            raise forms.ValidationError(_("有 %(count)s 处同名，请选定一处：%(names)s"), params={"count": len(found), "names": names})
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return value.full_name if isinstance(value, Division) else value


class OfficeField(OfPost):
    """An office at or below the asker's own, by its name or code; of namesakes by both."""

    def __init__(self, label: str | Promise, **kwargs: Any) -> None:
        super().__init__(label, widget=Picker("components:offices"), **kwargs)

    def clean(self, value: Any) -> Office | None:
        """Raises ValidationError for no such office, or more than one."""
        text = super().clean(value).strip()
        if not text:
            return None
        found = searching.search_offices(self.post, text)
        exact = [office for office in found if text in (office.name, office.code)] or found
        if not exact:
            raise forms.ValidationError(_("没有叫“%(name)s”的机构，请从列表中选择。"), params={"name": text[:30]})
        if len(exact) > 1:
            names = listed(searching.told_apart(exact)[:4])
            raise forms.ValidationError(_("有 %(count)s 个机构符合，请选定一个：%(names)s"), params={"count": len(exact), "names": names})
        return exact[0]

    def prepare_value(self, value: Any) -> Any:
        return f"{value.name} {value.code}" if isinstance(value, Office) else value


def give_post(form: forms.BaseForm, post: Post) -> None:
    """Tell the fields of a form who asks."""
    for field in form.fields.values():
        if isinstance(field, OfPost):
            field.post = post


def said(read: Callable[[], T]) -> T:
    """What `read` gives; its refusal as Django's forms want it."""
    try:
        return read()
    except Refusal as refusal:
        raise forms.ValidationError(str(refusal)) from None
