"""The forms by which children and other people are added to a case, and what is kept of them is put right."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desks.cases.asked import Asked, kept
from hutong.desks.components.parts import ChildForm, PartyForm
from hutong.hotline.cases import looks, queries, sight
from hutong.hotline.cases.models import PartyRole
from hutong.hotline.people import actions as people
from hutong.hotline.people.models import Child, Person
from hutong.hotline.verbs import VERBS

ELSEWHERE = {"statuses": "health"}  # fields that stand in another section of the table of sight than the person's own


class Known:
    """A form over somebody who is known: what one may not see whole is not filled in, and stays as it is where it is left blank."""

    asked: Asked
    fields: dict[str, forms.Field]
    initial: Any
    cleaned_data: dict[str, Any]

    def fill_in(self, human: Child | Person, section: str, **more: Any) -> None:
        """Show what is known, as far as this person sees it."""
        known = {name: getattr(human, name) for name in self.fields if hasattr(human, name)}
        within = {name: ELSEWHERE.get(name, section) for name in known}
        self.masked = {
            name: value for name, value in known.items()
            if value and (within[name], name) in sight.TABLE and not self.asked.sight.is_plain(within[name], name)
        }  # fmt: skip
        for name, value in self.masked.items():
            said = value.isoformat() if isinstance(value, date) else str(value)
            self.fields[name].help_text = kept(self.asked.sight, within[name], name, said)
        self.initial = {name: value for name, value in known.items() if name not in self.masked} | more

    def keep(self) -> None:
        """What was left blank because it was not shown stays."""
        for name, value in self.masked.items():
            self.cleaned_data[name] = self.cleaned_data.get(name) or value


class ChildDeed(ChildForm):
    """A child more, or what is known of one."""

    def __init__(self, asked: Asked, data: Any = None, **kwargs: Any) -> None:
        self.asked = asked
        super().__init__(data, post=asked.post, **kwargs)


class AddChild(ChildDeed):
    """One more child. Where one of that name is known already, the person says whether it is the same."""

    same_as = forms.ChoiceField(label=_("是不是已登记过的这个孩子"), required=False, widget=forms.RadioSelect)

    def add_fields(self) -> None:
        self.known = {str(each.pk): each for each in self._known()}
        if not self.known:
            del self.fields["same_as"]
            return
        field = self.fields["same_as"]
        field.choices = [*((pk, _who(each)) for pk, each in self.known.items()), ("new", _("不是，另一个孩子"))]  # type: ignore[attr-defined]
        field.required = True
        self.order_fields(["same_as"])

    def _known(self) -> list[Child]:
        """Sought by the whole name alone; who was found is a line of the log."""
        name = str(self.data.get("name") or "").strip() if self.is_bound else ""
        found = queries.children_known(self.asked.post, name=name, other_than=self.asked.case)
        if found:
            looks.found_by_name(found, by=self.asked.post, at=self.asked.at)
        return found

    def carry_out(self, **given: Any) -> None:
        """Link the child, or write down a new one. Raises Refusal."""
        case, post, at = self.asked.case, self.asked.post, self.asked.at
        with transaction.atomic():
            same = self.known.get(self.cleaned_data.get("same_as", ""))
            child = same or people.remember_child(self.facts(case.place), by=post, at=at)
            VERBS["add_child"](case.pk, child=child, by=post, at=at, **given)


class ChangeChild(Known, ChildDeed):
    """What is kept of one of the children."""

    which = forms.CharField(widget=forms.HiddenInput)

    def add_fields(self) -> None:
        children = queries.children_of(self.asked.case)
        asked = self.data.get("which") or self.initial.get("which")
        self.child = next((each for each in children if str(each.pk) == str(asked)), None) or children.first()
        if self.child:
            self.fill_in(self.child, "child", which=str(self.child.pk))

    def carry_out(self, **given: Any) -> None:
        """Correct it. Raises Refusal."""
        self.keep()
        VERBS["change_child"](
            self.asked.case.pk, child=self.child, facts=self.facts(None), by=self.asked.post, at=self.asked.at, **given
        )  # fmt: skip


class AddParty(PartyForm):
    """One more person concerned."""

    def __init__(self, asked: Asked, data: Any = None, **kwargs: Any) -> None:
        self.asked = asked
        super().__init__(data, post=asked.post, **kwargs)

    def carry_out(self, **given: Any) -> None:
        """Write the person down and link them. Raises Refusal."""
        case, post, at, said = self.asked.case, self.asked.post, self.asked.at, self.cleaned_data
        with transaction.atomic():
            person = people.remember_person(self.facts(), by=post, at=at)
            role = said.get("role") or PartyRole.WITNESS
            VERBS["add_party"](case.pk, person=person, role=role, relation=said.get("relation", ""), by=post, at=at, **given)


class ChangeParty(Known, AddParty):
    """What is kept of one of the people concerned."""

    which = forms.CharField(widget=forms.HiddenInput)

    def add_fields(self) -> None:
        del self.fields["role"]
        parties = self.asked.case.parties.select_related("person").order_by("pk")
        asked = self.data.get("which") or self.initial.get("which")
        self.party = next((each for each in parties if str(each.pk) == str(asked)), None) or parties.first()
        if self.party:
            section = sight.section_of(self.party.role)
            self.fill_in(self.party.person, section, relation=self.party.relation, which=str(self.party.pk))

    def carry_out(self, **given: Any) -> None:
        """Correct it. Raises Refusal."""
        self.keep()
        VERBS["change_party"](
            self.asked.case.pk, party=self.party, facts=self.facts(), relation=self.cleaned_data.get("relation", ""),
            by=self.asked.post, at=self.asked.at, **given,
        )  # fmt: skip


OWN_FORMS: Mapping[str, Any] = {"add_child": AddChild, "change_child": ChangeChild, "add_party": AddParty, "change_party": ChangeParty}


def _who(child: Child) -> str:
    age = " · " + gettext("{age} 岁").format(age=child.age) if child.age is not None else ""
    place = f" · {child.present_division.full_name}" if child.present_division else ""
    return f"{child}{age}{place}"
