"""What answers say of a case, and to whom how much. Only what is listed here leaves; never who reported."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from pydantic import AfterValidator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from hutong.desks.api.kinds import Labelled, documented
from hutong.hotline.assignments.models import ChildState, Kind, State, TransferState
from hutong.hotline.cases import queries, rules
from hutong.hotline.cases.models import Case, PartyRole, Phase, Resolution, Stage
from hutong.hotline.cases.sight import Sight, section_of
from hutong.hotline.contacts.models import CallBack, Channel
from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.network.models import Post, Role
from hutong.hotline.people.models import GuardianshipRisk, LawfulBasis, Sex, SuicideRisk
from hutong.hotline.rulebook.models import Category, Tier, Unit


def coded(choices: Labelled) -> Any:
    """A text out of a table."""

    def say(schema: dict[str, Any]) -> None:
        said = documented(choices)
        if schema.pop("anyOf", None):
            said |= {"type": ["string", "null"], "enum": [*said["enum"], None]}
        schema.update(said)

    return Field(json_schema_extra=say)


def _none(value: object) -> object:
    return None if value == "" else value


At = Annotated[datetime, AfterValidator(timezone.localtime)]  # always in one form, whatever it was read as
Said = Annotated[str, BeforeValidator(str)]  # a sentence, in the asker's language
MaybeText = Annotated[str | None, BeforeValidator(_none)]


ANYBODY = Sight(frozenset({"other"}), "handling")


def sight_in(info: ValidationInfo) -> Sight:
    """Whose sight a record is read with; nobody's in particular where none is given."""
    return info.context["sight"] if info.context else ANYBODY


def shown(field: str, section: str = "") -> BeforeValidator:
    """A text as the table of sight shows it: of this section, or of that of the person who is read."""

    def show(value: Any, info: ValidationInfo) -> Any:
        return sight_in(info).shown(section or (info.context or {}).get("section", "child"), field, value)

    return BeforeValidator(show)


def whole_or(nothing: Any, field: str, section: str = "") -> BeforeValidator:
    """A value that has no part: all of it where the table shows it plainly, else nothing."""

    def show(value: Any, info: ValidationInfo) -> Any:
        return value if sight_in(info).is_plain(section or (info.context or {}).get("section", "child"), field) else nothing

    return BeforeValidator(show)


class Shape(BaseModel):
    """Read from a record, field by field of the same name."""

    model_config = ConfigDict(from_attributes=True)


class PlaceShape(Shape):
    code: str
    name: str = Field(validation_alias="full_name")


class OfficeShape(Shape):
    id: UUID
    code: str
    name: str


class PostShape(Shape):
    id: UUID
    name: str = Field(validation_alias=AliasPath("staff", "name"))
    role: str = coded(Role.choices)


class CaseLine(Shape):
    """A case in a list."""

    id: UUID
    number: str
    title: str
    stage: str = coded(Stage.choices)
    tier: str = coded(Tier.choices)
    category: MaybeText = coded(Category.choices)
    phase: str = coded(Phase.choices)
    place: PlaceShape | None
    centre: OfficeShape
    lead: OfficeShape
    holder: OfficeShape
    opened_at: At
    stage_since: At
    due_at: At | None
    missed_at: At | None
    closed_at: At | None
    resolution: MaybeText = coded(Resolution.choices)
    version: int


class Deadline(Shape):
    """The running deadline, and the limit it came from."""

    started_at: At
    due_at: At
    amount: int = Field(validation_alias=AliasPath("limit", "amount"))
    unit: str = coded(Unit.choices)
    missed_at: At | None


class HumanShape(Shape):
    """What is known of a human being, each value as the table of sight shows it; a key of software never asks for more."""

    id: UUID
    name: Annotated[str, shown("name")]
    sex: str = coded(Sex.choices)
    born_on: Annotated[date | None, whole_or(None, "born_on")]
    phone: Annotated[str, shown("phone")]
    id_number: Annotated[str, shown("id_number")]
    id_number_verified: bool
    address: Annotated[str, shown("address")]
    lawful_basis: str = coded(LawfulBasis.choices)
    tell_guardian: bool


class ChildShape(HumanShape):
    age: int | None
    statuses: Annotated[list[str], whole_or([], "statuses", "health")]
    school: Annotated[str, shown("school")]
    present_division: PlaceShape | None
    registered_division: PlaceShape | None
    guardianship_risk: str = coded(GuardianshipRisk.choices)
    suicide_risk: Annotated[str | None, whole_or(None, "suicide_risk", "health")] = coded(SuicideRisk.choices)


