"""Questions about children and places."""

from datetime import date

from django.db.models import Q

from hutong.hotline.keys.fields import is_same
from hutong.hotline.network.models import Division
from hutong.hotline.people import rules
from hutong.hotline.people.models import Child


def similar_children(*, name: str, age: int | None = None) -> list[Child]:
    """Children known by this name, of about this age where both are known. None for an unknown name.

    Whom a person may be shown, the caller decides.
    """
    if not name:
        return []
    near = Q() if age is None else Q(age=None) | Q(age__range=(age - 1, age + 1))
    return [child for child in Child.objects.filter(near, name_index=name) if is_same(child.name, name)]


def standing(division: Division | None, *, on: date) -> Division | None:
    """The division, if it stands on that day. Raises Refusal for one that was abolished."""
    if division:
        successor = division.successor.full_name if division.successor else ""
        rules.check_standing(name=division.full_name, ended=bool(division.valid_to and division.valid_to <= on), successor=successor)
    return division


def place(division: Division | None, *, on: date) -> Division | None:
    """The division, if a child can be said to be there. Raises Refusal for one too wide, only a code, or abolished."""
    if division:
        rules.check_place(level=division.level, is_placeholder=division.is_placeholder)
    return standing(division, on=on)
