"""Several inputs looked at together, so that a person hears of all that is wrong at once."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

TO_MEND = Reason("to_mend", _("有几处需要改正，您填写的内容都还在。"), _("请看各栏旁的说明。"))
UNKNOWN_CHOICE = Reason("unknown_choice", _("没有这个选项。"))


class Faults(dict[str, str]):
    """What is wrong, a sentence by field."""

    def of(self, field: str, read: Callable[[], T], default: T) -> T:
        """What `read` gives; where it refuses, its sentence is kept for `field` and `default` given instead."""
        try:
            return read()
        except Refusal as refusal:
            self[field] = str(refusal.reason.sentence)
            return default

    def refuse(self) -> None:
        """Raise one Refusal with all of it, if there is any."""
        if self:
            raise Refusal(TO_MEND, fields=dict(self))


def choice(kind: type[E], value: object, *, field: str = "") -> E:
    """The member of a table of choices. Raises Refusal, naming `field`, for any other value."""
    try:
        return kind(value)
    except ValueError:
        raise Refusal.at(field, UNKNOWN_CHOICE) if field else Refusal(UNKNOWN_CHOICE) from None
