"""What boards share: a number that opens its list, and a row that tells what happened to a case."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hutong.hotline.cases.models import Case, Clock, Event
from hutong.hotline.kernel.texts import span
from hutong.hotline.network.models import Office
from hutong.hotline.replies.models import FollowUp
from hutong.hotline.rulebook.rules import STEP_LABELS
from hutong.hotline.statistics.rules import MEASURES, Measure


def said() -> dict[str, Measure]:
    """The measures in the reader's language, put into words once for a page with hundreds of numbers."""
    return {name: Measure(str(measure.label), str(measure.meaning)) for name, measure in MEASURES.items()}


@dataclass(frozen=True)
class Figure:
    """A number with its name, its meaning and the address of its list. `is_missed`: more than none is bad."""

    measure: Measure
    value: int | str
    address: str
    is_missed: bool = False


@dataclass(frozen=True)
class Happened:
    """Something that happened to a case: when, to whose account, and what in a few words."""

    case: Case
    at: datetime
    office: Office
    words: str | Promise = ""
    is_missed: bool = False


def step(code: str) -> str:
    """What a limit was for."""
    return str(STEP_LABELS.get(code, code))


def missed(event: Event) -> str:
    """Which limit passed."""
    return _("{step}逾期").format(step=step(event.detail.get("step", "")))


def happened(row: Event | Clock | FollowUp) -> Happened:
    """A fact of a list as it is shown."""
    if isinstance(row, Event):
        is_missed = row.action == "miss"
        return Happened(row.case, row.at, row.lead, missed(row) if is_missed else "", is_missed)
    if isinstance(row, FollowUp):
        return Happened(row.case, row.at, row.lead, row.get_satisfaction_display())
    ended = row.ended_at or row.due_at
    if ended <= row.due_at:
        return Happened(row.case, ended, row.office, _("{step}：按时").format(step=step(row.step)))
    late = _("{step}：逾期 {span}").format(step=step(row.step), span=span(ended - row.due_at))
    return Happened(row.case, ended, row.office, late, is_missed=True)
