"""The intake sheet on paper: the same fields and words, drawn from the same forms, with a number on each slip."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.parts import ChildForm, PartyForm
from hutong.desks.operator.forms import TIER_MEANING, Matter
from hutong.hotline.cases.actions.opening import LETTERS
from hutong.hotline.contacts.models import NotACase, Outcome
from hutong.hotline.network.models import Office
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Tier

STYLES = "<!-- styles -->"  # where those of a file go, which has none beside it
AT_ONCE = 10  # slips of one printing
ROWS = 2  # of children, and of people, on one slip
# The parts of a slip, in the order of the sheet; "" of a line of its own.
MATTER: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("反映内容"), ("channel", "received_at", "narrative", "answer", "place", "place_text")),
    (_("报告人"), ("phone", "relation", "is_anonymous", "name", "id_number", "wants_answer", "call_back")),
)
CHILD = ("name", "sex", "age", "school", "present_division", "registered_division", "id_number", "tell_guardian")
PARTY = ("role", "name", "relation", "phone", "address", "tell_guardian")
RECUSAL = ("recusal_office", "recusal_reason")


@dataclass(frozen=True)
class Blank:
    """One field on paper: what is asked, boxes to tick where there is a choice, and whether it takes a whole block."""

    label: str | Promise
    choices: tuple[str | Promise, ...] = ()
    is_long: bool = False


def blank(field: forms.Field) -> Blank:
    """A field of a form as it stands on paper."""
    if isinstance(field, forms.BooleanField):
        return Blank(field.label or "", (_("是"), _("否")))
    choices = tuple(label for value, label in getattr(field, "choices", ()) if value)
    return Blank(field.label or "", choices, isinstance(field.widget, forms.Textarea) and field.widget.attrs.get("rows", 1) > 1)


def _blanks(form: type[forms.Form], names: tuple[str, ...]) -> list[Blank]:
    return [blank(form.base_fields[name]) for name in names]


@cache
def _body(_language: str) -> SafeString:
    """What is alike on every slip, drawn once for each language."""
    return render_to_string(
        "operator/_slip.html",
        {
            "parts": [(title, _blanks(Matter, names)) for title, names in MATTER],
            "people": [(_("儿童"), _blanks(ChildForm, CHILD)), (_("相关人员"), _blanks(PartyForm, PARTY))],
            "rows": range(ROWS),
            "recusal": _blanks(Matter, RECUSAL),
            "tiers": [(tier.value, tier.label, TIER_MEANING[tier]) for tier in Tier],
            "ends": [Outcome.CASE_OPENED.label, Outcome.CASE_ADDED.label, Outcome.ANSWERED.label, *(each.label for each in NotACase)],
        },
    )


def context(office: Office, *, at: datetime) -> dict[str, Any]:
    """What the template is given: a printing of its own, so that no number is ever printed twice."""
    batch = "".join(secrets.choice(LETTERS) for _letter in range(3))
    return {
        "office": office,
        "printed_at": at,
        "numbers": [f"{batch}-{number:02}" for number in range(1, AT_ONCE + 1)],
        "body": _body(translation.get_language()),
        "questions": [each.text for each in rulebook.questions_for(division_code=office.division_id, at=at) if not each.category],
    }


def page(office: Office, *, at: datetime, styles: str) -> str:
    """The same as one file, which a browser prints when nothing runs."""
    with translation.override(settings.LANGUAGE_CODE):
        text = render_to_string("operator/paper.html", {**context(office, at=at), "is_file": True})
    return text.replace(STYLES, f"<style>{styles}</style>")