class PartyShape(Shape):
    id: UUID
    role: str = coded(PartyRole.choices)
    relation: str
    person: HumanShape


class Report(Shape):
    """What was told, and how it came; never by whom."""

    channel: str = coded(Channel.choices)
    received_at: At
    narrative: Annotated[str, shown("text", "narrative")]


class Part(Shape):
    """A part of the case that was given to an office."""

    office: OfficeShape
    kind: str = coded(Kind.choices)
    state: str = coded(State.choices)
    request: Annotated[str, shown("text", "narrative")]
    report: Annotated[str, shown("text", "narrative")]
    child_state: MaybeText = coded(ChildState.choices)
    given_at: At
    accepted_at: At | None
    ended_at: At | None
    worker: PostShape | None


class OpenTransfer(Shape):
    sender: OfficeShape
    receiver: OfficeShape
    decider: OfficeShape
    state: str = coded(TransferState.choices)
    reason: Annotated[str, shown("text", "narrative")]
    proposed_at: At


def _done(action: str) -> str:
    return str(rules.ACTIONS[action].done)


class Happening(Shape):
    """One thing that happened to the case. `seq` is the case's version after it."""

    seq: int
    at: At
    action: str
    label: Annotated[str, AfterValidator(_done)] = Field(validation_alias="action")
    by: PostShape | None
    office: OfficeShape | None
    stage_before: MaybeText = coded(Stage.choices)
    stage_after: str = coded(Stage.choices)
    text: str

    @field_validator("text")
    @classmethod
    def as_read(cls, text: str, info: ValidationInfo) -> str:
        """What the event says to who reads it."""
        return sight_in(info).words(info.data["action"], text)


class Why(Shape):
    """Why an action is not open."""

    code: str
    sentence: Said
    remedy: Said


class Offer(BaseModel):
    """An action that this post has on the case: open now, or not and why."""

    code: str
    label: str
    asks: str = Field(description="what `text` must say; empty where a remark is welcome")
    why_not: Why | None


class WholeCase(CaseLine):
    """A case with all that this post may know of it."""

    plan: str
    place_text: str
    call_back: str = coded(CallBack.choices)
    worker: PostShape | None
    deadline: Deadline | None
    returns: int
    lower_to: MaybeText = coded(Tier.choices)
    extension_days: int | None
    reports: list[Report]
    children: list[ChildShape]
    parties: list[PartyShape]
    parts: list[Part]
    transfer: OpenTransfer | None
    story: list[Happening]
    actions: list[Offer]


OWN = ("plan", "place_text", "call_back", "worker", "deadline", "returns", "lower_to", "extension_days")


def whole(case: Case, post: Post, *, leave_out: frozenset[str]) -> WholeCase:
    """A case as this post may know it, but for some of the actions. A constant number of queries."""
    now = queries.situation(case, post)
    sight = queries.sight_of(now, post)
    context = {"sight": sight}
    reports = case.contact_links.select_related("contact").order_by("at", "pk")
    parties = case.parties.select_related("person").order_by("pk")
    parts = case.assignments.select_related("office", "worker__staff").order_by("given_at", "pk")
    transfer = case.transfers.select_related("sender", "receiver", "decider").filter(state__in=("proposed", "settled")).first()
    own = {name: getattr(case, name) for name in OWN}
    own |= {"place_text": sight.shown("child", "address", case.place_text), "plan": sight.shown("narrative", "text", case.plan)}
    return WholeCase(
        **dict(CaseLine.model_validate(case)),
        **own,
        reports=[Report.model_validate(link.contact, context=context) for link in reports],
        children=[ChildShape.model_validate(child, context=context) for child in queries.children_of(case)],
        parties=[PartyShape.model_validate(party, context=context | {"section": section_of(party.role)}) for party in parties],
        parts=[Part.model_validate(part, context=context) for part in parts],
        transfer=OpenTransfer.model_validate(transfer, context=context) if transfer else None,
        story=[Happening.model_validate(event, context=context) for event in queries.story(case)],
        actions=[offer(action, reason) for action, reason in rules.offers(now) if action.code not in leave_out],
    )


def offer(action: rules.Action, reason: Reason | None) -> Offer:
    """An action and, where it is not open, why."""
    why_not = Why.model_validate(reason) if reason else None
    return Offer(code=action.code, label=str(action.label), asks=str(action.asks), why_not=why_not)
