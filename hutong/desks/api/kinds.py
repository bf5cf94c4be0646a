"""How a request carries a thing of each type, and how the thing is found. A new verb needs no line here; only a new type does."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import PlainValidator, Strict, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import no_info_plain_validator_function

from hutong.desks import access
from hutong.hotline.assignments.models import ChildState
from hutong.hotline.cases.models import Case, Party, PartyRole, Phase
from hutong.hotline.cases.rules import NOT_THERE
from hutong.hotline.contacts import rules as contacts
from hutong.hotline.contacts.models import CallBack, Channel, WantsAnswer
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Office, Post, Staff
from hutong.hotline.people.models import Child, ConsentBy, ConsentHow, GuardianshipRisk, LawfulBasis, Sex, SuicideRisk
from hutong.hotline.replies.models import Answered, Satisfaction
from hutong.hotline.rulebook.models import Category, ChildStatus, Tier

M = TypeVar("M", bound=Model)
Labelled = Sequence[tuple[Any, str | Promise]]

UNKNOWN_OFFICE = Reason("unknown_office", _("没有这个机构，请核对编号或机构代码。"))
UNKNOWN_POST = Reason("unknown_post", _("本机构没有这个岗位，请核对编号。"))
UNKNOWN_STAFF = Reason("unknown_staff", _("没有这个人员，请核对编号或登录名。"))
NOT_IN_CASE = Reason("not_in_case", _("本案中没有这个人，请核对编号。"))


@dataclass(frozen=True)
class Asking:
    """Who asks, and about which case."""

    request: access.DeskRequest
    case: Case | None = None

    @property
    def post(self) -> Post:
        return self.request.post


# What JSON carries. Texts come as they are, half surrogates and all: what can be kept of them, the verbs say.


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise PydanticKnownError("string_type")


def _number(value: object) -> int:
    """A whole number as JSON has it: 4, and 4.0 too."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise PydanticKnownError("int_type")
    if not 0 <= value <= LARGEST_NUMBER:
        raise PydanticCustomError("out_of_range", "out of range")
    return int(value)


LARGEST_NUMBER = 2**31 - 1
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIRST_YEAR = 1900  # nothing that concerns a child today is older


def _read(kind: str, pattern: re.Pattern[str], read: Callable[[str], date]) -> Callable[[object], date]:
    def reader(value: object) -> date:
        try:
            found = read(value) if isinstance(value, str) and pattern.fullmatch(value) else None
        except ValueError:
            found = None
        if found is None or found.year < FIRST_YEAR:
            raise PydanticCustomError(kind, "impossible")
        return found

    return reader


Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]
Moment = Annotated[
    datetime, PlainValidator(_read("moment", RFC3339, datetime.fromisoformat)), WithJsonSchema({"type": "string", "format": "date-time"})
]
Day = Annotated[date, PlainValidator(_read("day", ISO_DAY, date.fromisoformat)), WithJsonSchema({"type": "string", "format": "date"})]
Number = Annotated[int, PlainValidator(_number), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER})]


def documented(choices: Labelled) -> dict[str, Any]:
    """What the document says of a text out of a table: its values, and what each means, in the reader's language."""
    labels = " · ".join(f"{value} {label}" for value, label in choices)
    return {"type": "string", "enum": [value for value, _label in choices], "description": labels}


@dataclass(frozen=True)
class OneOf:
    """Marks a text of a request that must be one of these."""

    choices: tuple[tuple[Any, str | Promise], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return documented(self.choices)

    def check(self, value: object) -> str:
        if isinstance(value, str) and value in dict(self.choices):
            return value
        raise PydanticCustomError("unknown_choice", "no such choice")


ARRIVING = [each for each in Channel.choices if each[0] not in contacts.TYPED]
# Texts that are one of a table's values, by the name that all verbs call them.
CHOICES: dict[str, Labelled] = {
    "channel": ARRIVING,
    **{
        name: kind.choices
        for name, kind in {
            "call_back": CallBack, "category": Category, "child_state": ChildState, "consent_by": ConsentBy, "consent_how": ConsentHow,
            "guardianship_risk": GuardianshipRisk,
            "lawful_basis": LawfulBasis, "outcome": Answered, "phase": Phase, "role": PartyRole, "satisfaction": Satisfaction,
            "sex": Sex, "statuses": ChildStatus, "suicide_risk": SuicideRisk, "tier": Tier, "wants_answer": WantsAnswer,
        }.items()
    },
}  # fmt: skip


# What is found in the records.


def _named(rows: QuerySet[M], name: str, field: str, unknown: Reason) -> M:
    """The row of this id, or of this name in a field."""
    try:
        which = Q(pk=UUID(name))
    except ValueError:
        which = Q(**{field: texts.storable(name).text})
    if found := rows.filter(which).first():
        return found
    raise Refusal(unknown)


def _division(asking: Asking, code: str) -> Division:
    return network.division_for(code, on=timezone.localdate())


def _office(asking: Asking, name: str) -> Office:
    return _named(network.offices(), name, "code", UNKNOWN_OFFICE)


def _post(asking: Asking, which: UUID) -> Post:
    return _named(network.posts_in_reach(asking.post), str(which), "pk", UNKNOWN_POST)


def _staff(asking: Asking, name: str) -> Staff:
    return _named(network.staff_in_reach(asking.post), name, "username", UNKNOWN_STAFF)


def _child(asking: Asking, which: UUID) -> Child:
    link = asking.case.child_links.select_related("child").filter(child=which).first() if asking.case else None
    if link is None:
        raise Refusal(NOT_IN_CASE)
    return link.child


def _party(asking: Asking, which: UUID) -> Party:
    party = asking.case.parties.select_related("person").filter(pk=which).first() if asking.case else None
    if party is None:
        raise Refusal(NOT_IN_CASE)
    return party


def _case(asking: Asking, name: str) -> Case:
    try:
        return access.case_named(asking.request, name)
    except Http404:
        raise Refusal(NOT_THERE) from None


def _itself(asking: Asking, value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """How JSON carries a thing, how the thing is found from that (raising Refusal), and what the document says of it."""

    shape: Any
    find: Callable[[Asking, Any], Any] = _itself
    says: str = ""


KINDS: dict[Any, Kind] = {
    str: Kind(Text),
    bool: Kind(Annotated[bool, Strict()]),
    int: Kind(Number),
    date: Kind(Day),
    datetime: Kind(Moment, says="RFC 3339, with its offset"),
    Iterable[str]: Kind(list[Text]),
    UUID: Kind(UUID, says="a name for this request: sent again, it is refused as done already"),
    Division: Kind(Text, _division, "code of a division, 2, 4, 6, 9 or 12 digits"),
    Office: Kind(Text, _office, "id or code of an office"),
    Post: Kind(UUID, _post, "id of a post of the sender's office"),
    Staff: Kind(Text, _staff, "id or sign-in of a person"),
    Child: Kind(UUID, _child, "id of a child of the case"),
    Party: Kind(UUID, _party, "id of a party of the case"),
    Case: Kind(Text, _case, "id or number of a case"),
}
