"""The one door: every change to a case goes through it.

It locks the row, asks the stage table, lets the verb change what it must, and writes the next version of the case, the one
event, the audit row, the deadline and the notices, all in one transaction; those who listen are told on commit.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases import queries, rules
from hutong.hotline.cases.models import Case, Clock, Event, Notice, NoticeKind, PartClock, PauseState, Recusal, Stage
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.kernel import texts, wall
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import recorded
from hutong.hotline.network.models import Office, Post
from hutong.hotline.rulebook import queries as rulebook

LEADS_OWN = tuple(name for names in rules.BESIDE.values() for name in names)


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
    told: list[tuple[Office, NoticeKind, Post | None]] = field(default_factory=list)
    next_deadline: Clock | None = None
    parts: list[PartClock] = field(default_factory=list)

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
        self._end_beside()
        if stage != Stage.CLOSED:
            self.next_deadline = self.limited(self.at)
        for owed in rules.BESIDE.get(stage, ()) if self.action.code != "send_back" else ():
            self.start_part(owed, holder)
        if self.by is None or holder.pk != self.by.office_id:
            self.case.touched_at = None
            self.tell(holder, NoticeKind.HANDED_OVER)

    def close(self, resolution: str) -> None:
        """End the case: no deadline runs any more."""
        self.go(Stage.CLOSED, holder=self.case.centre)
        self.case.resolution, self.case.closed_at = resolution, self.at

    def _end_beside(self) -> None:
        """What was owed beside the deadline of a stage ends with it; of a closed case, everything; and so does its pause."""
        owed = rules.BESIDE.get(self.before, ())
        running = self.case.part_clocks.filter(ended_at=None)
        if self.case.stage == Stage.CLOSED:
            running.update(ended_at=self.at)
        elif owed:
            running.filter(step__in=owed).update(ended_at=self.at)
        if owed:
            self.case.pauses.filter(state=PauseState.ASKED).update(state=PauseState.REFUSED)
            self.case.pauses.filter(state=PauseState.GRANTED).update(state=PauseState.ENDED, ends_at=Least("ends_at", Value(self.at)))

    def limited(self, start: datetime) -> Clock:
        """The deadline that the rulebook gives the case's present tier and stage from `start` on."""
        return Clock(**self._by_limit(self.case.stage, "", self.case.holder, start))

    def _by_limit(self, name: str, kind: str, office: Office, start: datetime) -> dict[str, Any]:
        case = self.case
        where = case.place_id or case.centre.division_id
        limit = rulebook.limit_for(tier=case.tier, step=name, kind=kind, division_code=where, at=self.at)
        due_at, is_provisional = clocks.reckon(limit=limit, started_at=start, office=office)
        return {
            "case": case, "limit": limit, "tier": case.tier, "step": name, "unit": limit.unit, "started_at": start, "due_at": due_at,
            "is_provisional": is_provisional, "set_by": self.by,
        }  # fmt: skip

    def start_part(self, name: str, office: Office, kind: str = "") -> PartClock | None:
        """A limit beside the deadline, where the rulebook has one for this tier."""
        try:
            clock = PartClock(office=office, **self._by_limit(name, kind, office, self.at))
        except Refusal:
            return None
        clocks.wind(clock, office=office)
        self.parts.append(clock)
        return clock

    def end_part(self, office: Office, name: str = "") -> None:
        """An office has done what it owed beside the deadline (without a name: whatever it was), or owes it no more."""
        running = self.case.part_clocks.filter(office=office, ended_at=None)
        (running.filter(step=name) if name else running.exclude(step__in=LEADS_OWN)).update(ended_at=self.at)

    def limit_parts_anew(self) -> None:
        """The tier is another: what offices owe beside the deadline goes by its limits, never later for a higher one."""
        for old in self.case.part_clocks.filter(ended_at=None).select_related("limit", "office"):
            self._end_clock(old)
            if clock := self.start_part(old.step, old.office, old.limit.kind):
                clock.started_at = old.started_at
                self._take_place(clock, old)

    def settle_part(self, old: PartClock) -> PartClock:
        """What was reckoned with a guess goes by the year's holidays now."""
        self._end_clock(old)
        clock = old.again(case=old.case, office=old.office)
        self.parts.append(clock)
        self._take_place(clock, old)
        clocks.carry_over(old, clock, at=self.at)
        return clock

    def _end_clock(self, clock: PartClock) -> None:
        PartClock.objects.filter(pk=clock.pk, ended_at=None).update(ended_at=self.at)

    def _take_place(self, clock: PartClock, old: PartClock) -> None:
        clock.replaces, clock.why = old, recorded(self.action.done)
        clock.due_at, clock.is_provisional = clocks.replacing(clock, old, office=old.office)
        clocks.wind(clock, office=old.office)

    def replace_deadline(self, *, why: str, limited: Clock | None = None, extension_days: int = 0) -> Clock:
        """Another deadline within the stage: by the new tier's limit (`limited`), or by the same limit, extended, paused or settled."""
        old = self.case.deadline
        if old is None:
            raise ValueError(f"{self.case.number} has no deadline to replace")
        clock = limited or old.again(case=old.case, set_by=self.by)
        clock.replaces, clock.why, clock.extension_days = old, why[:200], extension_days
        pauses = queries.pauses_of(self.case, old.step)
        clock.due_at, clock.is_provisional = clocks.replacing(clock, old, office=self.case.holder, pauses=pauses)
        clocks.wind(clock, office=self.case.holder, pauses=pauses)
        if limited is None:
            clocks.carry_over(old, clock, at=self.at)
        self.detail["due"] = [timezone.localtime(moment).isoformat() for moment in (old.due_at, clock.due_at)]
        self.next_deadline = clock
        return clock

    def tell(self, office: Office, kind: NoticeKind, to: Post | None = None) -> None:
        """Tell an office, or one person of it, in the app."""
        self.told.append((office, kind, to))

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
        PartClock.objects.bulk_create(self.parts)
        _record([self])
        return self.event

    def _write_clock(self) -> None:
        case, clock = self.case, self.next_deadline
        if case.deadline_id and (clock or case.stage == Stage.CLOSED):
            Clock.objects.filter(pk=case.deadline_id, ended_at=None).update(ended_at=self.at)
        if case.stage == Stage.CLOSED:
            case.deadline = case.due_at = None
        elif clock:
            if not clock.replaces:
                clocks.wind(clock, office=case.holder)
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
        wall.hold(case_id)
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


