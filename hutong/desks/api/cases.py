"""Cases as a post may see them: a list to page through, and each with all that the post may know of it."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.errors import ValidationError
from pydantic import BaseModel, Field

from hutong.desks import access
from hutong.desks.api.actions import ON_SCREEN_ONLY
from hutong.desks.api.answers import operation
from hutong.desks.api.kinds import Moment, OneOf, Text
from hutong.desks.api.shapes import CaseLine, WholeCase, whole
from hutong.hotline.cases import queries, searching
from hutong.hotline.cases.models import Case, Stage
from hutong.hotline.rulebook.models import Tier

router = Router(tags=["cases"])
ON_A_PAGE = 50


def not_null(schema: dict[str, Any]) -> None:
    """An address carries no null: a filter is there or not."""
    schema.update(schema.pop("anyOf")[0])


class Filters(BaseModel):
    """Which cases: those to which all of it applies."""

    stage: Annotated[str, OneOf(tuple(Stage.choices))] = ""
    tier: Annotated[str, OneOf(tuple(Tier.choices))] = ""
    due_before: Moment | None = Field(None, json_schema_extra=not_null)
    updated_after: Moment | None = Field(None, description="something happened to the case after this moment", json_schema_extra=not_null)
    q: Text = Field("", description="words that the case holds, and its number")
    cursor: UUID | None = Field(None, description="`next` of the page before", json_schema_extra=not_null)


class Page(BaseModel):
    """Cases, the newest first. `next` is the cursor of the next page; none on the last."""

    cases: list[CaseLine]
    next: UUID | None


@router.get("/cases", **operation("list_cases", _("个案列表"), (200, Page)))
def listed(request: access.DeskRequest, filters: Annotated[Filters, Query()]) -> Page:
    """The cases that the post may see. The log keeps which were handed out."""
    found = list(_chosen(request, filters).order_by("-pk")[: ON_A_PAGE + 1])
    page, more = found[:ON_A_PAGE], found[ON_A_PAGE:]
    access.shown(request, page)
    return Page(cases=[CaseLine.model_validate(case) for case in page], next=page[-1].pk if more else None)


# What each filter asks of a case.
ASKS: dict[str, Callable[[Any], Q]] = {
    "stage": lambda stage: Q(stage=stage),
    "tier": lambda tier: Q(tier=tier),
    "due_before": lambda moment: Q(due_at__lt=moment),
    "updated_after": lambda moment: Q(queries.changed_after(moment)),
    "cursor": lambda last: Q(pk__lt=last),
}


def _chosen(request: access.DeskRequest, filters: Filters) -> QuerySet[Case]:
    if unknown := set(request.GET) - Filters.model_fields.keys():
        raise ValidationError([{"loc": ("query", name), "type": "extra_forbidden"} for name in sorted(unknown)])
    asked = [ASKS[name](value) for name, value in filters.model_dump(exclude_unset=True, exclude={"q"}).items()]
    return queries.with_offices(searching.search(request.post, filters.q)).filter(*asked)


@router.get("/cases/{uuid:case_id}", **operation("read_case", _("个案"), (200, WholeCase)))
def read(request: access.DeskRequest, case_id: UUID) -> WholeCase:
    """A case, with the actions open to this post now and why others are not. The look is recorded; who reported is never shown."""
    return whole(access.case_for(request, case_id), request.post, leave_out=ON_SCREEN_ONLY)
