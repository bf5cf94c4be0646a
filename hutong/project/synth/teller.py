"""What reached a centre, made up: contacts, who told, and the lines of the log about it."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from hutong.hotline.contacts.models import CallBack, NotACase
from hutong.project.synth import texts
from hutong.project.synth.rows import Row, Rows, new_id
from hutong.project.synth.world import Seat, World

SEED = 12349
TYPED = {"phone": 84, "walk_in": 7, "letter": 3, "staff_visit": 6}
BY_THEMSELVES = {"web": 40, "wechat": 35, "mandated_report": 15, "work_order": 10}
ENDS = {"answered": 60, "not_a_case": 39, "pending": 1}
NUMBERS = 100_000  # invented telephone numbers, so that some callers call again
TALK = timedelta(minutes=9)
PENDING_FOR = timedelta(minutes=5)


class Teller:
    """Dice of its own, so that the same index tells the same story; a centre, a county of it, a child."""

    def __init__(self, world: World, rows: Rows, kind: str, index: int, now: datetime) -> None:
        self.world, self.rows, self.index, self.now = world, rows, index, now
        self.dice = dice = random.Random(f"{SEED} {kind} {index}")  # noqa: S311 stories, not secrets
        self.centre = dice.choices(world.centres, world.weights)[0]
        self.county = dice.choice(self.centre.counties)
        self.place, self.place_name = dice.choice(self.county.places)
        self.category = dice.choice(list(texts.MATTERS))
        self.child, self.age = texts.name(dice), dice.randint(0, 17)

    def id(self, at: datetime) -> str:
        """A fresh id of that moment."""
        return new_id(self.dice, at)

    def chance(self, share: float) -> bool:
        """Whether something happens that happens so often."""
        return self.dice.random() < share

    def one_of(self, weights: dict[str, int]) -> str:
        """A key, as often as its weight says."""
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def log(self, verb: str, by: Seat | None, at: datetime, subject: str, subject_id: str, event: str | None = None, **detail: Any) -> None:
        """A line of the audit log."""
        self.rows.add(
            "audit_entry", id=self.id(at), at=at, verb=verb, staff_id=by and by.staff, post_id=by and by.post, subject=subject,
            subject_id=subject_id, event_id=event, detail=json.dumps(detail) if detail else "{}",
        )  # fmt: skip

    def narrative(self) -> str:
        """What is told."""
        return texts.narrative(self.dice, category=self.category, child=self.child, age=self.age, place=self.place_name)

    def contact(self, at: datetime, said: str, *, by: Seat | None, outcome: str = "case_opened", **given: Any) -> Row:
        """A contact, taken by somebody or come by itself, with who told it and its line in the log."""
        channel = self.one_of(TYPED if by else BY_THEMSELVES)
        contact = self.rows.add(
            "contacts_contact", id=self.id(at), centre_id=self.centre.desk.id, channel=channel, received_at=at - TALK, narrative=said,
            taken_by_id=by and by.post, place_id=self.place if self.chance(0.8) else None, outcome=outcome, **given,
        )  # fmt: skip
        self.log("take" if by else "receive", by, at, "contact", contact["id"], channel=channel, outcome=outcome)
        if said and self.chance(0.85):
            self._reporter(contact["id"])
        return contact

    def _reporter(self, contact: str) -> None:
        is_anonymous = self.chance(0.3)
        self.rows.add(
            "contacts_reporter", contact_id=contact, is_anonymous=is_anonymous, name="" if is_anonymous else texts.name(self.dice),
            phone=f"139{self.dice.randrange(NUMBERS):08}", relation=self.dice.choice(("邻居", "亲属", "老师", "父母", "社区")),
            wants_answer=self.dice.choice(("phone", "phone", "message", "no")), call_back=self.dice.choice(list(CallBack.values)),
        )  # fmt: skip


def tell_contact(world: World, rows: Rows, index: int, now: datetime, span: timedelta) -> None:
    """A contact that became no case: answered, marked, or waiting since a few minutes and not longer than it may."""
    teller = Teller(world, rows, "contact", index, now)
    outcome = teller.one_of(ENDS)
    if outcome == "pending":
        at = now - PENDING_FOR * teller.dice.random()
        teller.contact(at, teller.narrative(), by=None, outcome=outcome, due_at=at + PENDING_FOR)
        return
    at, by = now - span * teller.dice.random(), teller.centre.desk.seat(teller.dice, "operator")
    if outcome == "answered":
        teller.contact(at, teller.narrative(), by=by, outcome=outcome, answer=teller.dice.choice(texts.ANSWERS))
    else:
        teller.contact(at, "", by=by, outcome=outcome, not_a_case=teller.dice.choice(list(NotACase.values)))
