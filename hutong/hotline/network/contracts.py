"""Questions about contracts: which office works by one, what it is given, which end soon."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from hutong.hotline.network.models import Contract, Office, OfficeKind, Post
from hutong.hotline.network.queries import at_or_below, stands

SOON = timedelta(days=30)
MAY_BE_OUTSOURCED = (OfficeKind.HOTLINE_CENTRE, OfficeKind.SHELTER, OfficeKind.SOCIAL_ORGANISATION)


def works_by_contract(office: Office) -> bool:
    """Whether an office is run by a purchased service or an entrusted organisation."""
    return office.is_outsourced or office.kind == OfficeKind.SOCIAL_ORGANISATION


def running(office: Office, *, on: date) -> QuerySet[Contract]:
    """The contracts by which an office works on a day."""
    return Contract.objects.filter(stands(on), office=office)


def given(office: Office, *, on: date) -> frozenset[str] | None:
    """The fields that an outsourced office is given; None for one that works in its own right."""
    if not works_by_contract(office):
        return None
    return frozenset(field for contract in running(office, on=on) for field in contract.given)


def of_office(office: Office) -> QuerySet[Contract]:
    """Every contract of an office, the latest first."""
    return office.contracts.select_related("orderer").order_by("-valid_to", "-valid_from")


def in_reach(by: Post) -> QuerySet[Contract]:
    """The contracts of the offices that an administrator keeps."""
    return Contract.objects.filter(office__in=at_or_below(by.office)).select_related("office", "orderer")


def ending(office: Office, *, on: date) -> QuerySet[Contract]:
    """The contracts below an office that end soon and have no successor, the first to end first."""
    next_one = Contract.objects.filter(office=OuterRef("office"), orderer=OuterRef("orderer"), valid_to__gt=OuterRef("valid_to"))
    near = Contract.objects.filter(stands(on), valid_to__lte=on + SOON, office__in=at_or_below(office))
    return near.exclude(Exists(next_one)).select_related("office", "orderer").order_by("valid_to")
