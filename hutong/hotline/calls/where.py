"""Where a number belongs: where its last report was, else by its area code. A mobile tells nothing, and then one asks.

029 serves two prefectures (西安, 咸阳) and says neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from hutong.hotline.cases import queries as cases
from hutong.hotline.contacts import queries as contacts
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Post

# Area code: division. The four municipalities and the pilot province; another province adds its own.
AREAS: Mapping[str, str] = {
    "010": "11", "021": "31", "022": "12", "023": "50",
    "0911": "6106", "0912": "6108", "0913": "6105", "0914": "6110", "0915": "6109", "0916": "6107", "0917": "6103", "0919": "6102",
}  # fmt: skip


@dataclass(frozen=True)
class Where:
    """A place, and whether somebody told it from this number before (else the number itself tells)."""

    division: Division
    is_told: bool


def of_number(number: str, by: Post) -> Where | None:
    """Where a number in normal form belongs, as far as this post may know."""
    told = cases.contacts_seen(by, contacts.earlier_contacts(by, phone=number)).exclude(place=None).first()
    if told and told.place:
        return Where(told.place, is_told=True)
    area, dash, _rest = number.partition("-")
    code = AREAS.get(area) if dash else None
    return Where(network.division_for(code, on=timezone.localdate()), is_told=False) if code else None
