"""What the desk shows beside the sheet: who called before, and cases that may be the same matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import queries as contacts
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel import numbers
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Post

SHOWN = 6


@dataclass
class Known:
    """What is known already of a caller and a matter."""

    asked: bool = False
    earlier: list[Contact] = field(default_factory=list)
    same: list[tuple[Case, list[str]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How much is known."""
        return len(self.earlier) + len(self.same)

    @property
    def rows(self) -> tuple[list[Contact], list[Case]]:
        """The contacts and the cases that it names."""
        return self.earlier, [case for case, _shared in self.same]


def known(post: Post, *, phone: str, place: str, names: Iterable[str], at: datetime) -> Known:
    """Earlier contacts of this number and recent cases of the same child, number or place, in this centre. From what is typed so far."""
    number = _readable_number(phone)
    division = place_of(post, place, on=timezone.localdate(at))
    children = [name.strip() for name in names if name.strip()]
    if not (number or division or children):
        return Known()
    same = cases.likely_same(post, phone=number, place=division, names=children, at=at, most=SHOWN)
    return Known(True, list(cases.contacts_seen(post, contacts.earlier_contacts(post, phone=number))[:SHOWN]), same)


def taken_today(post: Post, at: datetime) -> list[Contact]:
    """What this person took today, the latest first; not what became a case that they may not see."""
    return list(cases.contacts_seen(post, contacts.taken_on(post, timezone.localdate(at)))[:SHOWN])


def case_to_join(post: Post, name: str) -> Case | None:
    """The centre's case of this number or id that the post may see."""
    try:
        found = cases.visible_to(post).filter(pk=UUID(name)).first()
    except ValueError:
        found = cases.by_number(post, name)
    return found if found and found.centre_id == post.office_id else None


def place_of(post: Post, text: str, *, on: date) -> Division | None:
    """The division that a text means, if it means one."""
    found = network.places(post, text, on=on)
    return found[0] if len(found) == 1 else None


def _readable_number(text: str) -> str:
    try:
        return numbers.telephone(text)
    except Refusal:
        return ""


def known_from(post: Post, data: Mapping[str, Any], *, at: datetime) -> Known:
    """What is known, by a sheet as typed: its number, its place and the names of its children."""
    names = [data[name] for name in data if name.startswith("children-") and name.endswith("-name")]
    return known(post, phone=data.get("phone", ""), place=data.get("place", ""), names=names, at=at)
