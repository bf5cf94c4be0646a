"""The actions on a case: one address for each row of the stage table, with the body that its verb asks for."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel, Field

from hutong.desks import access
from hutong.desks.api.answers import operation
from hutong.desks.api.bodies import Body, body_of, carries
from hutong.desks.api.kinds import Asking
from hutong.desks.api.shapes import At, coded
from hutong.hotline.cases.models import Stage
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.network.models import Post
from hutong.hotline.people import actions as people
from hutong.hotline.people.actions import ChildFacts, PersonFacts
from hutong.hotline.people.models import Child, Person
from hutong.hotline.rulebook.models import Tier
from hutong.hotline.verbs import VERBS

router = Router(tags=["actions"])

# What a psychologist writes is typed by the psychologist, on screen; software has nothing of the kind to say.
ON_SCREEN_ONLY = frozenset({"psychology_note"})
CODES = tuple(code for code in VERBS if code not in ON_SCREEN_ONLY)

# Who is added to a case is described, and then remembered; who is on it already is pointed at.
DESCRIBED = ((Child, ChildFacts), (Person, PersonFacts))
REMEMBER: dict[str, tuple[Any, Any]] = {"child": (ChildFacts, people.remember_child), "person": (PersonFacts, people.remember_person)}


class Done(BaseModel):
    """Where the case stands after the deed. `version` is what the next action has `seen`."""

    id: UUID
    number: str
    version: int
    stage: str = coded(Stage.choices)
    tier: str = coded(Tier.choices)
    due_at: At | None
    remarks: dict[str, str] = Field(description="what was kept otherwise than it was sent, by field")


def body_for(code: str) -> type[Body]:
    """The body of an action."""
    name = "".join(word.title() for word in code.split("_"))
    return body_of(f"{name}Body", VERBS[code], DESCRIBED if code.startswith("add_") else ())


def _act(request: access.DeskRequest, code: str, case_id: UUID, body: Body) -> Done:
    at = timezone.now()
    case = access.case_for(request, case_id)
    with body.naming_fields():
        told = body.told(Asking(request, case))
        with transaction.atomic():
            done = VERBS[code](case.pk, by=request.post, at=at, **_settled(told, request.post, at))
    after = getattr(done, "case", done)
    stands = {name: getattr(after, name) for name in ("number", "version", "stage", "tier", "due_at")}
    return Done(id=case.pk, remarks=body.remarks(at=at), **stands)


def _settled(told: dict[str, Any], by: Post, at: datetime) -> dict[str, Any]:
    """Somebody new is remembered; of somebody known, what is not told stays as it is kept."""
    for name, value in told.items():
        if name in REMEMBER and isinstance(value, dict):
            facts, remember = REMEMBER[name]
            told[name] = remember(facts(**value), by=by, at=at)
    if "facts" in told:
        told["facts"] = _facts(told["child"] if "child" in told else told["party"].person, told["facts"])
    return told


def _facts(kept: Child | Person, told: dict[str, Any]) -> PersonFacts:
    kind = ChildFacts if isinstance(kept, Child) else PersonFacts
    return kind(**{fact.name: getattr(kept, fact.name) for fact in fields(kind)} | told)


def _operation(code: str) -> Callable[..., Done]:
    @carries(body_for(code))
    def act(request: access.DeskRequest, case_id: UUID, body: Body) -> Done:
        return _act(request, code, case_id, body)

    return act


for _code in CODES:
    _named = operation(f"act_{_code}", ACTIONS[_code].label, (200, Done), description=inspect.getdoc(VERBS[_code]), url_name=f"act_{_code}")
    router.post(f"/cases/{{uuid:case_id}}/actions/{_code}", **_named)(_operation(_code))
