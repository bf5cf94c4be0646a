"""Parts of sheets that several desks use: a form that a draft can fill, a child, a person concerned."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.fields import DayInput, DivisionField, Line, give_post
from hutong.hotline.cases.models import PartyRole
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division, Post
from hutong.hotline.people.actions import ChildFacts, PersonFacts
from hutong.hotline.people.models import ConsentBy, ConsentHow, LawfulBasis, Sex
from hutong.hotline.rulebook.models import ChildStatus


class Part(forms.Form):
    """A part of the sheet. A draft is shown as it was typed, and not judged before it is handed in."""

    def __init__(self, *args: Any, post: Post, is_judged: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_judged = is_judged
        self.add_fields()
        give_post(self, post)

    def add_fields(self) -> None:
        """Fields that depend on who asks about what."""

    def full_clean(self) -> None:
        if self.is_judged or not self.is_bound:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}

    def take(self, refusal: Refusal) -> None:
        """Put the sentences of a refusal beside their fields."""
        for name, sentence in refusal.fields.items():
            self.add_error(name if name in self.fields else None, sentence)
        if not refusal.fields:
            self.add_error(None, str(refusal))

    def given(self, *names: str) -> dict[str, Any]:
        """What was typed in these fields, but for what could not be read."""
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name) not in (None, "")}


BASIS = ("lawful_basis", "consent_by", "consent_how", "consent_on")


def basis_field() -> forms.ChoiceField:
    """On what somebody's data are processed."""
    return forms.ChoiceField(label=_("处理依据"), choices=LawfulBasis.choices, initial=LawfulBasis.STATUTORY_DUTY, required=False)


def consent_fields() -> tuple[forms.Field, forms.Field, forms.Field]:
    """Who consented, how and when: for where consent is the basis."""
    return (
        forms.ChoiceField(label=_("谁同意"), choices=[("", "—"), *ConsentBy.choices], required=False),
        forms.ChoiceField(label=_("怎样同意"), choices=[("", "—"), *ConsentHow.choices], required=False),
        forms.DateField(label=_("哪天同意"), required=False, widget=DayInput()),
    )


class ChildForm(Part):
    """One child."""

    name = Line(_("姓名"), widget=forms.TextInput({"data-known": "", "autocomplete": "off"}))
    sex = forms.ChoiceField(label=_("性别"), choices=Sex.choices, initial=Sex.UNKNOWN, required=False)
    age = forms.IntegerField(label=_("年龄"), required=False, widget=forms.TextInput({"inputmode": "numeric"}))
    school = Line(_("学校"))
    present_division = DivisionField(_("现在何处"), help_text=_("留空同上"))
    registered_division = DivisionField(_("户籍地"))
    tell_guardian = forms.BooleanField(label=_("可告知监护人"), initial=True, required=False)
    born_on = forms.DateField(label=_("出生日期"), required=False, widget=DayInput())
    id_number = Line(_("身份证号"), widget=forms.TextInput({"autocomplete": "off"}))
    lawful_basis = basis_field()
    consent_by, consent_how, consent_on = consent_fields()
    statuses = forms.MultipleChoiceField(
        label=_("儿童类别"), choices=ChildStatus.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def facts(self, place: Division | None) -> ChildFacts:
        """What was said of the child, who is where the matter is unless told otherwise."""
        typed = self.given("name", "sex", "age", "school", "registered_division", "born_on", "id_number", "statuses", *BASIS)
        present = self.cleaned_data.get("present_division") or place
        return ChildFacts(**typed, present_division=present, tell_guardian=bool(self.cleaned_data.get("tell_guardian")))


class PartyForm(Part):
    """One person concerned."""

    role = forms.ChoiceField(label=_("角色"), choices=PartyRole.choices, initial=PartyRole.SUSPECTED, required=False)
    name = Line(_("姓名"), widget=forms.TextInput({"autocomplete": "off"}))
    relation = Line(_("与儿童关系"), max_length=40)
    phone = Line(_("电话"), widget=forms.TextInput({"type": "tel", "autocomplete": "off"}))
    tell_guardian = forms.BooleanField(label=_("可告知监护人"), initial=True, required=False)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex.choices, initial=Sex.UNKNOWN, required=False)
    id_number = Line(_("身份证号"), widget=forms.TextInput({"autocomplete": "off"}))
    address = Line(_("地址"))
    lawful_basis = basis_field()
    consent_by, consent_how, consent_on = consent_fields()

    def facts(self) -> PersonFacts:
        """What was said of the person."""
        typed = self.given("name", "phone", "sex", "id_number", "address", *BASIS)
        return PersonFacts(**typed, tell_guardian=bool(self.cleaned_data.get("tell_guardian")))
