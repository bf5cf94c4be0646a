"""What the one door writes for each step of a case, in memory: the version, the event, the log, the deadline, the notices."""

import json
from datetime import datetime, timedelta
from typing import Any

from hutong.hotline.cases.actions.opening import LETTERS
from hutong.hotline.clocks.rules import MISSED, local
from hutong.hotline.rulebook.models import Limit
from hutong.project.synth import paths
from hutong.project.synth.rows import Row, Rows
from hutong.project.synth.teller import Teller
from hutong.project.synth.world import Body, Seat, World

SCATTER = 7_919_003  # shares no factor with the number of case numbers of a day, so that no two cases have the same
SOON, READ_WITHIN = timedelta(seconds=1), timedelta(days=2)


class Door(Teller):
    """A case as the door keeps it."""

    def __init__(self, world: World, rows: Rows, index: int, now: datetime) -> None:
        super().__init__(world, rows, "case", index, now)
        tier = self.one_of(paths.TIERS)
        self.path = paths.draw(self.dice, tier, now=now)
        at, desk = self.path.opened_at, self.centre.desk.id
        self.case = rows.add(
            "cases_case", id=self.id(at), number=self._number(at), tier=tier, place_id=self.place, centre_id=desk, lead_id=desk,
            holder_id=desk, opened_at=at, stage_since=at,
        )  # fmt: skip
        self.stage, self.event, self.holder, self.found = "", "", self.centre.desk, desk
        self.clock: Row | None = None
        self.alarms: list[tuple[int, datetime]] = []

    def do(
        self, code: str, by: Seat | None, at: datetime, text: str = "", *, to: str = "", holder: Body | None = None, **detail: Any
    ) -> None:
        """One step: the version, its event and its line in the log; to another stage with a new deadline."""
        case, before, self.event = self.case, self.stage, self.id(at)
        if to:
            self.stage, self.holder = to, holder or self.centre.desk
            self._go(by, at)
        if before and by and by.office == self.holder.id:
            case["touched_at"] = case["touched_at"] or at
        case["version"] += 1
        self.rows.add(
            "cases_event", id=self.event, case_id=case["id"], seq=case["version"], at=at, action=code, by_id=by and by.post,
            office_id=by and by.office, lead_id=self.found, stage_before=before, stage_after=self.stage, text=text,
            detail=json.dumps(detail) if detail else "{}",
        )  # fmt: skip
        self.found = case["lead_id"]
        self.log(code, by, at, "case", case["id"], self.event)

    def _go(self, by: Seat | None, at: datetime) -> None:
        case = self.case
        case.update(stage=self.stage, stage_since=at, holder_id=self.holder.id, extension_days=None, extension_by_id=None)
        self._end_clock(at)
        case.update(deadline_id=None, due_at=None)
        if self.stage != "closed":
            limit = self.limit()
            self._start_clock(limit, at, self.world.due(at, limit.amount, limit.unit), set_by_id=by and by.post)
        if by is None or by.office != self.holder.id:
            case["touched_at"] = None
            self.notify(self.holder, "handed_over", at)

    def close(self, code: str, resolution: str, by: Seat, at: datetime, text: str) -> None:
        """The last step."""
        self.do(code, by, at, text, to="closed")
        self.case.update(resolution=resolution, closed_at=at)

    # --- the deadline

    def limit(self) -> Limit:
        """What the rulebook gives the present tier and stage."""
        return self.world.limit(self.case["tier"], self.stage, self.centre.desk.division)

    def _start_clock(self, limit: Limit, started: datetime, due: datetime, **given: Any) -> None:
        self.alarms = self.world.alarms(started, due, limit)
        self.clock = self.rows.add(
            "clocks_clock", id=self.id(started), case_id=self.case["id"], limit_id=limit.pk, tier=limit.tier, step=self.stage,
            unit=limit.unit, started_at=started, due_at=due, is_provisional=self.world.is_provisional(due, limit),
            warnings_at=[moment for share, moment in self.alarms if share != MISSED], office_id=self.holder.id,
            low_at=self.world.low_at(started, due, limit), **given,
        )  # fmt: skip
        self.case.update(deadline_id=self.clock["id"], due_at=due)

    def _end_clock(self, at: datetime) -> None:
        if self.clock:
            self.set_alarm()
            self.clock["ended_at"] = at
        self.clock = None

    def replace_clock(self, started: datetime, due: datetime, why: str, by: Seat, at: datetime, *, days: int = 0) -> dict[str, Any]:
        """Another deadline within the stage: who, why, and which one it takes the place of; what the event tells of it."""
        old = self.clock or {}
        self._end_clock(at)
        self._start_clock(self.limit(), started, due, set_by_id=by.post, why=why, replaces_id=old["id"], extension_days=days)
        if days and self.clock:  # what was told, and would have been told by now in any case, is not told again
            told = [alarm for alarm in self.alarms if alarm[0] <= old["warned"] and alarm[1] <= at]
            self.alarms = self.alarms[len(told) :]
            self.clock["warned"] = told[-1][0] if told else 0
            self.clock["missed_at"] = old["missed_at"] if self.clock["warned"] == MISSED else None
        return {"due": [old["due_at"].isoformat(), due.isoformat()]}

    def ring(self, until: datetime) -> None:
        """The alarms that went off by then."""
        while self.alarms and self.clock and self.alarms[0][1] + SOON <= until:
            share, moment = self.alarms.pop(0)
            at = max(moment, self.case["stage_since"]) + SOON
            self.clock["warned"] = share
            self.do("miss" if share == MISSED else "warn", None, at, share=share, step=self.stage)
            self.notify(self.holder, "warned", at)
            if share == MISSED:
                self.clock["missed_at"] = at
                self.case["missed_at"] = self.case["missed_at"] or at
                if above := self.world.bodies.get(self.holder.parent):
                    self.notify(above, "missed", at)

    def set_alarm(self) -> None:
        """When the clock goes off next."""
        if self.clock:
            self.clock["next_alarm_at"] = self.alarms[0][1] if self.alarms else None

    # --- who looks and who is told

    def look(self, body: Body, at: datetime, *roles: str) -> Seat:
        """Somebody of an office who opens the case and is about to act on it; often a colleague looks too."""
        by = body.seat(self.dice, *roles)
        if self.stage:
            for seat in [by, body.seat(self.dice, *roles)] if self.chance(0.3) else [by]:
                self.log("looked", seat, at - timedelta(minutes=self.dice.randint(1, 9)), "case", self.case["id"])
        return by

    def notify(self, body: Body, kind: str, at: datetime) -> None:
        """Tell an office. What is older than a few days has been read."""
        read = at + READ_WITHIN * self.dice.random()
        seen = body.seat(self.dice) if read < self.now and any(body.seats.values()) else None
        self.rows.add(
            "cases_notice", id=self.id(at), office_id=body.id, case_id=self.case["id"], kind=kind, event_id=self.event, at=at,
            read_at=seen and read, read_by_id=seen and seen.post, is_handed_on=True,
        )  # fmt: skip

    def _number(self, at: datetime) -> str:
        left, letters = self.index * SCATTER, ""
        for _place in range(5):
            left, letter = divmod(left, len(LETTERS))
            letters += LETTERS[letter]
        return f"{local(at):%y%m%d}-{letters}"
