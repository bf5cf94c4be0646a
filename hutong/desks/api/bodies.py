"""The body of a request, derived from the verb that it calls: each argument is a field, each table of facts an object."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, create_model

from hutong.desks.api.kinds import CHOICES, KINDS, Asking, Kind, OneOf
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.kernel import numbers, texts
from hutong.hotline.kernel.faults import TO_MEND
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people.actions import ChildFacts, PersonFacts

GIVEN_BY_US = frozenset({"case_id", "by", "at", "centre", "idempotency_key"})
FACTS = (ReporterFacts, PersonFacts, ChildFacts)
NEVER_NULL = frozenset({"seen"})  # a verb takes none as "do not look"; a request may not ask for that
SAYS = {"seen": "the case's version that the sender has seen; where it is not the last, nothing is done, and what happened since is told"}

Deed = Callable[..., Any]
Told = Mapping[Any, type]  # the type of an argument -> the facts that the request carries in its place


class Body(BaseModel):
    """What a request carries. A field that nobody knows is refused, so that a slip of the pen is not silently dropped."""

    model_config = ConfigDict(extra="forbid")
    kinds: ClassVar[dict[str, Kind]] = {}

    def told(self, asking: Asking) -> dict[str, Any]:
        """What the sender told, and only that, each thing found in the records. Raises one Refusal for all that was not found."""
        found, refusals = {}, {}
        for name in sorted(self.model_fields_set):
            value = getattr(self, name)
            try:
                found[name] = None if value is None else self.kinds[name].find(asking, value)
            except Refusal as refusal:
                refusals[name] = refusal
        if refusals:
            reasons = [refusal.reason for refusal in refusals.values()]
            raise Refusal(reasons[0] if len(reasons) == 1 else TO_MEND, fields=_outward(refusals))
        return found

    @contextmanager
    def naming_fields(self) -> Iterator[None]:
        """A refusal names its fields as the body nests them: a reporter's phone is reporter.phone."""
        nests = {inner: name for name, part in self if isinstance(part, Body) for inner in type(part).model_fields}
        try:
            yield
        except Refusal as refusal:
            own = type(self).model_fields
            fields = {name if name in own or name not in nests else f"{nests[name]}.{name}": why for name, why in refusal.fields.items()}
            raise Refusal(refusal.reason, fields=fields, changes=refusal.changes) from None

    def remarks(self, *, at: datetime) -> dict[str, str]:
        """What was kept otherwise than it was sent, by field: characters that cannot be stored, a wrong check digit."""
        found: dict[str, str] = {}
        for name, value in self:
            if isinstance(value, Body):
                found |= {f"{name}.{inner}": remark for inner, remark in value.remarks(at=at).items()}
            elif isinstance(value, str):
                number = numbers.identity_number(value, on=timezone.localdate(at)).remark if name == "id_number" else ""
                found[name] = texts.storable(value).remark or number
        return {name: remark for name, remark in found.items() if remark}


def carries(body: type[Body]) -> Callable[[Deed], Deed]:
    """Marks an operation whose `body` is of this shape."""

    def mark(operation: Deed) -> Deed:
        operation.__annotations__["body"] = body
        return operation

    return mark


def _outward(refusals: Mapping[str, Refusal]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, refusal in refusals.items():
        fields |= {f"{name}.{inner}": why for inner, why in refusal.fields.items()} or {name: str(refusal)}
    return fields


@cache
def body_of(name: str, deed: Deed, told: tuple[tuple[Any, type], ...] = ()) -> type[Body]:
    """The body of a verb, or of a table of facts. `told` are the types that are described in the request, not pointed at."""
    hints, kinds, fields = get_type_hints(deed), {}, {}
    for argument, parameter in inspect.signature(deed).parameters.items():
        if argument not in GIVEN_BY_US:
            kinds[argument] = _kind(argument, hints[argument], dict(told))
            fields[argument] = _field(argument, kinds[argument], hints[argument], parameter.default)
    body: type[Body] = create_model(name, __base__=Body, __doc__=inspect.getdoc(deed), **fields)  # type: ignore[call-overload]
    body.kinds = kinds
    return body


def _kind(name: str, hint: Any, told: Told) -> Kind:
    kind = told.get(_bare(hint), _bare(hint))
    if kind in FACTS:
        return Kind(body_of(kind.__name__, kind), lambda asking, part: part.told(asking))
    if name in CHOICES:
        chosen = Annotated[str, OneOf(tuple(CHOICES[name]))]
        return Kind(list[chosen] if kind == Iterable[str] else chosen)
    return KINDS[kind]


def _field(name: str, kind: Kind, hint: Any, default: Any) -> tuple[Any, Any]:
    shape = kind.shape | None if _may_be_none(hint) and name not in NEVER_NULL else kind.shape
    says = SAYS.get(name) or kind.says or None
    return shape, Field(description=says) if default is inspect.Parameter.empty else Field(None, description=says)


def _may_be_none(hint: Any) -> bool:
    return NoneType in get_args(hint)


def _bare(hint: Any) -> Any:
    """The type behind `X | None`."""
    return next(part for part in get_args(hint) if part is not NoneType) if _may_be_none(hint) else hint
