"""The one door: every change to a case goes through it.

It locks the row, asks the stage table, lets the verb change what it must, and writes the next version of the case, the one
event, the audit row, the deadline and the notices, all in one transaction; those who listen are told on commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases import queries, rules
from hutong.hotline.cases.models import Case, Clock, Event, Notice, NoticeKind, Stage
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks.rules import MISSED
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Office, Post
from hutong.hotline.rulebook import queries as rulebook


@dataclass
class Step:
    """One deed in the making. The verb changes `case` and calls the methods; the door writes the rest."""

    case: Case
    action: rules.Action
    by: Post | None
    at: datetime
    text: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    event: Event = field(default_factory=Event)
    before: str = ""
    told: list[tuple[Office, NoticeKind]] = field(default_factory=list)
    next_deadline: Clock | None = None

    def __post_init__(self) -> None:
        self.event.lead = self.case.lead

    @property
    def actor(self) -> Post:
        """The person who acts; for verbs that no timer calls."""
        if self.by is None:
            raise Refusal(rules.NOT_YOURS)
        return self.by

    def go(self, stage: str, *, holder: Office) -> None:
        """Move to a stage, where `holder` must act, with a new deadline. The holder is told if it is another office."""
        if (self.before or rules.NEW, stage) not in self.action.moves:
            raise ValueError(f"{self.action.code} does not lead from {self.before} to {stage}")
        self.case.stage, self.case.stage_since, self.case.holder = stage, self.at, holder
        self.case.extension_days = self.case.extension_by = None
        if stage != Stage.CLOSED:
            self.next_deadline = self.limited(self.at)
        if self.by is None or holder.pk != self.by.office_id:
            self.case.touched_at = None
            self.tell(holder, NoticeKind.HANDED_OVER)

    def close(self, resolution: str) -> None:
        """End the case: no deadline runs any more."""
        self.go(Stage.CLOSED, holder=self.case.centre)
        self.case.resolution, self.case.closed_at = resolution, self.at

    def limited(self, start: datetime) -> Clock:
        """The deadline that the rulebook gives the case's present tier and stage from `start` on."""
        case = self.case
        limit = rulebook.limit_for(tier=case.tier, step=case.stage, division_code=case.place_id or case.centre.division_id, at=self.at)
        due_at, is_provisional = clocks.reckon(limit=limit, started_at=start, office=case.holder)
        return Clock(
            case=case, limit=limit, tier=case.tier, step=case.stage, unit=limit.unit, started_at=start, due_at=due_at,
            is_provisional=is_provisional, set_by=self.by,
        )  # fmt: skip

    def replace_deadline(self, *, why: str, limited: Clock | None = None, extension_days: int = 0) -> Clock:
        """Another deadline within the stage: by the new tier's limit (`limited`), or by the same limit, extended or settled."""
        old = self.case.deadline
        if old is None:
            raise ValueError(f"{self.case.number} has no deadline to replace")
        clock = limited or Clock(
            case=old.case, limit=old.limit, tier=old.tier, step=old.step, unit=old.unit, started_at=old.started_at, set_by=self.by
        )
        clock.replaces, clock.why, clock.extension_days = old, why[:200], extension_days
        clock.due_at, clock.is_provisional = clocks.replacing(clock, old, office=self.case.holder)
        if limited is None:
            self._carry_over(old, clock)
        self.detail["due"] = [timezone.localtime(moment).isoformat() for moment in (old.due_at, clock.due_at)]
        self.next_deadline = clock
        return clock

    def _carry_over(self, old: Clock, clock: Clock) -> None:
        """What was told of a limit, and would have been told by now in any case, is not told again."""
        alarms = clocks.alarms(clock, office=self.case.holder)
        clock.warned = max((share for share, moment in alarms if share <= old.warned and moment <= self.at), default=0)
        clock.missed_at = old.missed_at if clock.warned == MISSED else None

    def tell(self, office: Office, kind: NoticeKind) -> None:
        """Tell an office, in the app."""
        self.told.append((office, kind))

    def finish(self) -> Event:
        """Write everything."""
        case = self.case
        if self.before and self.by and self.by.office_id == case.holder_id:
            case.touched_at = case.touched_at or self.at
        self._write_clock()
        case.version += 1
        case.save(force_insert=case.version == 1)
        if self.next_deadline:
            self.next_deadline.save(force_insert=True)
        self.event = Event.objects.create(
            id=self.event.id, case=case, seq=case.version, at=self.at, action=self.action.code, by=self.by,
            office_id=self.by.office_id if self.by else None, lead_id=self.event.lead_id, stage_before=self.before, stage_after=case.stage,
            text=self.text, detail=self.detail,
        )  # fmt: skip
        audit.record(self.action.code, by=self.by, at=self.at, subject="case", subject_id=case.pk, event_id=self.event.pk)
        told = self._write_notices()
        offices = {case.centre_id, case.lead_id, case.holder_id, *told}
        tell(f"case:{case.pk}", f"below:{case.centre.parent_id}", *(f"office:{office}" for office in offices))
        return self.event

    def _write_notices(self) -> set[UUID]:
        """The offices that were told: each once per kind, and never one that must keep away."""
        if not self.told:
            return set()
        recused = set(self.case.recusals.exclude(office=None).values_list("office", flat=True))
        notices = {
            (office.pk, kind): Notice(office=office, case=self.case, kind=kind, event=self.event, at=self.at)
            for office, kind in self.told
            if office.pk not in recused
        }
        Notice.objects.bulk_create(notices.values())
        return {office for office, _kind in notices}

    def _write_clock(self) -> None:
        case, clock = self.case, self.next_deadline
        if case.deadline_id and (clock or case.stage == Stage.CLOSED):
            Clock.objects.filter(pk=case.deadline_id, ended_at=None).update(ended_at=self.at)
        if case.stage == Stage.CLOSED:
            case.deadline = case.due_at = None
        elif clock:
            alarms = clocks.alarms(clock, office=case.holder)
            clock.next_alarm_at = next((moment for share, moment in alarms if share > clock.warned), None)
            clock.low_at = clocks.low_at(clock, office=case.holder)
            case.deadline, case.due_at = clock, clock.due_at