def timed(case: Case, code: str, *, at: datetime, text: str = "", **detail: Any) -> Step:
    """A timer's deed in the making, on a case that is locked already; `write` writes it down. Raises Refusal."""
    action = rules.ACTIONS[code]
    now = rules.Situation(case.stage, case.tier, relations=frozenset({"timer"}), is_erased=case.erased_at is not None)
    if reason := rules.why_not(action, now):
        raise Refusal(reason)
    return Step(case, action, None, at, text, detail, event=Event(id=new_id()), before=case.stage)


def write(steps: Sequence[Step], **changed: Any) -> None:
    """Write down timers' deeds on as many cases, each as the door does: the version, one event, the audit row, the notices.

    Of the cases nothing else changes but `changed`, alike for all. Call it once for each kind of deed, in one transaction.
    """
    cases = [step.case for step in steps]
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(version=F("version") + 1, **changed)
    for case in cases:
        case.version += 1
    _record(steps)


def _record(steps: Sequence[Step]) -> None:
    for step in steps:
        step.event = Event(
            id=step.event.id, case=step.case, seq=step.case.version, at=step.at, action=step.action.code, by=step.by,
            office_id=step.by.office_id if step.by else None, lead_id=step.event.lead_id, stage_before=step.before,
            stage_after=step.case.stage, text=step.text, detail=step.detail,
        )  # fmt: skip
    Event.objects.bulk_create(step.event for step in steps)
    audit.record_all(
        audit.line(step.action.code, by=step.by, at=step.at, subject="case", subject_id=step.case.pk, event_id=step.event.pk)
        for step in steps
    )
    told = _write_notices([step for step in steps if step.told])
    for step in steps:
        told |= {step.case.centre_id, step.case.lead_id, step.case.holder_id}
    below = {f"below:{step.case.centre.parent_id}" for step in steps}
    tell(*(f"case:{step.case.pk}" for step in steps), *below, *(f"office:{office}" for office in told))


def _write_notices(steps: Sequence[Step]) -> set[UUID]:
    """The offices that were told: each once per kind, and never one that must keep away."""
    if not steps:
        return set()
    cases = [step.case.pk for step in steps]
    recused = set(Recusal.objects.filter(case__in=cases).exclude(office=None).values_list("case", "office"))
    notices = {
        (step.case.pk, office.pk, kind): Notice(office=office, case=step.case, kind=kind, event=step.event, at=step.at, to=to)
        for step in steps
        for office, kind, to in step.told
        if (step.case.pk, office.pk) not in recused
    }
    Notice.objects.bulk_create(notices.values())
    return {office for _case, office, _kind in notices}
