"""Contacts that another system sends, and what became of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Header, Router, Status
from pydantic import BaseModel, Field

from hutong.desks import access
from hutong.desks.api.answers import operation
from hutong.desks.api.bodies import Body, body_of, carries
from hutong.desks.api.kinds import Asking
from hutong.desks.api.shapes import At, MaybeText, OfficeShape, coded
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import actions, queries
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import Contact, NotACase, Outcome
from hutong.hotline.kernel import wall
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Office, OfficeKind, Post

router = Router(tags=["contacts"])
NO_CENTRE = Reason("no_centre", _("不知道该由哪个热线中心受理。"), _("请在 place 写明儿童所在的区县；那里须已设热线中心。"))


class Receipt(BaseModel):
    """The contact is kept, and waits for a person at the centre until `due_at`."""

    id: UUID
    centre: OfficeShape
    received_at: At
    due_at: At | None
    remarks: dict[str, str] = Field(description="what was kept otherwise than it was sent, by field")


class Became(BaseModel):
    """What became of a contact; of its case no more than that it exists, was answered and was closed."""

    id: UUID
    centre: OfficeShape
    received_at: At
    outcome: str = coded(Outcome.choices)
    not_a_case: MaybeText = coded(NotACase.choices)
    case_number: str | None
    answered_at: At | None = Field(description="when the centre answered the reporter")
    closed_at: At | None


@router.post("/contacts", **operation("create_contact", _("登记来访"), (200, Receipt), (201, Receipt)))
@carries(body_of("ContactBody", actions.receive))
def create(
    request: access.DeskRequest,
    body: Body,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=100, pattern="^[ -~]+$")],
) -> Status[Receipt]:
    """The same key with the same body is the same contact (200 instead of 201); with another body it is refused."""
    at = timezone.now()
    with body.naming_fields():
        told = body.told(Asking(request))
        centre = _centre(request.post, told.get("place"), at)
        if (reporter := told.get("reporter")) is not None:
            told["reporter"] = ReporterFacts(**reporter)
        contact, is_new = actions.receive(centre=centre, idempotency_key=idempotency_key, by=request.post, at=at, **told)
    receipt = Receipt(
        id=contact.pk,
        centre=OfficeShape.model_validate(contact.centre),
        received_at=contact.received_at,
        due_at=contact.due_at,
        remarks=body.remarks(at=at),
    )
    return Status(201 if is_new else 200, receipt)


def _centre(post: Post, place: Division | None, at: datetime) -> Office:
    """地市级受理: the sender itself where it is a centre, else the centre of the place, or of the sender's own place."""
    if post.office.kind == OfficeKind.HOTLINE_CENTRE:
        return post.office
    code = place.code if place else post.office.division_id
    centre = network.centre_for(code, on=timezone.localdate(at)) if code else None
    if centre is None:
        raise Refusal.at("place", NO_CENTRE)
    return centre


@router.get("/contacts/{uuid:contact_id}", **operation("read_contact", _("来访的结果"), (200, Became)))
def read(request: access.DeskRequest, contact_id: UUID) -> Became:
    """For the office that sent it and the centre that took it; not for one that must keep away from the case, nor at the centre for who
    is not let in to a restricted one."""
    wall.look_across("contact", contact_id)
    contact = access.reached(request, _told_to(request.post), contact_id)
    access.looked(request, subject="contact", subject_id=contact.pk)
    case: Case | None = contact.link.case if hasattr(contact, "link") else None
    return Became(
        id=contact.pk,
        centre=OfficeShape.model_validate(contact.centre),
        received_at=contact.received_at,
        outcome=contact.outcome,
        not_a_case=contact.not_a_case,
        case_number=case.number if case else None,
        answered_at=case.replied_at if case else None,
        closed_at=case.closed_at if case else None,
    )


def _told_to(post: Post) -> QuerySet[Contact]:
    recused = Q(link__case__recusals__office=post.office_id) | Q(link__case__recusals__staff=post.staff_id)
    told = queries.told_to(post).exclude(recused)
    return told.filter(Q(sender=post.office_id) | Q(pk__in=cases.contacts_seen(post, told).values("pk")))
