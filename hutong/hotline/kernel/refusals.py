"""A refusal: why something was not done, in a sentence, and what to do instead.

The same object disables a button with its reason and answers a forced request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True)
class Reason:
    """Why a step is not open: a stable code, a sentence and a remedy (both lazily translated)."""

    code: str
    sentence: str | Promise
    remedy: str | Promise = ""


@dataclass(eq=False)
class Refusal(Exception):
    """Raised by a verb that will not act. Nothing was changed.

    `fields` names the inputs that are at fault; `changes` lists the events that a stale page has not seen.
    """

    reason: Reason
    fields: dict[str, str] = field(default_factory=dict)
    changes: Sequence[object] = ()

    @classmethod
    def at(cls, field: str, reason: Reason) -> "Refusal":
        """A refusal that is the fault of one input."""
        return cls(reason, fields={field: str(reason.sentence)})

    def __post_init__(self) -> None:
        super().__init__(self.reason.code)

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.reason.sentence, self.reason.remedy) if part)