@contextmanager
def door(
    case_id: UUID,
    code: str,
    *,
    by: Post | None,
    at: datetime,
    seen: int | None = None,
    once: UUID | None = None,
    text: str = "",
    **detail: Any,
) -> Iterator[Step]:
    """Open a case for one deed, by the row `code` of the table, and write it down when the block ends without a refusal.

    `seen` is the version that the person's page showed; a stale one is refused with what happened since. `once` names a form
    whose deed overwrites nothing: handed in again, it is refused. Raises Refusal; nothing is changed then.
    """
    action = rules.ACTIONS[code]
    with transaction.atomic():
        case = queries.with_offices(Case.objects.select_for_update(of=("self",))).filter(pk=case_id).first()
        if case is None:
            raise Refusal(rules.NOT_THERE)
        now = queries.situation(case, by)
        if not now.relations:
            may_look = by and queries.visible_to(by).filter(pk=case_id).exists()
            raise Refusal(rules.NOT_YOURS if may_look else rules.NOT_THERE)
        if once and Event.objects.filter(pk=once).exists():
            raise Refusal(rules.REPEATED)
        if seen is not None and seen != case.version and not action.adds_only:
            raise Refusal(rules.STALE, changes=list(queries.since(case_id, seen)))
        if reason := rules.why_not(action, now):
            raise Refusal(reason)
        text = texts.clean(text, field="text").text
        if action.asks and not text:
            raise Refusal.at("text", rules.unwritten(action))
        step = Step(case, action, by, at, text, detail, event=Event(id=once or new_id()), before=case.stage)
        yield step
        step.finish()
