"""The people of a case as one person sees them: every value as the table of sight shows it, and where one asks for the rest."""

from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from hutong.desks.cases import wording
from hutong.hotline.cases.models import Event, Party
from hutong.hotline.cases.sight import Sight, section_of
from hutong.hotline.contacts.models import Contact, Reporter
from hutong.hotline.holds.models import PersonHold
from hutong.hotline.kernel import masks
from hutong.hotline.people.models import Child, Person

OF_A_CHILD = ("name", "born_on", "phone", "address", "school", "id_number")
OF_A_PERSON = ("name", "phone", "address", "id_number")
OF_A_REPORTER = ("name", "phone")


@dataclass(frozen=True)
class Value:
    """What stands there of a value, and the address at which one says why one wants the rest; empty where that is not open."""

    text: str
    ask: str = ""


def value(sight: Sight, case_id: UUID, section: str, field: str, of: UUID, said: object) -> Value:
    """A field of somebody (`of`) as the table shows it."""
    whole = str(said or "")
    asks = bool(whole) and sight.may_ask(section, field)
    return Value(sight.shown(section, field, whole), reverse("cases:reveal", args=[case_id, section, field, of]) if asks else "")


def child(known: Child, sight: Sight, case_id: UUID) -> Child:
    """A child as shown: `seen` holds the values of whom one may not see all."""
    shown: Any = copy(known)
    shown.seen = {field: value(sight, case_id, "child", field, known.pk, getattr(known, field)) for field in OF_A_CHILD}
    shown.name = sight.called("child", known.name)
    for field, said in (("suicide_risk", known.get_suicide_risk_display()), ("statuses", known.statuses)):
        plain = sight.is_plain("health", field)
        shown.seen[field] = Value(str(said) if plain else "", "" if plain else value(sight, case_id, "health", field, known.pk, said).ask)
    shown.statuses = known.statuses if sight.is_plain("health", "statuses") else []
    return shown  # type: ignore[no-any-return]


def party(known: Party, sight: Sight) -> Person:
    """A person concerned, as shown."""
    shown: Any = copy(known.person)
    section = section_of(known.role)
    shown.seen = {field: value(sight, known.case_id, section, field, known.pk, getattr(known.person, field)) for field in OF_A_PERSON}
    shown.name = sight.called(section, known.person.name)
    return shown  # type: ignore[no-any-return]


def reporter(contact: Contact, sight: Sight, case_id: UUID) -> dict[str, Any] | None:
    """Who reported, as shown; None where nobody is known of."""
    known: Reporter | None = getattr(contact, "reporter", None)
    if known is None:
        return None
    seen = {field: value(sight, case_id, "reporter", field, contact.pk, getattr(known, field)) for field in OF_A_REPORTER}
    sees = any(each.text for each in seen.values()) or sight.is_plain("reporter", "name")
    return {"seen": seen, "sees": sees, "called": sight.called("reporter", known.name), "known": known}


def told(event: Event, sight: Sight, names: dict[str, str]) -> tuple[Event, str | Promise, list[tuple[str | Promise, str]], str]:
    """An event as this person reads it: what was done, its particulars, and its words, or that they are for others."""
    shown = copy(event)
    shown.detail = sight.particulars(event.detail)
    words = sight.words(event.action, event.text)
    return event, wording.done(event), wording.particulars(shown, names), words if words == event.text else str(wording.FOR_OTHERS)


def on_hold(hold: PersonHold) -> str:
    """张* · 2017-**-** · 6101**********0011: enough to know them by again."""
    born_on = masks.day(hold.born_on.isoformat()) if hold.born_on else ""
    return " · ".join(filter(None, (masks.name(hold.name), born_on, masks.identity_number(hold.id_number))))
